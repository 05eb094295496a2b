/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/import.h"

#include "core/output.h"
#include "os/clock.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define FINISHED       "finished"
#define KEPT           "R " /* before a reject, in front of the line of its file */
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

/* Whatever is in names and files: a list of rejects is UTF-8, a line each. */
static void add_field(struct buf *b, const char *text)
{
    struct buf clean = BUF_INIT;

    output_clean(str_of(text), &clean);
    buf_add_char(b, '"');
    for (size_t i = 0; i < clean.len; i++) {
        if (clean.data[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, clean.data[i]);
    }
    buf_add_char(b, '"');
    buf_release(&clean);
}

void import_say_reject(struct import_say *s, struct import_source *source, const char *ds, const char *reason)
{
    size_t from = source->rejects.len;

    buf_add_c(&source->rejects, KEPT);
    add_field(&source->rejects, source->path);
    buf_add_char(&source->rejects, ',');
    add_field(&source->rejects, ds);
    buf_add_char(&source->rejects, ',');
    add_field(&source->rejects, reason);
    buf_add_char(&source->rejects, '\n');
    from += strlen(KEPT);
    fwrite(source->rejects.data + from, 1, source->rejects.len - from, s->rejects);
    s->rejected++;
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
    buf_release(&s->was);
}

/* ---- what is finished ---- */

/* One line of the file is also the key: "SIZE CHANGED PATH". What was not taken of it stands in front of it: --resume lists it again. */
static void line_of(struct buf *b, const struct import_source *source)
{
    buf_printf(b, "%" PRIu64 " %" PRId64 " %s", source->size, source->changed_us, source->path);
}

/* Lines as they are written by import_say_done. The value of each file is where its rejects begin. */
static void take_finished(struct import_say *s)
{
    struct str rest = buf_str(&s->was);
    uint64_t from = 0;

    while (rest.n) {
        struct str line;

        if (str_find_char(rest, '\n') < 0)
            break;
        line = str_cut(&rest, '\n');
        if (str_starts(line, STR(KEPT)))
            continue;
        map_put(&s->done, line, from);
        from = (uint64_t)(line.p + line.n + 1 - s->was.data);
    }
    if (from != s->was.len) /* a write that was cut off: its rejects are not the next file's */
        file_write_all(s->finished, "\n-\n", 3);
}

int import_say_remember(struct import_say *s, int dir, bool resume, struct err *err)
{
    s->finished = openat(dir, FINISHED,
                         O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (resume ? 0 : O_TRUNC), 0600);
    if (s->finished < 0)
        return err_sys(err, errno, "cannot write which files are finished");
    if (file_read_fd(s->finished, FINISHED, FINISHED_MAX, &s->was, err) < 0)
        return err->code;
    take_finished(s);
    return 0;
}

bool import_say_is_done(struct import_say *s, const struct import_source *source)
{
    struct buf b = BUF_INIT;
    uint64_t from = 0;
    struct str rest, line;
    bool done;

    line_of(&b, source);
    done = map_get(&s->done, buf_str(&b), &from);
    rest = done ? str_sub(buf_str(&s->was), (size_t)from, SIZE_MAX) : STR_NULL;
    while (str_starts(line = str_cut(&rest, '\n'), STR(KEPT))) {
        fprintf(s->rejects, STR_FMT "\n", STR_ARG(str_sub(line, strlen(KEPT), SIZE_MAX)));
        s->rejected++;
    }
    buf_release(&b);
    return done;
}

int import_say_done(struct import_say *s, const struct import_source *source)
{
    struct buf b = BUF_INIT;
    int r = 0;

    if (s->finished < 0)
        return 0;
    buf_add_str(&b, buf_str(&source->rejects));
    line_of(&b, source);
    buf_add_char(&b, '\n');
    if (file_write_all(s->finished, b.data, b.len) < 0)
        r = E_IO;
    buf_release(&b);
    return r;
}
