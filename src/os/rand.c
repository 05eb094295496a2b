/* SPDX-License-Identifier: Apache-2.0 */
#include "os/rand.h"

#include "base/bug.h"

#include <errno.h>
#include <sys/random.h>

void rand_bytes(void *p, size_t n)
{
    char *at = p;

    while (n) {
        ssize_t got = getrandom(at, n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        BUG_ON(got < 0);
        at += got;
        n -= (size_t)got;
    }
}
