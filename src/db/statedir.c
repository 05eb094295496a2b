/* SPDX-License-Identifier: Apache-2.0 */
#include "db/statedir.h"

#include "base/buf.h"
#include "os/file.h"

#include <stdio.h>

const char *statedir_network(long type)
{
    static const struct {
        uint32_t type; /* statfs(2) has them */
        const char *name;
    } known[] = {
        {0x6969, "NFS"},        {0x517b, "SMB"},
        {0xff534d42, "CIFS"},   {0xfe534d42, "SMB2"},
        {0x00c36400, "Ceph"},   {0x5346414f, "AFS"},
        {0x01021997, "9p"},     {0x47504653, "GPFS"},
        {0x0bd00bd0, "Lustre"}, {0x013111a8, "a Veritas file system"},
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if ((uint32_t)type == known[i].type)
            return known[i].name;
    return NULL;
}

static int judge(struct str text, const char *path, struct err *err)
{
    struct str mark = STR("vigie-state ");
    uint64_t version;

    text = str_trim(text);
    if (!str_starts(text, mark) || !str_to_u64(str_sub(text, mark.n, text.n), &version) || !version)
        return err_set(err, E_FORMAT,
                       "%s/format is damaged or this folder is not Vigie's: name another with "
                       "vigie_state_dir=DIR, or, if it is Vigie's, "
                       "write the line \"vigie-state %d\" into it again",
                       path, STATEDIR_FORMAT);
    if (version > STATEDIR_FORMAT)
        return err_set(err, E_FORMAT,
                       "the state folder %s was written by a newer Vigie (format %llu, this one knows %d): "
                       "run that version, or name another "
                       "folder with vigie_state_dir=DIR; nothing was changed",
                       path, (unsigned long long)version, STATEDIR_FORMAT);
    return 0;
}

int statedir_check_format(int dir, const char *path, struct err *err)
{
    struct buf b = BUF_INIT;
    struct err missing = ERR_INIT;
    char line[32];
    int r = file_read_at(dir, "format", 4096, &b, &missing);

    if (r == 0) {
        r = judge(buf_str(&b), path, err);
    } else if (r == E_NOENT) {
        r = snprintf(line, sizeof(line), "vigie-state %d\n", STATEDIR_FORMAT);
        r = file_replace_at(dir, "format", line, (size_t)r, 0644, err);
    } else {
        err_set(err, missing.code, "%s", missing.text);
    }
    buf_release(&b);
    return r;
}
