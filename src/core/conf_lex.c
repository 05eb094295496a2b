/* SPDX-License-Identifier: Apache-2.0 */
/* Files to lines: continuation, comments, line ends of either kind, Latin-1. */
#include "core/conf_int.h"

#include "base/limits.h"

#include <string.h>

struct str conf_path(struct conf *c, struct str path, struct str dir)
{
    struct buf b = BUF_INIT;
    struct str s;

    if (!path.n || path.p[0] != '/') {
        buf_add_str(&b, dir);
        if (dir.n && dir.p[dir.n - 1] != '/')
            buf_add_char(&b, '/');
    }
    buf_add_str(&b, path);
    s = arena_str(&c->arena, buf_str(&b));
    buf_release(&b);
    return s;
}

static bool is_text(struct conf *c, uint32_t file, struct str bytes)
{
    const char *nul = bytes.n ? memchr(bytes.p, '\0', bytes.n) : NULL;
    struct conf_place at = {file, 0, 0};

    if (bytes.n > LIMIT_CONF_FILE) {
        conf_say(c, CONF_ERROR, at, "the file is larger than 512 MiB; split it");
        return false;
    }
    if (!nul)
        return true;
    at.line = at.column = 1;
    for (const char *p = bytes.p; p < nul; p++) {
        at.column = *p == '\n' ? 1 : at.column + 1;
        at.line += *p == '\n';
    }
    conf_say(c, CONF_ERROR, at,
             str_starts(bytes, STR("\xff\xfe")) || str_starts(bytes, STR("\xfe\xff"))
                 ? "this file is UTF-16; save it as UTF-8"
                 : "a byte 0: this is not a text file; name a file with definitions");
    return false;
}

int conf_read(struct conf *c, struct str path, struct conf_place from, uint32_t *file, struct str *bytes)
{
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    struct conf_file *f;
    size_t n;
    int r;

    *file = (uint32_t)c->files.n;
    f = VEC_ADD(&c->files);
    f->path = arena_dup(&c->arena, path);
    r = c->io.read_file(c->io.ctx, f->path, &b, f->distrust, &err);
    if (r < 0) {
        conf_say(c, CONF_ERROR, from, "%s", err.text[0] ? err.text : "cannot read the file");
        if (from.file != CONF_NONE)
            c->files.n--; /* it was never there; a main file keeps its name for the message */
        buf_release(&b);
        return r;
    }
    if (!is_text(c, *file, buf_str(&b))) {
        buf_release(&b);
        return E_FORMAT;
    }
    c->bytes += b.len;
    if (c->bytes > LIMIT_CONF_BYTES) {
        conf_say(c, CONF_ERROR, from, STR_FMT ": all files together are larger than 1 GiB; name fewer",
                 STR_ARG(path));
        c->bytes -= b.len;
        buf_release(&b);
        return E_LIMIT;
    }
    f->bytes = buf_take(&b, &n);
    *bytes = str_make(f->bytes, n);
    if (n >= 3 && memcmp(f->bytes, "\xef\xbb\xbf", 3) == 0)
        *bytes = str_sub(*bytes, 3, n); /* the mark that some editors of other systems put first */
    c->counts.files++;
    return 0;
}

static struct str one_line(struct conf_lines *l)
{
    struct str text = str_cut(&l->rest, '\n');

    l->next_line++;
    if (text.n && text.p[text.n - 1] == '\r')
        text.n--;
    return text;
}

static struct str trim_right(struct str s)
{
    while (s.n && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static struct str trim_left(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r'))
        s = str_sub(s, 1, s.n);
    return s;
}

/* A backslash at the very end joins the next line, whose leading blanks fall away; two are one that joins nothing. */
static struct str joined(struct conf_lines *l, struct str text)
{
    struct buf b = BUF_INIT;
    struct str all;

    while (text.n && text.p[text.n - 1] == '\\' && l->rest.p && l->rest.n) {
        if (text.n > 1 && text.p[text.n - 2] == '\\')
            break;
        buf_add(&b, text.p, text.n - 1);
        text = trim_left(one_line(l));
    }
    if (text.n && text.p[text.n - 1] == '\\')
        text.n--;
    buf_add_str(&b, text);
    all = arena_str(&l->c->arena, buf_str(&b));
    buf_release(&b);
    return all;
}

bool conf_next_line(struct conf_lines *l, struct str *text)
{
    struct str line, body;
    bool comment;

    if (!l->rest.n)
        return false;
    l->line = l->next_line + 1;
    line = one_line(l);
    body = trim_left(line);
    l->column = (uint32_t)(line.n - body.n) + 1;
    comment = body.n && (body.p[0] == '#' || body.p[0] == ';');
    if (body.n && body.p[body.n - 1] == '\\' && line.n > 1) { /* alone it joins nothing: so Nagios */
        body = str_trim(joined(l, body));
        if (comment && l->next_line > l->line)
            conf_say(l->c, CONF_WARNING, (struct conf_place){l->file, l->line, l->column},
                     "the backslash at its end makes the next line a part of this comment; take it out");
    }
    body = comment ? STR("") : trim_right(body);
    if (!str_is_utf8(body)) {
        struct buf b = BUF_INIT;

        buf_add_utf8(&b, body);
        body = arena_str(&l->c->arena, buf_str(&b));
        buf_release(&b);
    }
    *text = body;
    return true;
}

struct str conf_strip_comment(struct conf *c, struct str text)
{
    struct buf b = BUF_INIT;
    struct str out;

    if (!text.n || !memchr(text.p, ';', text.n))
        return text;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ';' && (i == 0 || text.p[i - 1] != '\\'))
            break;
        if (text.p[i] == ';')
            buf_truncate(&b, b.len - 1);
        buf_add_char(&b, text.p[i]);
    }
    /* Without "\;" the slice itself can be used. */
    out = b.len <= text.n && memcmp(b.data, text.p, b.len) == 0 ? str_sub(text, 0, b.len)
                                                                : arena_str(&c->arena, buf_str(&b));
    buf_release(&b);
    return str_trim(out);
}

struct str conf_first_word(struct str text)
{
    size_t n = 0;

    while (n < text.n && n < 60 && text.p[n] != ' ' && text.p[n] != '\t' && text.p[n] != '=')
        n++;
    return str_sub(text, 0, n);
}
