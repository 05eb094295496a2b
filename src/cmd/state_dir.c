/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/state_dir.h"

#include "base/buf.h"
#include "os/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_MOST (64u * 1024 * 1024)

/* vigie_state_dir of a main file: the only line needed of it. False: the file cannot be read. */
static bool state_of(const char *main_file, char *out, size_t size, struct err *err)
{
    struct buf b = BUF_INIT;
    struct str rest;

    if (file_read(main_file, CONFIG_MOST, &b, err) < 0) {
        buf_release(&b);
        return false;
    }
    rest = buf_str(&b);
    while (rest.p) {
        struct str value = str_trim(str_cut(&rest, '\n')), name = str_trim(str_cut(&value, '='));

        if (str_eq_c(name, "vigie_state_dir"))
            str_copy(out, size, str_trim(value));
    }
    buf_release(&b);
    return true;
}

int state_dir_find(const char *config, const char *state, char *out, size_t size, struct err *err)
{
    str_copy(out, size, STR("/var/lib/vigie"));
    if (state && config)
        return err_set(err, E_INVAL, "give -c or --state, not both");
    if (state)
        str_copy(out, size, str_of(state));
    else if (config && !state_of(config, out, size, err))
        return err->code;
    else if (!config)
        state_of("/etc/vigie/vigie.conf", out, size, NULL);
    return 0;
}

int state_dir_straighten(const char *path, char *out, size_t size, struct err *err)
{
    char copy[4001], folder[PATH_MAX];
    char *slash;

    if (!str_copy(copy, sizeof(copy), str_of(path)) || !copy[0])
        return err_set(err, E_INVAL, "this path is too long, or empty: %.60s", path);
    while (strlen(copy) > 1 && copy[strlen(copy) - 1] == '/')
        copy[strlen(copy) - 1] = '\0';
    slash = strrchr(copy, '/');
    if (slash)
        *slash = '\0';
    if (!realpath(!slash ? "." : slash == copy ? "/" : copy, folder))
        return err_sys(err, errno, "cannot find the folder of %s", path);
    snprintf(out, size, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, slash ? slash + 1 : copy);
    return 0;
}

int state_dir_real(const char *config, const char *state, char *out, size_t size, struct err *err)
{
    char given[4096], *real;
    int r = state_dir_find(config, state, given, sizeof(given), err);

    if (r < 0)
        return r;
    real = realpath(given, NULL);
    r = real && str_copy(out, size, str_of(real)) ? 0 : state_dir_straighten(given, out, size, err);
    free(real);
    return r;
}
