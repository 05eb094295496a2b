/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/backup_say.h"

#include "cmd/cmd.h"

#include <inttypes.h>
#include <stdio.h>

void backup_say_bytes(uint64_t bytes)
{
    int unit = bytes >> 20 ? 20 : 10;

    printf("%" PRIu64 ".%" PRIu64 " %ciB", bytes >> unit, (bytes & ((1u << unit) - 1)) * 10 >> unit,
           unit == 20 ? 'M' : 'K');
}

void backup_say_size(uint64_t files, uint64_t bytes)
{
    printf("%" PRIu64 " file%s, ", files, files == 1 ? "" : "s");
    backup_say_bytes(bytes);
}

/* What an archive says of itself is anybody's text. */
void backup_say_seen(const char *name, const struct backup_seen *seen)
{
    char host[sizeof(seen->host)];

    str_copy(host, sizeof(host), str_of(seen->host[0] ? seen->host : "an unknown machine"));
    for (char *c = host; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    printf("%s: made %s on %s by Vigie %s: ", name, seen->made, host, seen->version);
    backup_say_size(seen->files, seen->bytes);
}

void backup_say_damage(const struct backup_seen *seen)
{
    for (unsigned i = 0; i < seen->n_damage; i++)
        printf(
            "Its %s was damaged already when it was saved: %s. A start makes it anew of what is whole of it "
            "and of the journal.\n",
            seen->damage[i].name, seen->damage[i].what);
    if (seen->journal_damage)
        printf("Its journal was damaged already when it was saved, at %u place%s: at least %" PRIu64
               " record%s lost. What is whole is used.\n",
               seen->journal_damage, seen->journal_damage == 1 ? "" : "s", seen->journal_lost,
               seen->journal_lost == 1 ? " is" : "s are");
}

/* The exit status. */
int backup_say_made(const char *name, const struct backup_made *made)
{
    if (!made->n_damage)
        return CMD_OK;
    fprintf(stderr, "vigie backup: what was saved is DAMAGED, and stands in %s as it is:\n", name);
    for (unsigned i = 0; i < made->n_damage; i++)
        fprintf(stderr, "  %s: %s\n", made->damage[i].name, made->damage[i].what);
    fprintf(stderr, "After a restore what is whole of it is used, as by the next start here. Keep older "
                    "backups (none is replaced by this one); 'vigie "
                    "journal verify' looks at all of the record. Check the disk\n");
    return CMD_DAMAGED;
}
