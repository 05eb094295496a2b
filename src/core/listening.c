/* SPDX-License-Identifier: Apache-2.0 */
#include "core/listening.h"

#include "base/address.h"

static const struct {
    const char *at, *file[LISTENING_FILES];
    const char *none; /* what else may be written for the address */
    bool makes;       /* without a certificate it makes one itself */
} table[LISTENING_COUNT] = {
    {"vigie_http_listen",
     {"vigie_tls_cert", "vigie_tls_ca", "vigie_tls_crl", "vigie_tls_key"},
     "nothing for no web page",
     true},
    {"vigie_livestatus_tls",
     {"vigie_livestatus_tls_cert", "vigie_livestatus_tls_ca", "vigie_livestatus_tls_crl",
      "vigie_livestatus_tls_key"},
     "nothing for no Livestatus with TLS",
     false},
};

const char *listening_setting(enum listening_which which)
{
    return table[which].at;
}

const char *listening_file_setting(enum listening_which which, enum listening_file file)
{
    return table[which].file[file];
}

const char *listening_file_what(enum listening_file file)
{
    static const char *const what[] = {"the server's certificate", "the authority of clients' certificates",
                                       "the lists of clients' certificates that were taken back",
                                       "the key of the certificate"};

    return what[file];
}

void listening_read(struct listening *l, enum listening_which which,
                    struct str (*get)(void *user, const char *setting), void *user)
{
    struct address a;
    bool file = false;

    *l = (struct listening){.which = which, .at = get(user, table[which].at)};
    if (which == LISTENING_PAGE && !l->at.p)
        l->at = STR(LISTENING_PAGE_AT);
    for (size_t i = 0; i < LISTENING_FILES; i++) {
        l->file[i] = get(user, table[which].file[i]);
        file = file || l->file[i].n;
    }
    l->tls = l->at.n && (which != LISTENING_PAGE || file || str_eq_c(get(user, "vigie_tls"), "on") ||
                         (address_parse_at(l->at, &a, NULL) && !address_is_loopback(&a)));
}

/* A certificate without its key, a key without its certificate; or, where none is made, neither. */
static int check_pair(const struct listening *l, const char **setting, struct err *err)
{
    static const enum listening_file pair[] = {LISTENING_CERT, LISTENING_KEY};
    const char *const *name = table[l->which].file;

    for (size_t i = 0; i < ARRAY_LEN(pair); i++) {
        enum listening_file here = pair[!i], lacks = pair[i];

        if (l->file[lacks].n || (table[l->which].makes && !l->file[here].n))
            continue;
        *setting = l->file[here].n ? name[here] : table[l->which].at;
        return err_set(err, E_INVAL, "%s=" STR_FMT " needs %s: write %s=FILE (PEM)", *setting,
                       STR_ARG(l->file[here].n ? l->file[here] : l->at), listening_file_what(lacks),
                       name[lacks]);
    }
    return 0;
}

int listening_check(const struct listening *l, const char **setting, struct err *err)
{
    const char *const *name = table[l->which].file;
    struct address a;

    *setting = table[l->which].at;
    if (!l->at.n)
        return 0;
    if (!address_parse_at(l->at, &a, NULL))
        return err_set(err, E_INVAL,
                       "%s=" STR_FMT ": write ADDR:PORT with the address in numbers, for instance %s, or %s",
                       *setting, STR_ARG(l->at), LISTENING_PAGE_AT, table[l->which].none);
    if (!l->tls)
        return 0;
    if (check_pair(l, setting, err) < 0)
        return err ? err->code : E_INVAL;
    if (l->file[LISTENING_CRL].n && !l->file[LISTENING_CA].n) {
        *setting = name[LISTENING_CRL];
        return err_set(err, E_INVAL,
                       "%s=" STR_FMT ": there are no certificates of clients that could be taken back: name "
                       "who signs them with %s=FILE",
                       *setting, STR_ARG(l->file[LISTENING_CRL]), name[LISTENING_CA]);
    }
    if (!address_is_private(&a) && !l->file[LISTENING_CA].n)
        return err_set(err, E_PERM,
                       "%s=" STR_FMT
                       " is an address that everybody may reach: clients must show a certificate there. Name "
                       "who signs these with %s=FILE, or take an address of this machine (127.0.0.1:PORT) or "
                       "of a private network",
                       *setting, STR_ARG(l->at), name[LISTENING_CA]);
    return 0;
}
