/* SPDX-License-Identifier: Apache-2.0 */
#include "role/auth_policy.h"

#include "base/buf.h"

#include <string.h>

/*
 * Words that lists of leaked passwords are built around, in the form that plain() gives: lower case, digits and marks
 * read as the letters they stand for, ornaments at both ends cut off. Sorted.
 */
static const char *const common[] = {
    "abc",
    "abcabc",
    "abcd",
    "abcdef",
    "abcdefgh",
    "access",
    "adgjmptw",
    "admin",
    "adminadmin",
    "administrateur",
    "administrator",
    "adminpassword",
    "airbus",
    "alexander",
    "amour",
    "andrea",
    "andrew",
    "asdf",
    "asdfasdf",
    "asdfgh",
    "asdfghjkl",
    "ashley",
    "assassin",
    "azerty",
    "azertyazerty",
    "azertyuiop",
    "bailey",
    "barcelona",
    "baseball",
    "basketball",
    "batman",
    "biteme",
    "bonjour",
    "bonjourbonjour",
    "buster",
    "butterfly",
    "camille",
    "celtic",
    "centreon",
    "centreonadmin",
    "changeit",
    "changeme",
    "changemenow",
    "charlie",
    "chelsea",
    "cheval",
    "chocolate",
    "chocolat",
    "chouchou",
    "cisco",
    "computer",
    "cookie",
    "correcthorsebatterystaple",
    "coucou",
    "daniel",
    "debian",
    "default",
    "defaultpassword",
    "doudou",
    "dragon",
    "dragonball",
    "elephant",
    "elizabeth",
    "family",
    "ferrari",
    "flower",
    "football",
    "forever",
    "freedom",
    "gfhjkm",
    "ginger",
    "google",
    "guest",
    "guestguest",
    "hannah",
    "harley",
    "heather",
    "hello",
    "hellohello",
    "helloworld",
    "hockey",
    "hunter",
    "icinga",
    "icingaadmin",
    "idontknow",
    "iloveyou",
    "iloveyouforever",
    "iloveyousomuch",
    "infinity",
    "internet",
    "jasmine",
    "jennifer",
    "jessica",
    "jetaime",
    "jordan",
    "joshua",
    "justin",
    "killer",
    "letmein",
    "letmeinnow",
    "letmeinplease",
    "liverpool",
    "login",
    "loginlogin",
    "london",
    "loulou",
    "lovelove",
    "loveme",
    "loveyou",
    "maggie",
    "marseille",
    "martin",
    "master",
    "matthew",
    "maverick",
    "mercedes",
    "merlin",
    "michael",
    "michelle",
    "microsoft",
    "monday",
    "monitor",
    "monitoring",
    "monkey",
    "monkeymonkey",
    "motdepasse",
    "motdepassemotdepasse",
    "mustang",
    "myspace",
    "mynameis",
    "mypassword",
    "mysecret",
    "nagios",
    "nagiosadmin",
    "nagiosnagios",
    "naruto",
    "nicolas",
    "nicole",
    "ninja",
    "nothing",
    "nothingnothing",
    "oracle",
    "orange",
    "passe",
    "passport",
    "password",
    "passwordpassword",
    "passwort",
    "patrick",
    "pepper",
    "pikachu",
    "please",
    "pokemon",
    "princess",
    "princesse",
    "purple",
    "qazwsx",
    "qazwsxedc",
    "qazwsxedcrfv",
    "qsdfghjklm",
    "qwer",
    "qwert",
    "qwerty",
    "qwertyqwerty",
    "qwertyuiop",
    "qwertyuiopasdf",
    "raiders",
    "rainbow",
    "ranger",
    "redhat",
    "robert",
    "rootroot",
    "samantha",
    "samsung",
    "scooter",
    "secret",
    "secretpassword",
    "secretsecret",
    "server",
    "shadow",
    "skywalker",
    "snoopy",
    "soccer",
    "sophie",
    "soleil",
    "starwars",
    "steelers",
    "summer",
    "sunshine",
    "superman",
    "supersecret",
    "supervision",
    "support",
    "supportsupport",
    "sysadmin",
    "system",
    "temporary",
    "temppassword",
    "test",
    "tester",
    "testing",
    "testtest",
    "thomas",
    "thunder",
    "tigger",
    "tinkerbell",
    "toor",
    "toto",
    "tototo",
    "totototo",
    "trustme",
    "trustno",
    "trustnoone",
    "ubuntu",
    "user",
    "username",
    "useruser",
    "vigie",
    "vigieadmin",
    "vigievigie",
    "welcome",
    "welcomehome",
    "welcomewelcome",
    "whatever",
    "william",
    "windows",
    "winner",
    "winter",
    "wizard",
    "yankees",
    "yellow",
    "zaqwsx",
    "zaqxsw",
    "zxcvbn",
    "zxcvbnm",
};

