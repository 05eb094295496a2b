/* SPDX-License-Identifier: Apache-2.0 */
#include "role/tls_take.h"

#include "base/limits.h"
#include "base/log.h"
#include "os/file.h"

#include <string.h>
#include <unistd.h>

void tls_take_init(struct tls_take *t, enum listening_which which)
{
    *t = (struct tls_take){.which = which};
    for (size_t i = 0; i < LISTENING_FILES; i++)
        buf_init(&t->file[i]);
}

void tls_take_release(struct tls_take *t)
{
    if (t->context)
        role_tls->context_free(t->context);
    t->context = NULL;
    for (size_t i = 0; i < LISTENING_FILES; i++) {
        tls_take_wipe(&t->file[i]);
        buf_release(&t->file[i]);
    }
}

void tls_take_read(struct buf *to, int fd, const char *setting)
{
    struct err err = ERR_INIT;

    buf_clear(to);
    if (file_read_fd(fd, "a file of it", LIMIT_TLS_FILE, to, &err) < 0)
        log_error("%s: %s", setting, err.text);
    close(fd);
}

void tls_take_wipe(struct buf *b)
{
    if (b->cap)
        explicit_bzero(b->data, b->cap);
    buf_clear(b);
}

bool tls_take_fd(struct tls_take *t, const char *prefix, struct str purpose, int fd, bool *last)
{
    static const char *const names[LISTENING_FILES] = {
        [LISTENING_CERT] = "cert", [LISTENING_CA] = "ca", [LISTENING_CRL] = "crl", [LISTENING_KEY] = "key"};

    *last = false;
    if (!str_starts(purpose, str_of(prefix)))
        return false;
    for (enum listening_file i = 0; i < LISTENING_FILES; i++) {
        if (!str_eq_c(str_sub(purpose, strlen(prefix), purpose.n), names[i]))
            continue;
        tls_take_read(&t->file[i], fd, listening_file_setting(t->which, i));
        *last = i == LISTENING_KEY;
        return true;
    }
    return false;
}

bool tls_take_renew(struct tls_take *t)
{
    const struct tls_files files = {.cert = buf_str(&t->file[LISTENING_CERT]),
                                    .key = buf_str(&t->file[LISTENING_KEY]),
                                    .ca = buf_str(&t->file[LISTENING_CA]),
                                    .crl = buf_str(&t->file[LISTENING_CRL]),
                                    .old = t->old};
    const char *of = listening_setting(t->which);
    struct err err = ERR_INIT;
    struct tls_context *now;

    BUG_ON(!role_tls);
    now = role_tls->context_new(&files, &err);
    tls_take_wipe(&t->file[LISTENING_KEY]);
    if (!now && !t->context)
        log_fatal("%s: %s", of, err.text);
    if (!now) {
        log_error("%s: %s; the former certificate stays in use", of, err.text);
        return false;
    }
    if (t->context)
        role_tls->context_free(t->context); /* connections keep it as long as they need it */
    t->context = now;
    return true;
}
