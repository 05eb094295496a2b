/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `./dev bench audit`: how many actions a second the audit record takes, each with the entry before it synced and the one behind it, alone and as many at a time as wait for the same sync, beside the same writes and syncs and nothing else; and how long it takes to verify it.
 * Usage: bench_audit FOLDER [ACTIONS]
 */
#include "db/audit.h"
#include "os/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void must(int64_t r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench: %s: %lld\n", what, (long long)r);
    exit(1);
}

static void act(struct audit *a, unsigned at_once)
{
    struct str object = STR("web-0042;http");
    uint64_t n[256];

    for (unsigned i = 0; i < at_once; i++)
        n[i] = audit_add(a, clock_wall(),
                         &(struct audit_entry){.kind = AUDIT_ASKED,
                                               .who = STR("anna"),
                                               .by = STR("session"),
                                               .role = STR("operator"),
                                               .from = STR("192.0.2.17"),
                                               .method = STR("POST"),
                                               .route = STR("/api/v1/resources/{id}/acknowledge"),
                                               .path = STR("/api/v1/resources/1042/acknowledge"),
                                               .right = STR("resources.acknowledge"),
                                               .object = &object,
                                               .n_object = 1,
                                               .body = STR("{\"comment\":\"I look at it\"}")});
    must(audit_commit(a, clock_wall()), a->why);
    for (unsigned i = 0; i < at_once; i++)
        audit_add(a, clock_wall(), &(struct audit_entry){.kind = AUDIT_DONE, .of = n[i], .status = 200});
}

/* Writing and syncing as many bytes as often, and nothing else, in a file that has its room already. */
static double raw(int folder, size_t bytes, unsigned times)
{
    int fd = openat(folder, "raw", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char *text = mem_zalloc(bytes);
    struct mono began;

    must(fd, "raw");
    must(posix_fallocate(fd, 0, (off_t)(bytes * times)) ? -1 : 0, "posix_fallocate");
    must(fsync(fd), "fsync");
    began = clock_mono();
    for (unsigned i = 0; i < times; i++) {
        must(write(fd, text, bytes), "write");
        must(fdatasync(fd), "fdatasync");
    }
    mem_free(text);
    close(fd);
    unlinkat(folder, "raw", 0);
    return (double)(clock_mono().us - began.us) / 1e6;
}

static double busy_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(struct audit *a, int folder, unsigned at_once, unsigned actions)
{
    struct mono began = clock_mono();
    uint64_t bytes = a->at;
    unsigned commits = 0;
    double wall, busy = busy_s();

    for (unsigned i = 0; i < actions; i += at_once, commits++)
        act(a, at_once);
    wall = (double)(clock_mono().us - began.us) / 1e6;
    busy = busy_s() - busy;
    bytes = a->at > bytes ? a->at - bytes : a->at; /* or it began another file */
    printf("%u at a time: %.0f actions a second, %.1f us of the processor each; %.2f of what the disk alone "
           "makes\n",
           at_once, actions / wall, busy * 1e6 / actions, raw(folder, bytes / commits, commits) / wall);
}

int main(int argc, char **argv)
{
    static const unsigned at_once[] = {1, 8, 64};
    unsigned actions = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 2048;
    struct journal_dir dir;
    struct journal_io io;
    struct audit_found found;
    struct err err = ERR_INIT;
    struct mono began;
    struct audit a;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_audit FOLDER [ACTIONS]\n");
        return 2;
    }
    mkdir(argv[1], 0700);
    dir.fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir.fd, argv[1]);
    journal_io_dir(&io, &dir);
    must(audit_open(&a, &io, TIME_DAY, clock_wall(), &err), err.text);
    for (size_t i = 0; i < ARRAY_LEN(at_once); i++)
        run(&a, dir.fd, at_once[i], actions);
    must(audit_commit(&a, clock_wall()), a.why);
    began = clock_mono();
    must(audit_verify(&io, NULL, 0, &found, &err), err.text);
    printf("verify: %.0f entries a second%s\n",
           (double)found.last * 1e6 / (double)(clock_mono().us - began.us), found.wrong);
    audit_release(&a);
    close(dir.fd);
    return 0;
}