static char plain_char(char c)
{
    static const char from[] = "0134578@$!|+", to[] = "oieastbasiit";
    const char *at;

    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : c;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool in_common(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(common); i++) {
        if (str_eq_c(word, common[i]))
            return true;
    }
    return false;
}

/* "!!P4ssw0rd2026!!" is "password" to whoever guesses: ornaments at both ends cut, then look-alikes read as letters; the second
 * look also drops everything that is no letter ("pass-word 1 2 3"). */
static bool is_common(struct str password)
{
    struct str core = password;
    struct buf all = BUF_INIT, letters = BUF_INIT;
    bool found;

    while (core.n && !is_letter(core.p[0]))
        core = str_sub(core, 1, core.n);
    while (core.n && !is_letter(core.p[core.n - 1]))
        core.n--;
    for (size_t i = 0; i < core.n; i++)
        buf_add_char(&all, plain_char(core.p[i]));
    for (size_t i = 0; i < password.n; i++) {
        if (is_letter(password.p[i]))
            buf_add_char(&letters, plain_char(password.p[i]));
    }
    found = in_common(buf_str(&all)) || in_common(buf_str(&letters));
    mem_wipe(all.data, all.len);
    mem_wipe(letters.data, letters.len);
    buf_release(&all);
    buf_release(&letters);
    return found;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool row_has(const char *row, char a, char b)
{
    for (const char *p = row; p[0] && p[1]; p++) {
        if ((p[0] == a && p[1] == b) || (p[0] == b && p[1] == a))
            return true;
    }
    return false;
}

/* Does this pair of characters only continue a row of keys, or repeat what stood before? */
static bool is_guessed(struct str s, size_t i)
{
    static const char *const rows[] = {"abcdefghijklmnopqrstuvwxyz",
                                       "01234567890",
                                       "qwertyuiop",
                                       "asdfghjkl",
                                       "zxcvbnm",
                                       "azertyuiop",
                                       "qsdfghjklm",
                                       "wxcvbn"};
    char a = lower(s.p[i - 1]), b = lower(s.p[i]);

    if (a == b)
        return true;
    for (size_t k = 1; k + 1 < i; k++) {
        if (lower(s.p[k - 1]) == a && lower(s.p[k]) == b)
            return true;
    }
    for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
        if (row_has(rows[k], a, b))
            return true;
    }
    return false;
}

static bool is_varied(struct str s)
{
    bool seen[256] = {false};
    size_t kinds = 0, guessed = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)lower(s.p[i]);

        kinds += !seen[c];
        seen[c] = true;
        guessed += i > 0 && is_guessed(s, i);
    }
    return kinds >= 5 && guessed * 2 < s.n;
}

static size_t characters(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

enum problem auth_policy_password(struct str password, struct str user)
{
    if (!str_is_utf8(password) || password.n > AUTH_PASSWORD_MAX)
        return PROBLEM_PASSWORD_LONG;
    if (characters(password) < AUTH_PASSWORD_MIN)
        return PROBLEM_PASSWORD_SHORT;
    if (user.n >= 3 && str_icontains(password, user))
        return PROBLEM_PASSWORD_NAME;
    if (is_common(password))
        return PROBLEM_PASSWORD_COMMON;
    if (!is_varied(password))
        return PROBLEM_PASSWORD_VARIED;
    return PROBLEM_NONE;
}

bool auth_policy_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '_' || c == '-' || c == '@';

        if (!ok)
            return false;
    }
    return name.n >= 1 && name.n <= 64 && !str_eq_c(name, "-");
}
