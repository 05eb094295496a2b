/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/import.h"

#include "os/clock.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define FINISHED       "finished"
#define FINISHED_MAX   ((size_t)1 << 30)
#define TERMINAL_US    (TIME_S / 4)
#define NO_TERMINAL_US TIME_MIN

/* ---- rejects ---- */

int import_say_begin(struct import_say *s, const char *rejects, struct err *err)
{
    int fd;

    s->finished = -1;
    s->rejects_name = rejects;
    s->began = s->said = clock_mono();
    s->terminal = isatty(STDERR_FILENO);
    fd = open(rejects, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    s->rejects = fd < 0 ? NULL : fdopen(fd, "w");
    if (!s->rejects)
        return err_sys(err, errno, "cannot write %s (name another file by --rejects)", rejects);
    fprintf(s->rejects, "file,source,reason\n");
    return 0;
}

static void put_field(FILE *to, const char *text)
{
    putc('"', to);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', to);
        putc(*text, to);
    }
    putc('"', to);
}

void import_say_reject(struct import_say *s, const char *file, const char *ds, const char *reason)
{
    s->rejected++;
    put_field(s->rejects, file);
    putc(',', s->rejects);
    put_field(s->rejects, ds);
    putc(',', s->rejects);
    put_field(s->rejects, reason);
    putc('\n', s->rejects);
}

/* ---- progress ---- */

static void print_left(const struct import_say *s, double seconds)
{
    double left =
        s->bytes ? seconds * (double)(s->all_bytes - MIN(s->bytes, s->all_bytes)) / (double)s->bytes : 0;
    unsigned whole = (unsigned)MIN(left, 359999.0);

    fprintf(stderr, ", %02u:%02u:%02u left", whole / 3600, whole / 60 % 60, whole % 60);
}

static void print_now(const struct import_say *s, bool last)
{
    double seconds = MAX((double)(clock_mono().us - s->began.us) / TIME_S, 0.001);

    fprintf(stderr, "%s%" PRIu64 " of %" PRIu64 " files, %" PRIu64 " rows, %.1f MB/s",
            s->terminal ? "\r" : "", s->files, s->all_files, s->rows, (double)s->bytes / 1e6 / seconds);
    if (!last)
        print_left(s, seconds);
    fprintf(stderr, "%s%s", s->terminal ? "\033[K" : "", s->terminal && !last ? "" : "\n");
}

void import_say_progress(struct import_say *s, bool now)
{
    struct mono at = clock_mono();

    if (!now && at.us - s->said.us < (s->terminal ? TERMINAL_US : NO_TERMINAL_US))
        return;
    s->said = at;
    print_now(s, now);
}

void import_say_end(struct import_say *s)
{
    if (s->rejects) {
        if (ferror(s->rejects) | fclose(s->rejects))
            fprintf(stderr, "vigie import: %s could not be written whole\n", s->rejects_name);
        s->rejects = NULL;
    }
    if (s->finished >= 0)
        close(s->finished);
    s->finished = -1;
    map_release(&s->done);
}

/* ---- what is finished ---- */

/* One line of the file is also the key: "SIZE CHANGED PATH". */
static void line_of(struct buf *b, const struct import_source *source)
{
    buf_printf(b, "%" PRIu64 " %" PRId64 " %s", source->size, source->changed_us, source->path);
}

int import_say_remember(struct import_say *s, int dir, bool resume, struct err *err)
{
    struct buf text = BUF_INIT;
    struct str rest;

    s->finished = openat(dir, FINISHED,
                         O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (resume ? 0 : O_TRUNC), 0600);
    if (s->finished < 0)
        return err_sys(err, errno, "cannot write which files are finished");
    if (file_read_fd(s->finished, FINISHED, FINISHED_MAX, &text, err) < 0) {
        buf_release(&text);
        return err->code;
    }
    rest = buf_str(&text);
    while (rest.n) {
        struct str line;

        if (str_find_char(rest, '\n') < 0) { /* the end of a write that was cut off */
            file_write_all(s->finished, "\n", 1);
            break;
        }
        line = str_cut(&rest, '\n');
        map_put(&s->done, line, 1);
    }
    buf_release(&text);
    return 0;
}

bool import_say_is_done(const struct import_say *s, const struct import_source *source)
{
    struct buf b = BUF_INIT;
    bool done;

    line_of(&b, source);
    done = map_get(&s->done, buf_str(&b), NULL);
    buf_release(&b);
    return done;
}

int import_say_done(struct import_say *s, const struct import_source *source)
{
    struct buf b = BUF_INIT;
    int r = 0;

    if (s->finished < 0)
        return 0;
    line_of(&b, source);
    buf_add_char(&b, '\n');
    if (file_write_all(s->finished, b.data, b.len) < 0)
        r = E_IO;
    buf_release(&b);
    return r;
}
