/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the lines of the command file wait that were read and are not done (wire/hold.h). The segment outlives the parent, too: it is a file in memory (os/lasting.h) in /run/vigie or /dev/shm, and who
 * starts anew finds it by `hold` in the state folder, one line with its name. On a disk it would not do: a read into a page that waits for the disk can be cut in its middle. Where there is no such place
 * it is a segment of the parent's own, and that is said.
 *
 * Behind the lines stands, in FOLDER bytes, the path of the state folder. So a folder that was moved keeps its lines, a copy of one does not take those of the original, and what no folder names any more
 * is found by any later start of this user, said and taken away.
 */
#include "role/parent_hold.h"

#include "base/limits.h"
#include "base/log.h"
#include "os/file.h"
#include "os/mem.h"
#include "role/parent_int.h"
#include "wire/doing.h"
#include "wire/hold.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "vigie-hold-"
#define FOLDER sizeof(((struct parent *)0)->state_dir)
#define SIZE   (sizeof(struct hold_segment) + FOLDER)

enum { BUSY_TRIES = 20, BUSY_MS = 100 };

/* A service of systemd's has the first, and a /dev of its own at each start. */
static const char *const places[] = {"/run/vigie", "/dev/shm", NULL};

/* ---- what a folder names ---- */

/* The name that stands in that folder; false: none does. */
static bool named_in(int dir, char name[LASTING_NAME])
{
    struct buf b = BUF_INIT;
    struct str line = STR_NULL;

    if (dir >= 0 && file_read_at(dir, "hold", LASTING_NAME, &b, NULL) == 0)
        line = str_trim(buf_str(&b));
    str_copy(name, LASTING_NAME, line);
    buf_release(&b);
    return str_starts(str_of(name), STR(PREFIX)) && !strchr(name, '/');
}

static void folder_of(const struct lasting *l, size_t size, char folder[FOLDER])
{
    if (size < FOLDER || pread(l->fd, folder, FOLDER, (off_t)(size - FOLDER)) != (ssize_t)FOLDER)
        folder[0] = '\0';
    folder[FOLDER - 1] = '\0';
}

/* Does that folder, if it is not `own` (-1: none is), name this segment? */
static bool is_named_by(const char *folder, const struct lasting *l, int own)
{
    char name[LASTING_NAME];
    struct stat theirs, ours;
    int fd = folder[0] == '/' ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool named = named_in(fd, name) && strcmp(name, lasting_name(l)) == 0;

    if (named && own >= 0)
        named = fstat(fd, &theirs) == 0 && fstat(own, &ours) == 0 &&
                (theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino);
    if (fd >= 0)
        close(fd);
    return named;
}

static bool put_folder(const struct parent *p, const struct lasting *l)
{
    return pwrite(l->fd, p->state_dir, FOLDER, (off_t)sizeof(struct hold_segment)) == (ssize_t)FOLDER;
}

/* ---- what waits ---- */

/* How many lines, and the first of them. */
static unsigned waiting(int fd, char first[200])
{
    struct hold h;
    struct str line;
    uint64_t number;
    unsigned n = 0;
    void *base;

    first[0] = '\0';
    if (mem_map_rw(fd, sizeof(struct hold_segment), &base, NULL) < 0)
        return 0;
    hold_open(&h, base, LIMIT_EXT_COMMAND);
    while (hold_next(&h, &line, &number) != HOLD_NONE)
        if (str_trim(line).n && n++ == 0)
            str_copy(first, 200, str_starts(str_trim(line), STR("[")) ? str_trim(line) : STR("..."));
    mem_unmap(base, sizeof(struct hold_segment));
    return n;
}

/* ---- opening ---- */

/* What stands there from before. E_NOENT: nothing of ours. */
static int take(struct parent *p, struct err *err)
{
    char name[LASTING_NAME], folder[FOLDER], first[200];
    unsigned n;
    int r = E_BUSY;

    if (!named_in(p->state_fd, name))
        return E_NOENT;
    for (
        int i = 0; r == E_BUSY && i < BUSY_TRIES;
        i++) { /* processes of a Vigie that was killed have it for a moment yet, or another that looks at what is left */
        if (i)
            poll(NULL, 0, BUSY_MS);
        err_clear(err);
        r = lasting_take(places, name, SIZE, &p->hold, err);
    }
    if (r < 0)
        return r;
    folder_of(&p->hold, SIZE, folder);
    if (is_named_by(folder, &p->hold, p->state_fd)) {
        lasting_close(&p->hold, false);
        return err_set(err, E_EXIST, "it is that of %s, of which this folder is a copy", folder);
    }
    n = waiting(p->hold.fd, first);
    if (n)
        log_notice("%u lines of the command file, read and not done by the Vigie before this, are done now",
                   n);
    if (!put_folder(p, &p->hold))
        log_warn("cannot write into %s", p->hold.path);
    return 0;
}

