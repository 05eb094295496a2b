/* SPDX-License-Identifier: Apache-2.0 */
/* The runner from outside: real plugins, good and bad, and what it says of them. argv[1]: the program that holds the role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/clock.h"
#include "os/file.h"
#include "rig.h"
#include "temp_dir.h"

enum { EXIT, SIGNALED, TIMEOUT, NOT_STARTED, LOST };

static const char *program;

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SH(text)  ARGV("/bin/sh", "-c", text)

static int setup(void **state)
{
    static struct rig g;

    rig_begin(&g, program, ROLE_RUNNER,
              ARGV("vigie_env=EXTRA=a,b c", "vigie_runners=2", "vigie_env=MORE=1", "vigie_env==no"));
    *state = &g;
    return 0;
}

static int teardown(void **state)
{
    rig_end(*state);
    return 0;
}

static const struct rig_answer *do_run(struct rig *g, uint64_t id, int64_t timeout_us,
                                       const char *const *argv)
{
    rig_run(g, id, 0, timeout_us, argv);
    return rig_answer(g, id);
}

/* ---- what a plugin's end becomes ---- */

static void test_ends(void **state)
{
    static const struct {
        const char *text;
        uint64_t how, code;
        const char *output, *error;
    } cases[] = {
        {"echo fine", EXIT, 0, "fine\n", ""},
        {"echo warn; exit 1", EXIT, 1, "warn\n", ""},
        {"exit 2", EXIT, 2, "", ""},
        {"echo no >&2; exit 3", EXIT, 3, "", "no\n"},
        {"exit 255", EXIT, 255, "", ""},
        {"exit 126", EXIT, 126, "", ""},
        {"echo dying; kill -SEGV $$", SIGNALED, SIGSEGV, "dying\n", ""},
        {"kill -KILL $$", SIGNALED, SIGKILL, "", ""},
        {"kill -TERM $$", SIGNALED, SIGTERM, "", ""},
        {"cat", EXIT, 0, "", ""}, /* standard input is empty */
        {"echo one; exec >&-; echo two >&2; exit 0", EXIT, 0, "one\n", "two\n"},
        {"exec >&- 2>&-; exit 1", EXIT, 1, "", ""},
    };
    struct rig *g = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct rig_answer *a = do_run(g, 100 + i, 20 * TIME_S, SH(cases[i].text));

        assert_int_equal(a->how, cases[i].how);
        assert_int_equal(a->code, cases[i].code);
        assert_string_equal(a->output, cases[i].output);
        assert_string_equal(a->error, cases[i].error);
        assert_false(a->truncated || a->rightless);
    }
}

static void test_every_exit_code(void **state)
{
    struct rig *g = *state;
    char text[32];

    for (unsigned code = 0; code < 256; code += code < 8 || code > 250 ? 1 : 61) {
        snprintf(text, sizeof(text), "exit %u", code);
        assert_int_equal(do_run(g, 1000 + code, 20 * TIME_S, SH(text))->code, code);
    }
}

static void test_environment(void **state)
{
    const struct rig_answer *a = do_run(*state, 200, 20 * TIME_S, ARGV("/usr/bin/env"));
    struct str rest = str_of(a->output);
    unsigned n = 0;

    while (rest.n) {
        struct str line = str_cut(&rest, '\n');

        assert_true(str_starts(line, STR("PATH=/")) || str_starts(line, STR("HOME=/")) ||
                    str_eq_c(line, "LANG=C.UTF-8") || str_eq_c(line, "EXTRA=a,b c") ||
                    str_eq_c(line, "MORE=1"));
        n++;
    }
    assert_int_equal(n, 5);
}

