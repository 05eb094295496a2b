/* SPDX-License-Identifier: Apache-2.0 */
/* What answers hold, as words for people. */
#include "cmd/ctl_int.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

const char *ctl_text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

int ctl_print_json(json_t *answer)
{
    json_dumpf(answer, stdout, CTL_JSON);
    printf("\n");
    json_decref(answer);
    return CMD_OK;
}

void ctl_upper(const char *s, char *out, size_t size)
{
    size_t n = 0;

    for (; s[n] && n + 1 < size; n++)
        out[n] = (char)(s[n] >= 'a' && s[n] <= 'z' ? s[n] - ('a' - 'A') : s[n]);
    out[n] = '\0';
}

void ctl_lower(const char *s, char *out, size_t size)
{
    size_t n = 0;

    for (; s[n] && n + 1 < size; n++)
        out[n] = (char)(s[n] >= 'A' && s[n] <= 'Z' ? s[n] + ('a' - 'A') : s[n]);
    out[n] = '\0';
}

void ctl_flags(const json_t *resource, struct buf *out)
{
    static const struct {
        const char *key;
        const char *words;
    } flags[] = {{"acknowledged", "[ack] "},
                 {"in_downtime", "[downtime] "},
                 {"host_in_downtime", "[host in downtime] "},
                 {"flapping", "[flapping] "},
                 {"stale", "[stale] "},
                 {"gone", "[no longer configured] "}};

    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (ctl_true(resource, flags[i].key))
            buf_add_c(out, flags[i].words);
    }
}

const char *ctl_person(const char *author)
{
    struct str number = str_of(author);
    const struct passwd *who;
    uint64_t uid;

    if (!str_starts(number, STR("uid:")) || !str_to_u64(str_sub(number, 4, number.n), &uid))
        return author;
    who = getpwuid((uid_t)uid);
    return who ? who->pw_name : author;
}

int ctl_word(const char *command, const struct ctl_word *words, size_t n_words, char **argv, size_t n)
{
    const struct ctl_word *w = NULL;

    for (size_t i = 0; i < n_words && !w; i++)
        w = n && strcmp(argv[0], words[i].word) == 0 ? &words[i] : NULL;
    if (w && n - 1 >= w->min && n - 1 <= w->max)
        return (int)(w - words);
    if (w) {
        fprintf(stderr, "vigie ctl %s: write: vigie ctl %s %s%s%s\n", command, command, w->word,
                w->operands[0] ? " " : "", w->operands);
        return -1;
    }
    fprintf(stderr, "vigie ctl %s: write", command);
    for (size_t i = 0; i < n_words; i++)
        fprintf(stderr, "%s %s%s%s",
                i == 0            ? ""
                : i + 1 < n_words ? ","
                                  : " or",
                words[i].word, words[i].operands[0] ? " " : "", words[i].operands);
    if (n)
        fprintf(stderr, "; '%s' is none of these\n", argv[0]);
    else
        fprintf(stderr, "\n");
    return -1;
}

void ctl_query(struct buf *q, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(q, "&%s=", name);
    ctl_path_part(q, value);
}
