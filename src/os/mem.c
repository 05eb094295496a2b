/* SPDX-License-Identifier: Apache-2.0 */
#include "os/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

int mem_segment(const char *name, size_t size, int *fd, struct err *err)
{
    int f = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (f < 0)
        return err_sys(err, errno, "cannot make a memory segment");
    if (ftruncate(f, (off_t)size) < 0) {
        int r = err_sys(err, errno, "cannot make a memory segment of %zu bytes", size);

        close(f);
        return r;
    }
    *fd = f;
    return 0;
}

static int add_seals(int fd, int seals, struct err *err)
{
    if (fcntl(fd, F_ADD_SEALS, seals) < 0)
        return err_sys(err, errno, "cannot seal a memory segment");
    return 0;
}

int mem_seal(int fd, struct err *err)
{
    return add_seals(fd, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, err);
}

int mem_seal_for_readers(int fd, struct err *err)
{
    return add_seals(fd, F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, err);
}

int mem_check_sealed(int fd, struct err *err)
{
    int want = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW, have = fcntl(fd, F_GET_SEALS);

    if (have < 0 || (have & want) != want)
        return err_set(err, E_FORMAT, "a memory segment is not sealed");
    return 0;
}

int mem_map_rw(int fd, size_t size, void **base, struct err *err)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED)
        return err_sys(err, errno, "cannot map a memory segment");
    *base = p;
    return 0;
}

void mem_populate(void *base, size_t len)
{
    madvise(base, len,
            23 /* MADV_POPULATE_WRITE, of Linux 5.14; what an older kernel refuses comes page by page */);
}

void mem_populate_ro(const void *base, size_t len)
{
    madvise((void *)(uintptr_t)base, len, 22 /* MADV_POPULATE_READ */);
}

int mem_map_ro(int fd, const void **base, size_t *len, struct err *err)
{
    struct stat st;
    void *p;

    if (fstat(fd, &st) < 0)
        return err_sys(err, errno, "cannot look at a memory segment");
    if (st.st_size <= 0)
        return err_set(err, E_FORMAT, "a memory segment is empty");
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return err_sys(err, errno, "cannot map a memory segment");
    *base = p;
    *len = (size_t)st.st_size;
    return 0;
}

void mem_unmap(const void *base, size_t len)
{
    if (base)
        munmap((void *)(uintptr_t)base, len);
}

#define BIG_BYTES   (4 * 1024 * 1024) /* a block that is mapped by itself */
#define SPARE_BYTES (1024 * 1024)     /* of the heap's end, kept when free */

void mem_set_heap(void)
{
    /* Said once, it does not rise with use: the states that a reload leaves behind go back to the system. */
    mallopt(M_MMAP_THRESHOLD, BIG_BYTES);
    /* What one request frees the next one takes: to give each page back to the system and get it again costs more than the request. */
    mallopt(M_TRIM_THRESHOLD, SPARE_BYTES);
    /* A freed block joins its neighbours at once. Else a hundred thousand small ones wait for whoever is the next to want a large one. */
    mallopt(M_MXFAST, 0);
}

void mem_trim(void)
{
    malloc_trim(0);
}