static void test_words(void **state)
{
    /* A secret, an escaped escape, a name looked for in PATH, words that only a shell would take for something. */
    const struct rig_answer *a =
        do_run(*state, 210, 20 * TIME_S,
               ARGV("printf", "%s|%s|%s|%s", "\x01S0;x", "y\x01S1;", "\x01\x01", "$(id) ; *"));

    assert_string_equal(a->output, "s3cr3tx|ya\x01"
                                   "b|\x01|$(id) ; *");
    a = do_run(*state, 211, 20 * TIME_S,
               ARGV("printf", "\x01M1;")); /* a macro that the engine should have filled */
    assert_int_equal(a->how, NOT_STARTED);
}

/* A plugin holds its own standard descriptors and nothing of ours. */
static void test_descriptors(void **state)
{
    /* 3 is the folder while the shell reads it. */
    const struct rig_answer *a =
        do_run(*state, 220, 20 * TIME_S,
               SH("for f in /proc/$$/fd/*; do printf '%s ' ${f##*/}; done; ulimit -n; ulimit -c"));
    long files = 0;

    assert_int_equal(sscanf(a->output, "0 1 2 3 %ld", &files), 1);
    assert_in_range(files, 16, 1024);
    assert_true(str_ends(str_trim(str_of(a->output)), STR("\n0")));
}

/* ---- what does not start ---- */

