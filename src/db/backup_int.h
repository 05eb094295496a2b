/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What making and reading a backup share: which names are in one. */
#include "base/str.h"
#include "db/series_record.h"

enum { BACKUP_FOLDERS = 7 };
/* In the order in which they are taken: databases, and how far exports are, before the journal, which knows all of that. */
extern const char *const backup_folders[BACKUP_FOLDERS];

/* May this file of that folder be in a backup? */
static inline bool backup_name_allowed(const char *folder, struct str file)
{
    if (!file.n || file.n > 200 || file.p[0] == '.')
        return false;
    for (size_t i = 0; i < file.n; i++) {
        char c = file.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' &&
            c != '-' && c != '_')
            return false;
    }
    if (str_eq_c(str_of(folder), "auth"))
        return str_eq_c(file, "users") || str_eq_c(file, "filters");
    if (str_eq_c(str_of(folder), "audit"))
        return str_ends(file, STR(".audit"));
    if (str_eq_c(str_of(folder), "db"))
        return str_ends(file, STR(".db"));
    if (str_eq_c(str_of(folder), "db/series")) {
        char name[SERIES_NAME];
        struct series_header h;

        return str_copy(name, sizeof(name), file) && series_name_get(name, &h);
    }
    return !str_ends(file, STR(".new")); /* a file that was being replaced */
}
