/* SPDX-License-Identifier: Apache-2.0 */
/* Why ctl does not do what was asked: in the language of who asks, as far as a command has one (--lang). */
#include "cmd/ctl_int.h"

#include <stdio.h>

/* {0}, {1}: what is filled in. */
static const char *const words[CTL_WORDS][2] = {
    [CTL_EMPTY_HOST] = {"the name of the host is empty", "le nom de l'hôte est vide"},
    [CTL_NO_HOST] = {"there is no host '{0}'", "il n'y a pas d'hôte « {0} »"},
    [CTL_NO_SERVICE] = {"the host '{0}' has no service '{1}'", "l'hôte « {0} » n'a pas de service « {1} »"},
    [CTL_MEANT] = {"; did you mean '{0}'", " ; vouliez-vous dire « {0} »"},
    [CTL_MEANT_MORE] = {", '{0}'", ", « {0} »"},
    [CTL_MEANT_END] = {"?", " ?"},
    [CTL_ALL_HOSTS] = {" (vigie ctl list --kind host names all)",
                       " (vigie ctl list --kind host les nomme tous)"},
    [CTL_ALL_SERVICES] = {" (vigie ctl list --host '{0}' names all)",
                          " (vigie ctl list --host '{0}' les nomme tous)"},
    [CTL_NO_TIME] =
        {"--{0} takes a time such as 2026-11-23, '2026-11-23 22:00' or 22:00, or how long ago: 3h, "
         "7d",
         "--{0} attend un moment comme 2026-11-23, « 2026-11-23 22:00 » ou 22:00, ou depuis "
         "combien de temps : 3h, 7d"},
    [CTL_YET_TO_COME] = {"--{0} is yet to come: here it is {1}", "--{0} est dans le futur : ici il est {1}"},
    [CTL_WRONG_WAY] =
        {"--from is the earlier moment and --to the later one, but {0} is later than {1}: write "
         "--from '{1}' --to '{0}'",
         "--from est le premier moment et --to le dernier, mais {0} est après {1} : écrivez "
         "--from '{1}' --to '{0}'"},
    [CTL_TOO_LARGE] = {"the request is too large", "la demande est trop grande"},
    [CTL_NO_RIGHT] = {"you have no right to this: call as root or as the user that Vigie runs as",
                      "vous n'en avez pas le droit : lancez la commande en root ou avec l'utilisateur de "
                      "Vigie"},
    [CTL_NO_SOCKET_RIGHT] = {"no right to use {0}: call as root or as the user that Vigie runs as",
                             "pas le droit d'utiliser {0} : lancez la commande en root ou avec "
                             "l'utilisateur de Vigie"},
    [CTL_NOT_RUNNING] = {"{1}: is Vigie running, and with this state folder? Name the one that you mean with "
                         "-c MAIN or --state DIR",
                         "impossible de joindre {0} : Vigie est-il lancé, et avec ce dossier d'état ? "
                         "Désignez celui dont il s'agit avec -c MAIN ou --state DIR"},
    [CTL_CLOSED] = {"Vigie closed the connection; it may have too many at this moment: try again",
                    "Vigie a fermé la connexion ; il en a peut-être trop en ce moment : réessayez"},
    [CTL_CLOSED_EARLY] = {"Vigie closed the connection before its answer was whole; try again",
                          "Vigie a fermé la connexion avant la fin de sa réponse ; réessayez"},
    [CTL_BUSY] = {"Vigie has too much to do, or one of its processes is being restarted: try again",
                  "Vigie a trop à faire, ou un de ses processus redémarre : réessayez"},
    [CTL_ANSWERED] = {"Vigie answered {0} {1}", "Vigie a répondu {0} {1}"},
};

void ctl_words(const struct ctl *c, enum ctl_words w, const char *arg0, const char *arg1, struct buf *out)
{
    for (const char *p = words[w][c && c->french]; *p; p++) {
        if (*p != '{') {
            buf_add_char(out, *p);
            continue;
        }
        buf_add_c(out, p[1] == '0' ? arg0 : arg1);
        p += 2;
    }
}

void ctl_put(const struct ctl *c, enum ctl_words w, const char *arg0, const char *arg1)
{
    struct buf b = BUF_INIT;

    ctl_words(c, w, arg0, arg1, &b);
    fputs(b.data, stderr);
    buf_release(&b);
}

void ctl_say(const struct ctl *c, enum ctl_words w, const char *arg0, const char *arg1)
{
    fputs(c ? "vigie ctl: " : "vigie: ", stderr);
    ctl_put(c, w, arg0, arg1);
    fputs("\n", stderr);
}
