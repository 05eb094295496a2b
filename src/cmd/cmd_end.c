/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int cmd_end(const char *name, int status, int failed)
{
    int lost = ferror(stdout);

    if (fflush(stdout) == 0 && !lost)
        return status;
    fprintf(stderr, "vigie %s: cannot write all of the answer: %s\n", name,
            lost ? "standard output is full or broken" : strerror(errno));
    return failed;
}
