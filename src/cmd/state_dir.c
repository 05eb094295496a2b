/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/state_dir.h"

#include "base/buf.h"
#include "os/file.h"

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
