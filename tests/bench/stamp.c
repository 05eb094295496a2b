/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plugin of the bench: `stamp ID FILE` appends {id, monotonic nanoseconds} to FILE, prints one line with
 * performance data and exits 0 - or 1 if its stamp is the first one in FILE, so that the first result is an alert,
 * which every engine writes to its log.
 *
 * With -DFLOOR -nostdlib it runs without libc: what is measured then is the engine and the kernel, not libc's start.
 * bench.py compiles both.
 */
#include <stdint.h>

#ifdef FLOOR
#include <asm/unistd.h>

#if defined(__x86_64__)
static long call(long n, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long ret;

    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return ret;
}
__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call entry\n hlt\n");
#elif defined(__aarch64__)
static long call(long n, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;

    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
__asm__(".globl _start\n_start: mov x0, sp\n bl entry\n");
#else
#error "no entry code for this machine: bench.py uses the libc plugin only"
#endif

static long sys_open(const char *path)
{
    return call(__NR_openat, -100, (long)path, 02001 /* O_WRONLY | O_APPEND */, 0);
}
static long sys_write(long fd, const void *p, long n)
{
    return call(__NR_write, fd, (long)p, n, 0);
}
static long sys_tell(long fd)
{
    return call(__NR_lseek, fd, 0, 1 /* SEEK_CUR */, 0);
}
static void sys_now(int64_t t[2])
{
    call(__NR_clock_gettime, 1 /* CLOCK_MONOTONIC */, (long)t, 0, 0);
}
#else
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static long sys_open(const char *path)
{
    return open(path, O_WRONLY | O_APPEND);
}
static long sys_write(long fd, const void *p, long n)
{
    return write((int)fd, p, (size_t)n);
}
static long sys_tell(long fd)
{
    return lseek((int)fd, 0, SEEK_CUR);
}
static void sys_now(int64_t t[2])
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    t[0] = now.tv_sec;
    t[1] = now.tv_nsec;
}
#endif

static int stamp(int argc, char **argv)
{
    static const char line[] = "OK - stamped|took=0.001s;1;2;0 size=42B;;;0\n";
    int64_t record[2] = {0, 0}, now[2];
    long fd;

    if (argc < 3)
        return 3;
    for (const char *p = argv[1]; *p; p++)
        record[0] = record[0] * 10 + (*p - '0');
    fd = sys_open(argv[2]);
    sys_now(now);
    record[1] = now[0] * 1000000000 + now[1];
    if (fd < 0 || sys_write(fd, record, sizeof(record)) != sizeof(record))
        return 3;
    sys_write(1, line, sizeof(line) - 1);
    return sys_tell(fd) == (long)sizeof(record);
}

#ifdef FLOOR
void entry(long *sp);
void entry(long *sp)
{
    call(__NR_exit_group, stamp((int)sp[0], (char **)(sp + 1)), 0, 0, 0);
    __builtin_unreachable();
}
#else
int main(int argc, char **argv)
{
    return stamp(argc, argv);
}
#endif
