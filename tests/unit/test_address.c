/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in numbers: what the system's own reading takes is taken, and nothing else; what is loopback, private, all. (Which are private: test_tls, test_addresses.) */
#include "base/address.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

static void compare(const char *text)
{
    struct address a;
    uint8_t want[16] = {0};
    bool v6 = strchr(text, ':') != NULL, ok = inet_pton(v6 ? AF_INET6 : AF_INET, text, want) == 1;

    if (address_parse(str_of(text), &a) != ok ||
        (ok && (a.v6 != v6 || memcmp(a.byte, want, v6 ? 16 : 4) != 0)))
        fail_msg("%s", text);
}

static void test_known(void **state UNUSED)
{
    static const char *const texts[] = {"127.0.0.1",
                                        "0.0.0.0",
                                        "255.255.255.255",
                                        "256.0.0.1",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        "1.2.3.",
                                        ".1.2.3",
                                        "1..2.3",
                                        "01.2.3.4",
                                        "1.2.3.04",
                                        "0.0.0.00",
                                        "",
                                        ".",
                                        "1.2.3.4 ",
                                        " 1.2.3.4",
                                        "+1.2.3.4",
                                        "a.b.c.d",
                                        "::",
                                        "::1",
                                        "1::",
                                        "1::2",
                                        "::1:2",
                                        ":::",
                                        ":",
                                        ":1",
                                        "1:",
                                        "1:2:3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7:8:9",
                                        "1:2:3:4:5:6:7",
                                        "1:2:3:4:5:6:7::",
                                        "::2:3:4:5:6:7:8",
                                        "1::3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7:8::",
                                        "::1::",
                                        "1::2::3",
                                        "FE80::aBcD",
                                        "12345::",
                                        "g::",
                                        "::ffff:1.2.3.4",
                                        "1:2:3:4:5:6:1.2.3.4",
                                        "1:2:3:4:5:6:7:1.2.3.4",
                                        "1:2:3:4:5:1.2.3.4",
                                        "::1.2.3.4:5",
                                        "1.2.3.4::",
                                        "::1.2.3",
                                        "64:ff9b::1.2.3.256",
                                        "fe80::1%lo",
                                        "[::1]"};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        compare(texts[i]);
}

static void test_random(void **state UNUSED)
{
    static const char letters[] = "0123::::..afF9";
    uint64_t seed = 88172645463325252u;
    unsigned taken = 0;

    for (int i = 0; i < 300000; i++) {
        char text[24];
        size_t n;
        struct address a;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        n = seed % sizeof(text);
        for (size_t k = 0; k < n; k++)
            text[k] = letters[(seed >> (k % 16 * 4) ^ seed >> k) % (sizeof(letters) - 1)];
        text[n] = '\0';
        compare(text);
        taken += address_parse(str_of(text), &a);
    }
    assert_true(taken > 100); /* else it says little */
}

static void test_ports(void **state UNUSED)
{
    struct address a;
    uint16_t port;

    assert_true(address_parse_at(STR("[::1]:65535"), &a, &port) && port == 65535 && address_is_loopback(&a));
    assert_true(address_parse_at(STR("127.9.8.7:0"), &a, &port) && port == 0 && address_is_loopback(&a));
    assert_true(address_parse_at(STR("0.0.0.0:1"), &a, NULL) && address_is_any(&a) &&
                !address_is_private(&a));
    assert_true(address_parse_at(STR("[::]:1"), &a, NULL) && address_is_any(&a) && !address_is_private(&a));
    assert_true(address_parse_at(STR("[0:0:0:0:0:0:0:1]:1"), &a, NULL) && address_is_private(&a));
    assert_false(address_parse_at(STR("127.0.0.1"), &a, NULL) ||
                 address_parse_at(STR("127.0.0.1:65536"), &a, NULL) ||
                 address_parse_at(STR(":80"), &a, NULL) || address_parse_at(STR("8080"), &a, NULL) ||
                 address_parse_at(STR("localhost:80"), &a, NULL) ||
                 address_parse_at(STR("[::1]:"), &a, NULL) || address_parse_at(STR(""), &a, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known), cmocka_unit_test(test_random),
                                       cmocka_unit_test(test_ports)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
