/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/import.h"

#include "os/clock.h"
#include "os/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DUMP_US     (5 * TIME_MIN) /* a dump of RRD_VALUES_MAX values takes seconds */
#define DUMP_MEMORY (2ull << 30)   /* bytes: rrdtool has the file in memory */
#define DUMP_CPU    300u           /* seconds */

#define LOOK_US (TIME_S / 4) /* between two looks for a signal to end */
#define KILL_US (2 * TIME_S) /* what then does not end hangs in the kernel: a dead network disk */

struct running {
    struct proc proc;
    int out, words; /* what it says, and its errors (a file in memory) */
    struct mono until;
    const struct import_dumper *how;
};

static int start(struct running *r, const char *rrdtool, const struct import_source *source, struct err *err)
{
    const char *const argv[] = {rrdtool, "dump", source->path, NULL};
    const char *const envv[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", NULL};
    const struct proc_limit limits[] = {
        {RLIMIT_AS, {DUMP_MEMORY, DUMP_MEMORY}}, {RLIMIT_CPU, {DUMP_CPU, DUMP_CPU}}, {RLIMIT_CORE, {0, 0}}};
    struct proc_spec spec = PROC_SPEC_INIT;
    int ends[2], code;

    r->words = memfd_create("words", MFD_CLOEXEC);
    if (r->words < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, errno, "cannot start %s", rrdtool);
    r->out = ends[0];
    spec.exe = rrdtool;
    spec.argv = argv;
    spec.envv = envv;
    spec.fds = (const struct proc_fd[]){{ends[1], 1}, {r->words, 2}};
    spec.n_fds = 2;
    spec.set_ids = geteuid() == 0;
    spec.uid = source->uid;
    spec.gid = source->gid;
    spec.no_new_privs = true;
    spec.new_session = true;
    spec.death_signal = SIGKILL;
    spec.limits = limits;
    spec.n_limits = ARRAY_LEN(limits);
    code = proc_spawn(&r->proc, &spec, err);
    close(ends[1]);
    return code;
}

static int wait_for(int fd, struct mono until)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int64_t left = MIN(until.us - clock_mono().us, LOOK_US);

    return left <= 0 ? 0 : poll(&p, 1, (int)(left / TIME_MS) + 1);
}

/* It says nothing now. May it go on? */
static int be_patient(const struct running *r, struct mono since, struct err *err)
{
    struct mono now = clock_mono();

    if (!r->how->go_on(r->how->user))
        return err_set(err, E_CLOSED, "stopped");
    if (now.us - since.us >= r->how->silent_us)
        return err_set(
            err, E_TIMEOUT,
            "rrdtool dump says nothing for %u s (a disk that does not answer? --silent gives it more)",
            (unsigned)(r->how->silent_us / TIME_S));
    if (now.us >= r->until.us)
        return err_set(err, E_TIMEOUT, "rrdtool dump takes more than %u minutes",
                       (unsigned)(DUMP_US / TIME_MIN));
    return 0;
}

static int read_all(struct running *r, struct rrd_dump *d, struct err *err)
{
    char bytes[65536];
    struct mono since = clock_mono();
    int code = 0;

    while (code == 0) {
        int ready = wait_for(r->out, r->until);
        ssize_t n;

        if (ready <= 0 && (code = be_patient(r, since, err)) == 0)
            continue;
        if (code < 0)
            return code;
        n = read(r->out, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? err_sys(err, errno, "cannot read from rrdtool") : 0;
        since = clock_mono();
        code = rrd_dump_feed(d, str_make(bytes, (size_t)n), err);
    }
    err_prefix(err, "what rrdtool dump says: ");
    return code;
}

/* The first line of what it complained about. */
static int complaint(struct running *r, int status, struct err *err)
{
    char words[300] = "";
    ssize_t n = pread(r->words, words, sizeof(words) - 1, 0);
    struct str all = str_make(words, n > 0 ? (size_t)n : 0), line = str_trim(str_cut(&all, '\n'));

    for (size_t i = 0; i < line.n; i++)
        if ((unsigned char)words[i] < ' ')
            words[i] = ' ';
    if (WIFSIGNALED(status))
        return err_set(err, E_IO, "rrdtool dump ended by signal %d", WTERMSIG(status));
    return err_set(err, E_IO, "rrdtool dump: " STR_FMT,
                   STR_ARG(line.n ? line : STR("failed and said nothing")));
}

/* Ends it, and all that it started. What does not end is left to the kernel. */
static void put_down(struct running *r, int *status)
{
    struct mono until = {clock_mono().us + KILL_US};

    proc_signal_group(&r->proc, SIGKILL);
    while (proc_reap(&r->proc, status) == 0)
        if (wait_for(r->proc.pidfd, until) == 0 && clock_mono().us >= until.us) {
            proc_forget(&r->proc);
            return;
        }
}

static int end(struct running *r, int code, struct err *err)
{
    struct mono since = clock_mono();
    int status = 0;

    while (code == 0 && proc_reap(&r->proc, &status) == 0)
        if (wait_for(r->proc.pidfd, r->until) == 0)
            code = be_patient(r, since, err);
    if (code < 0 && r->proc.pid)
        put_down(r, &status);
    if (code == 0 && status)
        code = complaint(r, status, err);
    return code;
}

int import_dump(const struct import_dumper *how, const struct import_source *source, struct rrd_dump *d,
                struct err *err)
{
    struct running r = {.out = -1, .words = -1, .until = {clock_mono().us + DUMP_US}, .how = how};
    int code;

    rrd_dump_init(d);
    code = start(&r, how->rrdtool, source, err);
    if (code == 0) {
        code = read_all(&r, d, err);
        code = end(&r, code, err);
    }
    if (code == 0)
        code = rrd_dump_end(d, err);
    if (r.out >= 0)
        close(r.out);
    if (r.words >= 0)
        close(r.words);
    return code;
}