static int begin(struct parent *p, struct err *err)
{
    void *base;
    int r = mem_map_rw(p->hold.fd, sizeof(struct hold_segment), &base, err);

    if (r == 0) {
        hold_begin(base, p->epoch);
        mem_unmap(base, sizeof(struct hold_segment));
    }
    return r;
}

/* The folder names it before it can be seen: else another's start would find it and take it for what was left over. */
static int make(struct parent *p, struct err *err)
{
    char line[LASTING_NAME + 1];
    int r = lasting_new(places, PREFIX, SIZE, &p->hold, err), n;

    if (r == 0)
        r = begin(p, err);
    if (r == 0 && !put_folder(p, &p->hold))
        r = err_set(err, E_IO, "cannot write into %s", p->hold.path);
    if (r == 0) {
        n = snprintf(line, sizeof(line), "%s\n", lasting_name(&p->hold));
        r = file_replace_at(p->state_fd, "hold", line, (size_t)n, 0600, err);
    }
    if (r == 0)
        r = lasting_enter(&p->hold, err);
    if (r < 0)
        lasting_close(&p->hold, false);
    return r;
}

/* True: nobody comes for it. */
static bool look_at_left(void *user, const struct lasting *l, size_t size)
{
    const struct parent *p = user;
    char folder[FOLDER], first[200] = "";
    unsigned n;

    folder_of(l, size, folder);
    if (is_named_by(folder, l, -1) && strcmp(lasting_name(l), lasting_name(&p->hold)) != 0)
        return false;
    n = size == SIZE ? waiting(l->fd, first) : 0;
    if (n)
        log_warn("%u lines of the command file, which a Vigie with the state folder %s had read and not "
                 "done, are dropped: "
                 "that folder is gone, or is another one now (%s, the first is: %s)",
                 n, folder[0] ? folder : "(unknown)", l->path, first);
    else
        log_notice("%s was left over from a Vigie with the state folder %s, which is gone, or is another one "
                   "now: it was removed",
                   l->path, folder[0] ? folder : "(unknown)");
    return true;
}

static bool has_command_file(const struct parent *p)
{
    return p->model.globals->check_external_commands && model_c(&p->model, p->model.globals->command_file)[0];
}

/* A segment that goes with the last process. */
static int make_own(struct parent *p, const struct err *why, struct err *err)
{
    int r;

    if (has_command_file(p))
        log_warn("lines of the command file that were read and are not done yet would be lost if all of "
                 "Vigie's processes were killed "
                 "at once, since there is no place in memory for them that outlives it (%s): give it one, "
                 "for instance "
                 "a tmpfs with %zu KiB free at /run/vigie that its user can write to, and start Vigie again",
                 why->text, (size_t)SIZE / 1024 + 1);
    p->hold.path[0] = '\0';
    r = mem_segment("command-lines", SIZE, &p->hold.fd, err);
    return r == 0 ? begin(p, err) : r;
}

int parent_hold_open(struct parent *p, struct err *err)
{
    struct err why = ERR_INIT;
    int r = take(p, &why);

    if (r < 0 && r != E_NOENT)
        log_warn("where lines of the command file waited that were read before this start cannot be used: %s",
                 why.text);
    if (r < 0) {
        err_clear(&why);
        r = make(p, &why);
    }
    if (r < 0)
        r = make_own(p, &why, err);
    lasting_left(places, PREFIX, look_at_left, p);
    return r < 0 ? r : mem_segment("doing", sizeof(struct doing_segment), &p->doing_fd, err);
}

void parent_hold_end(struct parent *p)
{
    const struct hold_segment *s;
    void *base;
    bool empty;

    if (p->hold.fd < 0)
        return;
    if (p->hold.path[0] && mem_map_rw(p->hold.fd, sizeof(struct hold_segment), &base, NULL) == 0) {
        s = base;
        /* a line whose answer came too late is there still: the next start knows that it was done */
        empty = !s->half[s->current & 1].data[0];
        mem_unmap(base, sizeof(struct hold_segment));
        if (empty)
            unlinkat(p->state_fd, "hold", 0);
        lasting_close(&p->hold, empty);
    }
    lasting_close(&p->hold, false);
}