static void write_file(const char *dir, const char *name, const char *text, mode_t mode, char *path,
                       size_t size)
{
    FILE *f;

    snprintf(path, size, "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_not_started(void **state)
{
    static const struct {
        const char *name, *text;
        mode_t mode;
        int code;
        const char *says;
    } cases[] = {
        {"plain", "#!/bin/sh\n", 0644, EACCES, "is not executable"},
        {"bad_interpreter", "#!/no/such/thing -x\n", 0755, ENOENT, "the interpreter '/no/such/thing'"},
        {"crlf", "#!/bin/sh\r\necho\n", 0755, ENOENT, "line ends of Windows"},
    };
    struct rig *g = *state;
    const struct rig_answer *a;
    char dir[200], path[300];

    temp_dir_make(dir, sizeof(dir));
    chmod(dir, 0755);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        write_file(dir, cases[i].name, cases[i].text, cases[i].mode, path, sizeof(path));
        a = do_run(g, 300 + i, 20 * TIME_S, ARGV(path));
        assert_int_equal(a->how, NOT_STARTED);
        assert_int_equal(a->code, cases[i].code);
        assert_non_null(strstr(a->error, path));
        if (!strstr(a->error, cases[i].says))
            fail_msg("'%s' does not say '%s'", a->error, cases[i].says);
    }
    a = do_run(g, 310, 20 * TIME_S, ARGV("/no/such/plugin"));
    assert_true(a->how == NOT_STARTED && a->code == ENOENT);
    assert_string_equal(a->error, "/no/such/plugin does not exist");
    a = do_run(g, 311, 20 * TIME_S, ARGV("no_such_plugin_in_path"));
    assert_true(a->how == NOT_STARTED && a->code == ENOENT);
    a = do_run(g, 312, 20 * TIME_S, ARGV(dir));
    assert_true(a->how == NOT_STARTED && strstr(a->error, "is a folder"));
    a = do_run(g, 313, 20 * TIME_S, ARGV(""));
    assert_int_equal(a->how, NOT_STARTED);
    /* Without a first line it is the shell's, as for execvp. */
    write_file(dir, "bare", "echo bare $1; exit 1\n", 0755, path, sizeof(path));
    a = do_run(g, 314, 20 * TIME_S, ARGV(path, "word"));
    assert_true(a->how == EXIT && a->code == 1);
    assert_string_equal(a->output, "bare word\n");
    temp_dir_remove(dir);
}

/* ---- output ---- */

static void test_ten_megabytes(void **state)
{
    const struct rig_answer *a =
        do_run(*state, 400, 60 * TIME_S,
               SH("head -c 10000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero >&2; exit 1"));

    assert_true(a->how == EXIT && a->code == 1);
    assert_true(a->truncated);
    assert_int_equal(a->output_n, LIMIT_OUTPUT_TOTAL);
}

static void test_odd_bytes(void **state)
{
    const struct rig_answer *a =
        do_run(*state, 410, 20 * TIME_S, SH("printf 'caf\\351 \\000 \\377\\001 end'"));

    assert_int_equal(a->output_n, 13);
    assert_memory_equal(a->output, "caf\xe9 \0 \xff\x01 end", 13);
}

/* What a background child says later is nobody's; that it holds the pipe must not hold the result. */
static void test_pipe_held(void **state)
{
    struct mono before = clock_mono();
    const struct rig_answer *a = do_run(*state, 420, 60 * TIME_S, SH("echo now; sleep 50 & exit 2"));

    assert_true(a->how == EXIT && a->code == 2);
    assert_string_equal(a->output, "now\n");
    assert_true(clock_mono().us - before.us < 45 * TIME_S);
}

/* ---- time ---- */

static bool is_dead(void *user)
{
    pid_t pid = *(const pid_t *)user;
    char path[64], text[512] = "";
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    f = fopen(path, "re");
    if (!f)
        return true;
    (void)!fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    return strstr(text, ") Z ") != NULL;
}

static void assert_dies(struct rig *g, const char *pid_text)
{
    pid_t pid = (pid_t)strtol(pid_text, NULL, 10);

    assert_true(pid > 1);
    rig_until(g, is_dead, &pid, "the end of a left-over process");
}

static void test_timeout(void **state)
{
    const struct rig_answer *a = do_run(*state, 500, 200 * TIME_MS, SH("echo begun; sleep 50"));

    assert_int_equal(a->how, TIMEOUT);
    assert_string_equal(a->output, "begun\n");
    assert_true(a->lasted_us >= 200 * TIME_MS);
}

static void test_term_ignored(void **state)
{
    struct rig *g = *state;
    const struct rig_answer *a = do_run(
        g, 510, 200 * TIME_MS, SH("trap '' TERM; sleep 50 & echo $$ $!; while :; do wait; sleep 1; done"));
    const char *second;

    assert_int_equal(a->how, TIMEOUT);
    assert_true(a->lasted_us >= 200 * TIME_MS + LIMIT_KILL_GRACE_US);
    second = strchr(a->output, ' ');
    assert_non_null(second);
    assert_dies(g, a->output);
    assert_dies(g, second + 1);
}

/* Time enough to say goodbye: what it prints and returns after TERM is still a timeout. */
static void test_term_obeyed(void **state)
{
    const struct rig_answer *a =
        do_run(*state, 520, 200 * TIME_MS, SH("trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done"));

    assert_int_equal(a->how, TIMEOUT);
    assert_string_equal(a->output, "bye\n");
}

/* It returns at once and leaves a daemon behind (own session, no environment, all closed): that has the plugin's time, not more. */
static void test_daemon(void **state)
{
    struct rig *g = *state;
    const struct rig_answer *a =
        do_run(g, 530, 1500 * TIME_MS,
               SH("(setsid env -i /bin/sh -c 'echo $$; exec sleep 100 <&- >&- 2>&-' &) | head -1"));

    assert_true(a->how == EXIT && a->code == 0);
    assert_dies(g, a->output);
}

/* The same in the middle of the run, of a plugin that then hangs, each generation with children of its own. */
static void test_daemon_of_hanging(void **state)
{
    struct rig *g = *state;
    const struct rig_answer *a =
        do_run(g, 540, 500 * TIME_MS,
               SH("setsid sh -c 'trap \"\" TERM; setsid sh -c \"sleep 100 & echo \\$\\$ \\$!; wait\" & sleep "
                  "99' & trap '' TERM; sleep 98; sleep 97"));

    assert_int_equal(a->how, TIMEOUT);
    assert_dies(g, a->output);
    assert_dies(g, strchr(a->output, ' ') + 1);
}

/* An event handler may start a daemon: that is what it is for. */
static void test_handler_leaves_daemon(void **state)
{
    struct rig *g = *state;
    const struct rig_answer *a;
    pid_t pid;

    rig_run(g, 550, 2, 300 * TIME_MS, SH("setsid sleep 100 </dev/null >/dev/null 2>&1 & echo $!"));
    a = rig_answer(g, 550);
    pid = (pid_t)strtol(a->output, NULL, 10);
    assert_true(pid > 1);
    do_run(g, 551, 1200 * TIME_MS, SH("sleep 50")); /* two sweeps and more pass meanwhile */
    assert_int_equal(kill(pid, 0), 0);
    kill(pid, SIGKILL);
}

/* ---- engine and runner ---- */

static bool lists(const struct rig *g, uint64_t id)
{
    for (size_t i = 0; i < g->listed.n; i++) {
        if (g->listed.at[i] == id)
            return true;
    }
    return false;
}

/* Each run is said to begin before its result comes, in the order in which they were given. */
static void test_begun(void **state)
{
    struct rig *g = *state;
    size_t n = g->begun.n;

    do_run(g, 590, 20 * TIME_S, SH("exit 1"));
    do_run(g, 591, 20 * TIME_S, SH("exit 0"));
    do_run(g, 592, 20 * TIME_S, ARGV("/nowhere"));
    assert_int_equal(g->begun.n, n + 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(g->begun.at[n + i], 590 + i);
}

static void test_kill(void **state)
{
    struct rig *g = *state;
    struct buf b = BUF_INIT;

    rig_run(g, 600, 0, 60 * TIME_S, SH("trap '' TERM; sleep 50"));
    rig_connect(g);
    assert_true(lists(g, 600)); /* a new engine is told what runs */
    msg_must(msg_put_kill(&b, &(struct msg_kill){.run_id = 600}));
    rig_send(g, &b);
    do_run(g, 601, 20 * TIME_S, SH("exit 0"));
    for (bool there = true; there;) {
        rig_connect(g);
        there = lists(g, 600);
    }
    assert_false(rig_has(g, 600)); /* nobody wants its result */
    buf_release(&b);
}

static void test_kept_until_stored(void **state)
{
    struct rig *g = *state;
    struct buf b = BUF_INIT;
    uint64_t seq;

    do_run(g, 610, 20 * TIME_S, SH("echo a"));
    seq = do_run(g, 611, 20 * TIME_S, SH("echo b"))->seq;
    do_run(g, 612, 20 * TIME_S, SH("echo c"));
    rig_forget(g);
    rig_connect(g);
    assert_string_equal(rig_answer(g, 610)->output, "a\n"); /* the new engine gets them again */
    assert_string_equal(rig_answer(g, 612)->output, "c\n");
    msg_must(msg_put_result_stored(&b, &(struct msg_result_stored){.seq = seq}));
    rig_send(g, &b);
    do_run(g, 613, 20 * TIME_S, SH("echo d"));
    rig_forget(g);
    rig_connect(g);
    assert_string_equal(rig_answer(g, 613)->output, "d\n");
    assert_true(rig_has(g, 612) && !rig_has(g, 611) && !rig_has(g, 610));
    msg_must(msg_put_result_stored(&b, &(struct msg_result_stored){.seq = rig_answer(g, 613)->seq}));
    rig_send(g, &b);
    do_run(g, 614, 20 * TIME_S, SH("echo e")); /* what was said before is heard by now */
    msg_must(msg_put_result_stored(&b, &(struct msg_result_stored){.seq = rig_answer(g, 614)->seq}));
    rig_send(g, &b);
    do_run(g, 615, 20 * TIME_S, SH("echo f"));
    msg_must(msg_put_result_stored(&b, &(struct msg_result_stored){.seq = rig_answer(g, 615)->seq}));
    rig_send(g, &b);
    rig_forget(g);
    rig_connect(g); /* nothing is kept now: a new engine gets what comes, all the same */
    assert_string_equal(do_run(g, 616, 20 * TIME_S, SH("echo g"))->output, "g\n");
    assert_int_equal(g->answer.n, 1);
    buf_release(&b);
}

/* The engine dies while a plugin runs: the next one gets the result. */
static void test_engine_away(void **state)
{
    struct rig *g = *state;

    rig_run(g, 620, 0, 20 * TIME_S, SH("sleep 0.2; echo late"));
    rig_connect(g);
    assert_string_equal(rig_answer(g, 620)->output, "late\n");
}

/* A runner that began in mid-reload has no secrets of the configuration before: it says that nothing ran, so that it is said again. */
static void test_another_configuration(void **state)
{
    struct rig *g = *state;

    rig_run_of(g, 640, 0, 20 * TIME_S, 7, SH("echo none"));
    assert_int_equal(rig_answer(g, 640)->how, LOST);
    rig_run_of(g, 641, 0, 20 * TIME_S, 1, SH("echo this"));
    assert_int_equal(rig_answer(g, 641)->how, EXIT);
    assert_string_equal(rig_answer(g, 641)->output, "this\n");
}

static void test_many(void **state)
{
    enum { N = 300 };
    struct rig *g = *state;
    const char *const argv[] = {"/bin/sh", "-c", "echo $$; exit 1", NULL};

    rig_forget(g);
    for (uint64_t i = 0; i < N; i++)
        rig_run(g, 10000 + i, 0, 60 * TIME_S, argv);
    for (uint64_t i = 0; i < N; i++)
        assert_int_equal(rig_answer(g, 10000 + i)->code, 1);
    assert_int_equal(g->answer.n, N);
}

static void test_said_twice(void **state)
{
    struct rig *g = *state;

    rig_forget(g);
    rig_run(g, 630, 0, 20 * TIME_S, SH("sleep 0.2; echo once"));
    rig_run(g, 630, 0, 20 * TIME_S, SH("sleep 0.2; echo once"));
    rig_answer(g, 630);
    do_run(g, 631, 20 * TIME_S, SH("sleep 0.4"));
    assert_int_equal(g->answer.n, 2);
}

static bool began_all(void *user)
{
    const struct rig *g = user;

    return g->begun.n >= 3;
}

static bool is_there(void *user)
{
    return access(user, F_OK) == 0;
}

static bool began_last(void *user)
{
    const struct rig *g = user;

    return g->begun.n && VEC_LAST(&g->begun) == 703;
}

/* Handlers belong to what happened, not to the engine that gave them: those that run and those that wait go on when it has ended, and the next one is told nothing of them. */
static void test_handlers_without_engine(void **unused UNUSED)
{
    static struct rig g;
    char dir[200], path[300], text[600];

    temp_dir_make(dir, sizeof(dir));
    rig_begin(&g, program, ROLE_RUNNER, ARGV("vigie_max_concurrent_handlers=1"));
    snprintf(path, sizeof(path), "%s/go", dir);
    snprintf(text, sizeof(text), "until [ -e %s ]; do sleep 0.01; done; touch %s/$0", path, dir);
    rig_run(&g, 700, 1, 20 * TIME_S, SH("sleep 10"));
    for (uint64_t i = 701; i <= 703; i++)
        rig_run(&g, i, 2, 20 * TIME_S, ARGV("/bin/sh", "-c", text, i == 701 ? "a" : i == 702 ? "b" : "c"));
    do_run(&g, 710, 20 * TIME_S, SH("exit 0"));
    rig_connect(&g);
    assert_true(lists(&g, 700)); /* a notification is given again */
    assert_false(lists(&g, 701) || lists(&g, 702) || lists(&g, 703));
    fclose(fopen(path, "w"));
    rig_until(&g, began_last, &g, "the last one begins");
    do_run(&g, 711, 20 * TIME_S, SH("sleep 0.3"));
    for (const char *name = "abc"; *name; name++) {
        snprintf(path, sizeof(path), "%s/%c", dir, *name);
        rig_until(&g, is_there, path, "all were made");
    }
    do_run(&g, 712, 20 * TIME_S, SH("exit 0"));
    assert_false(rig_has(&g, 701) || rig_has(&g, 702) ||
                 rig_has(&g, 703)); /* nobody asks for their results */
    rig_end(&g);
    temp_dir_remove(dir);
}

/* Three at once, the others in their order; checks and handlers wait for none of them, and those that wait have all their time. */
static void test_turns(void **unused UNUSED)
{
    enum { N = 12 };
    static struct rig g;
    char dir[200], path[300], text[400];
    struct buf b = BUF_INIT;

    temp_dir_make(dir, sizeof(dir));
    rig_begin(&g, program, ROLE_RUNNER,
              ARGV("vigie_max_concurrent_notifications=3", "vigie_max_concurrent_handlers=1"));
    snprintf(path, sizeof(path), "%s/go", dir);
    snprintf(text, sizeof(text), "until [ -e %s ]; do sleep 0.01; done; sleep 0.3; echo told", path);
    for (uint64_t i = 0; i < N; i++)
        rig_run(&g, 100 + i, 1, i < 3 ? 60 * TIME_S : TIME_S, SH(text));
    rig_run(&g, 200, 1, TIME_S, ARGV("/nowhere"));
    rig_run(&g, 201, 1, TIME_S, ARGV("/nowhere"));
    rig_until(&g, began_all, &g, "the first ones begin");
    assert_int_equal(do_run(&g, 300, 20 * TIME_S, SH("exit 2"))->code, 2);
    rig_run(&g, 400, 2, 20 * TIME_S, SH("exit 3"));
    assert_int_equal(rig_answer(&g, 400)->code, 3);
    rig_connect(&g); /* those that wait are listed, too */
    assert_true(lists(&g, 100) && lists(&g, 100 + N - 1) && lists(&g, 201));
    assert_int_equal(g.begun.n, 5);
    assert_false(rig_has(&g, 100) || rig_has(&g, 103) || rig_has(&g, 200));
    assert_int_equal(msg_put_kill(&b, &(struct msg_kill){.run_id = 105}), 0);
    rig_send(&g, &b);
    buf_release(&b);
    fclose(fopen(path, "w"));
    for (uint64_t i = 0; i < N; i++) {
        if (i == 5)
            continue;
        assert_int_equal(rig_answer(&g, 100 + i)->how, EXIT);
        assert_string_equal(rig_answer(&g, 100 + i)->output, "told\n");
    }
    assert_int_equal(rig_answer(&g, 200)->how, NOT_STARTED);
    assert_int_equal(rig_answer(&g, 201)->how, NOT_STARTED);
    assert_false(rig_has(&g, 105));
    assert_int_equal(g.begun.n, N - 1 + 2 + 2);
    for (size_t i = 6; i < g.begun.n; i++)
        assert_true(g.begun.at[i] > g.begun.at[i - 1]);
    for (uint64_t i = 0; i < 50; i++) /* what waits at the end is forgotten */
        rig_run(&g, 500 + i, 1, 60 * TIME_S, SH("sleep 100"));
    rig_end(&g);
    temp_dir_remove(dir);
}

/* STOP: nothing that it started lives on. */
static void test_stop_ends_all(void **unused UNUSED)
{
    static struct rig g;
    const struct rig_answer *a;
    pid_t daemon, running;

    rig_begin(&g, program, ROLE_RUNNER, NULL);
    a = do_run(&g, 1, 60 * TIME_S, SH("setsid sleep 100 </dev/null >/dev/null 2>&1 & echo $!"));
    daemon = (pid_t)strtol(a->output, NULL, 10);
    a = do_run(&g, 2, 60 * TIME_S, SH("sleep 100 >/dev/null 2>&1 & echo $!"));
    running = (pid_t)strtol(a->output, NULL, 10);
    rig_run(&g, 3, 0, 60 * TIME_S, SH("trap '' TERM; sleep 100"));
    assert_true(daemon > 1 && running > 1 && kill(daemon, 0) == 0 && kill(running, 0) == 0);
    rig_end(&g);
    assert_true(is_dead(&daemon) && is_dead(&running));
}

/* What plugins of Debian 12 and others print when the right to send ICMP is missing, and what only looks like it. */
static void test_rights_of_ping(void **state)
{
    static const struct {
        const char *name, *text;
        uint64_t code;
        bool rightless;
    } cases[] = {
        {"check_icmp", "check_icmp: Failed to obtain ICMP socket: Operation not permitted", 3, true},
        {"check_ping", "CRITICAL - Could not interpret output from ping command", 3, true},
        {"check_fping", "FPING UNKNOWN - failed system call", 3, true},
        {"check_fping", "FPING UNKNOWN - 192.0.2.1", 3, true},
        {"check_fping", "FPING UNKNOWN - IP address not found", 3, false},
        {"check_alive", "ping: => missing cap_net_raw+p capability or setuid?", 2, true},
        {"check_alive", "./check_alive: 1: /bin/ping: Operation not permitted", 2, true},
        {"check_alive",
         "sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.", 1, true},
        {"check_files", "CRITICAL: /bin/ping has cap_net_raw, which was not there", 2, false},
        {"check_icmp", "fine: Operation not permitted", 0, false},
    };
    struct rig *g = *state;
    const struct rig_answer *a;
    char dir[200], path[300], text[300];

    temp_dir_make(dir, sizeof(dir));
    write_file(dir, "check_icmp",
               "#!/bin/sh\necho \"$0: Failed to obtain ICMP socket: Operation not permitted\"; exit 3\n",
               0755, path, sizeof(path));
    a = do_run(g, 700, 20 * TIME_S, ARGV(path, "-H", "192.0.2.1"));
    assert_true(a->rightless && a->code == 3);
    write_file(dir, "check_log", "#!/bin/sh\necho 'CRITICAL: mount: Operation not permitted'; exit 2\n", 0755,
               path, sizeof(path));
    a = do_run(g, 701, 20 * TIME_S, ARGV(path)); /* words of another kind of plugin prove nothing */
    assert_true(!a->rightless && a->code == 2);
    write_file(dir, "check_ping", "#!/bin/sh\necho 'PING CRITICAL - Packet loss = 100%'; exit 2\n", 0755,
               path, sizeof(path));
    a = do_run(g, 702, 20 * TIME_S, ARGV(path));
    assert_true(!a->rightless && a->code == 2);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        snprintf(text, sizeof(text), "#!/bin/sh\necho '%s'; exit %u\n", cases[i].text,
                 (unsigned)cases[i].code);
        write_file(dir, cases[i].name, text, 0755, path, sizeof(path));
        a = do_run(g, 710 + i, 20 * TIME_S, ARGV(path));
        assert_int_equal(a->code, cases[i].code);
        assert_int_equal(a->rightless, cases[i].rightless);
    }
    temp_dir_remove(dir);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_every_exit_code),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_not_started),
        cmocka_unit_test(test_ten_megabytes),
        cmocka_unit_test(test_odd_bytes),
        cmocka_unit_test(test_pipe_held),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_term_ignored),
        cmocka_unit_test(test_term_obeyed),
        cmocka_unit_test(test_daemon),
        cmocka_unit_test(test_daemon_of_hanging),
        cmocka_unit_test(test_handler_leaves_daemon),
        cmocka_unit_test(test_begun),
        cmocka_unit_test(test_kill),
        cmocka_unit_test(test_kept_until_stored),
        cmocka_unit_test(test_engine_away),
        cmocka_unit_test(test_another_configuration),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_said_twice),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_handlers_without_engine),
        cmocka_unit_test(test_rights_of_ping),
        cmocka_unit_test(test_stop_ends_all),
    };

    if (argc < 2) {
        fprintf(stderr, "usage: test_runner PROGRAM\n");
        return 2;
    }
    program = argv[1];
    return cmocka_run_group_tests(tests, setup, teardown);
}
