/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

#include "api/action.h"
#include "api/audit.h"
#include "api/actions.h"
#include "api/availability.h"
#include "api/centreon.h"
#include "api/centreon_act.h"
#include "api/centreon_list.h"
#include "api/complete.h"
#include "api/download.h"
#include "api/event.h"
#include "api/filter.h"
#include "api/group.h"
#include "api/impact.h"
#include "api/jobs.h"
#include "api/list.h"
#include "api/metrics.h"
#include "api/notes.h"
#include "api/notifications.h"
#include "api/nrdp.h"
#include "api/object.h"
#include "api/openapi.h"
#include "api/past.h"
#include "api/people.h"
#include "api/recurring.h"
#include "api/rename.h"
#include "api/prom.h"
#include "api/resource.h"
#include "api/resources.h"
#include "api/role.h"
#include "api/scope.h"
#include "api/results.h"
#include "api/series.h"
#include "api/session.h"
#include "api/sessions.h"
#include "api/states.h"
#include "api/status.h"
#include "api/stream.h"
#include "api/token.h"
#include "api/totp.h"
#include "api/user.h"
#include "api/why.h"
#include "wire/dialect.h"
#include "wire/http_text.h"

#include <string.h>

#define AVAILABILITY_DOC                                                                                     \
    "How much of the time it was as it should be, exact to the second, from `from` to `to` (the last 30 "    \
    "days if left out), within the time period `period`, with `downtimes` "                                  \
    "counted or excluded and `soft` states counted or ignored. `availability` is the percentage of "         \
    "`good_s` (OK, WARNING, UP) of good_s + bad_s; time when it was pending or not "                         \
    "configured, or when Vigie did not run, is neither. `mtbf_s`: good seconds an outage, `mttr_s`: bad "    \
    "ones"
#define SERIES_DOC                                                                                           \
    "Measurements of the series that id, resource, host, service, group, kind, label and q choose as in "    \
    "the "                                                                                                   \
    "list of series, at most `limit` of them, from `from` to `to` (the last day if left out), one value "    \
    "for each `step` seconds "                                                                               \
    "(left out: as many as give `points` values, 500 if left out); `aggregate`: columns by comma, of mean "  \
    "(always with min and max), min, max, last, sum, count, p0 to p100; `rate`=1: per second; `combine`: "   \
    "one series of all with the same label, by sum, mean, min, max or p0 to p100 (without aggregate); "      \
    "`compare`: the same of earlier, such as 1d,7d; `format`: json or csv. docs/SERIES.md has the answer"
#define PROM_DOC(what) what ", as Prometheus answers it (docs/SERIES.md)"
#define PROM_ROUTE(method, path, run, params, what)                                                          \
    {                                                                                                        \
        method, PROM path, RIGHT_SERIES_READ, SCOPE_LIST, run, .answer = &prom_shape, .query = params,       \
                                                               .form = true, .doc = PROM_DOC(what)           \
    }
#define PROM_ROUTES(path, run, params, what)                                                                 \
    PROM_ROUTE("GET", path, run, params, what), PROM_ROUTE("POST", path, run, params, what " (from a form)")
#define PROM     "/prometheus/api/v1"
#define CENTREON "/centreon/api/{version}"
#define CENTREON_DOC(what)                                                                                   \
    what ", as Centreon's REST v2 has it (docs/OTHER_APIS.md); also without /centreon in front"
#define CENTREON_ACT(path, right, run, what)                                                                 \
    {                                                                                                        \
        "POST", CENTREON "/monitoring/resources/" path, right, SCOPE_LIST, run,                              \
            .answer = &shape_nothing, .status = 204, .audited = true, .secret = centreon_secret,             \
            .doc = CENTREON_DOC(what)                                                                        \
    }
#define V1 "/api/v1"
const struct api_route route_table[] = {
    {"GET", V1 "/setup", RIGHT_OPEN, SCOPE_NONE, session_setup_needed, .answer = &session_needed_shape,
     .doc = "Whether there is no user yet"},
    {"POST", V1 "/setup", RIGHT_OPEN, SCOPE_NONE, session_setup, .answer = &session_shape, .told_once = true,
     .status = 201, .audited = true, .body = session_body_setup,
     .doc = "Make the first administrator with the set-up link"},
    {"POST", V1 "/setup/check", RIGHT_OPEN, SCOPE_NONE, session_setup_check, .answer = &shape_ok,
     .body = session_body_setup_check, .doc = "Whether the set-up link is the right one"},
    {"POST", V1 "/setup/link", RIGHT_USERS_WRITE, SCOPE_ALL, session_setup_renew,
     .answer = &session_link_shape, .told_once = true, .status = 201, .audited = true,
     .doc = "A new set-up link, while there is no user"},
    {"POST", V1 "/login", RIGHT_OPEN, SCOPE_NONE, session_login, .answer = &session_shape, .told_once = true,
     .audited = true, .late = true, .body = session_body_login,
     .doc = "Sign in: opens a session. Where there is a second factor, 401 with the code totp_needed asks "
            "for `code`"},
    {"POST", V1 "/logout", RIGHT_SELF, SCOPE_NONE, session_logout, .answer = &shape_ok, .audited = true,
     .lets_go = true, .doc = "End this session"},
    {"GET", V1 "/session", RIGHT_SELF, SCOPE_NONE, session_show, .answer = &session_shape,
     .doc = "Who one is, which rights one has, and the value for X-CSRF"},
    {"POST", V1 "/session/password", RIGHT_SELF, SCOPE_NONE, session_password, .answer = &session_shape,
     .told_once = true, .audited = true, .body = session_body_password,
     .doc = "Change one's own password; ends one's other sessions"},
    {"POST", V1 "/session/totp", RIGHT_SELF, SCOPE_NONE, totp_enrol, .answer = &totp_enrol_shape,
     .told_once = true, .status = 201, .audited = true, .body = totp_body_enrol,
     .doc = "A secret for one's authenticator, and its otpauth:// address; it holds when a code confirms it"},
    {"POST", V1 "/session/totp/confirm", RIGHT_SELF, SCOPE_NONE, totp_confirm, .answer = &totp_confirm_shape,
     .told_once = true, .audited = true, .body = totp_body_confirm,
     .doc = "Turn the second factor on with the first code; answers ten recovery codes (shown this once) and "
            "a new session, and ends all former ones"},
    {"POST", V1 "/session/totp/off", RIGHT_SELF, SCOPE_NONE, totp_off, .answer = &shape_ok, .audited = true,
     .body = totp_body_both, .doc = "Turn the second factor off"},
    {"POST", V1 "/session/totp/recovery", RIGHT_SELF, SCOPE_NONE, totp_recovery,
     .answer = &totp_recovery_shape, .told_once = true, .status = 201, .audited = true,
     .body = totp_body_both, .doc = "Ten new recovery codes; the former ones hold no more"},
    {"GET", V1 "/sessions", RIGHT_SELF, SCOPE_NONE, sessions_list, .answer = &sessions_shape,
     .query = sessions_query,
     .doc = "One's own sessions, the last used first; with `user` those of that user, or of all (`*`), for "
            "which it takes the right sessions.read. At most 500"},
    {"DELETE", V1 "/sessions", RIGHT_SELF, SCOPE_NONE, sessions_end_others, .answer = &shape_ok,
     .audited = true, .query = sessions_query,
     .doc = "End all one's other sessions; with `user` all of that user, for which it takes the right "
            "sessions.end"},
    {"DELETE", V1 "/sessions/{id}", RIGHT_SELF, SCOPE_NONE, sessions_end, .answer = &shape_ok,
     .audited = true, .doc = "End one of one's sessions; with the right sessions.end one of anybody's"},
    {"GET", V1 "/resources", RIGHT_RESOURCES_READ, SCOPE_LIST, resources_list, .answer = &resources_shape,
     .query = past_query_list,
     .doc =
         "Hosts and services: filtered, sorted, a page at a time; with as_of, as they were at that "
         "moment, also those that are configured no more (`gone`), and since when there are records "
         "(known_from). group: of one of these host groups (hosts and their services) or service groups, by "
         "commas; servicegroup: of service groups only. q: a search (docs/SEARCH.md). view: hosts, services "
         "(one row for all of the same name) or problems (what follows from another problem is folded under "
         "it; `under` with its id lists that); sort is then severity, name or since"},
    {"GET", V1 "/resources/complete", RIGHT_RESOURCES_READ, SCOPE_LIST, complete_show,
     .answer = &complete_shape, .query = complete_query,
     .doc = "What the term of a search in which the cursor stands may go on with, at most 20: keys, words, "
            "names. q: the search "
            "(docs/SEARCH.md); at: how many of its characters stand before the cursor, all if left out. "
            "`suggestions` with `text`, "
            "which stands in the place of the characters `from` to `to`, with what it is (`kind`) and an "
            "explanation (`about`)"},
    {"GET", V1 "/filters", RIGHT_SELF, SCOPE_NONE, filter_list, .answer = &filter_list_shape,
     .doc = "The lists that one has saved by name, and those that are shared"},
    {"PUT", V1 "/filters/{name}", RIGHT_SELF, SCOPE_NONE, filter_put, .answer = &shape_ok, .audited = true,
     .body = filter_body,
     .doc = "Save a list by name, or put another in its place; to share it takes the right filters.share"},
    {"DELETE", V1 "/filters/{name}", RIGHT_SELF, SCOPE_NONE, filter_delete, .answer = &shape_ok,
     .audited = true, .query = filter_query_delete,
     .doc = "Delete a saved list: one's own, or with `by` a shared one of somebody else, which takes the "
            "right filters.share"},
    {"GET", V1 "/resources/export", RIGHT_RESOURCES_READ, SCOPE_LIST, download_list,
     .answer = &download_shape, .query = download_query,
     .doc = "All of the list with these parameters, as a file: `format` csv (if left out) or json"},
    {"GET", V1 "/groups", RIGHT_RESOURCES_READ, SCOPE_LIST, group_list, .answer = &group_list_shape,
     .query = group_query,
     .doc = "The host groups and service groups, by name, with how many hosts and services the parameter "
            "`group` of a list shows of each; with q only those with this text in name or alias, with name "
            "only those called so, and at most `limit` of them"},
    {"GET", V1 "/scope", RIGHT_RESOURCES_READ, SCOPE_LIST, scope_show, .answer = &scope_shape,
     .query = scope_query,
     .doc =
         "What a scope would show now, of what one sees oneself: how many hosts and services, and which of "
         "its terms name a group or contact that there is not. terms: the scope as JSON (docs/USERS.md)"},
    {"GET", V1 "/hosts", RIGHT_RESOURCES_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query,
     .doc = "The hosts that are configured, by name: those with the text q in name or alias; where each is "
            "defined"},
    {"GET", V1 "/hosts/{name}", RIGHT_RESOURCES_READ, SCOPE_LIST, object_show, .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/services", RIGHT_RESOURCES_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query_services,
     .doc = "The services that are configured, by name: those with the text q in name or alias; where each "
            "is defined"},
    {"GET", V1 "/services/{host}/{service}", RIGHT_RESOURCES_READ, SCOPE_LIST, object_show,
     .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/host-groups", RIGHT_RESOURCES_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query,
     .doc = "The host groups that are configured, by name: those with the text q in name or alias; where "
            "each is defined"},
    {"GET", V1 "/host-groups/{name}", RIGHT_RESOURCES_READ, SCOPE_LIST, object_show, .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/service-groups", RIGHT_RESOURCES_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query,
     .doc = "The service groups that are configured, by name: those with the text q in name or alias; where "
            "each is defined"},
    {"GET", V1 "/service-groups/{name}", RIGHT_RESOURCES_READ, SCOPE_LIST, object_show,
     .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/contacts", RIGHT_RESOURCES_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query,
     .doc = "The contacts that are configured, by name: those with the text q in name or alias; where each "
            "is defined"},
    {"GET", V1 "/contacts/{name}", RIGHT_RESOURCES_READ, SCOPE_LIST, object_show, .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/contact-groups", RIGHT_RESOURCES_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query,
     .doc = "The contact groups that are configured, by name: those with the text q in name or alias; where "
            "each is defined"},
    {"GET", V1 "/contact-groups/{name}", RIGHT_RESOURCES_READ, SCOPE_LIST, object_show,
     .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/time-periods", RIGHT_RESOURCES_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query,
     .doc = "The time periods that are configured, by name: those with the text q in name or alias; where "
            "each is defined"},
    {"GET", V1 "/time-periods/{name}", RIGHT_RESOURCES_READ, SCOPE_LIST, object_show, .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/commands", RIGHT_COMMANDS_READ, SCOPE_LIST, object_list, .answer = &object_list_shape,
     .query = object_query,
     .doc = "The commands that are configured, by name: those with the text q in name or alias; where each "
            "is defined"},
    {"GET", V1 "/commands/{name}", RIGHT_COMMANDS_READ, SCOPE_LIST, object_show, .answer = &object_shape,
     .doc = "One of them, with the values that count: templates applied, defaults filled in, secrets masked"},
    {"GET", V1 "/problems", RIGHT_RESOURCES_READ, SCOPE_LIST, resources_problems, .answer = &resources_shape,
     .query = list_query,
     .doc = "The list of resources with filter=problems and view=problems: what follows from a problem is "
            "counted there as `folded`, and listed with under={id}"},
    {"GET", V1 "/acknowledgements", RIGHT_RESOURCES_READ, SCOPE_LIST, notes_acknowledgements,
     .answer = &notes_acknowledgements_shape, .query = notes_query_acknowledgements,
     .doc = "What is acknowledged now, by name: by whom, since when and until when"},
    {"GET", V1 "/resources/{id}", RIGHT_RESOURCES_READ, SCOPE_RESOURCE, resource_show,
     .answer = &resource_shape, .query = past_query_one,
     .doc = "One host or service, with everything about it; with as_of, what its state was at that moment, "
            "also when it is configured no more (`gone`)"},
    {"GET", V1 "/resources/{id}/availability", RIGHT_RESOURCES_READ, SCOPE_RESOURCE, availability_of_resource,
     .answer = &availability_one_shape, .query = availability_query_one, .doc = AVAILABILITY_DOC},
    {"GET", V1 "/resources/{id}/states", RIGHT_RESOURCES_READ, SCOPE_RESOURCE, states_of_resource,
     .answer = &states_shape, .query = states_query,
     .doc =
         "How it was from `from` to `to` (the last day if left out), stretch after stretch: the state (or "
         "no_data, not_configured, unmonitored when Vigie did not run) and whether it was in downtime. Exact "
         "(`step` 0) where there are at most `spans` of them (2000 if left out); else equal parts of `step` "
         "seconds, each as its worst moment; also when it is configured no more (`gone`)"},
    {"GET", V1 "/availability", RIGHT_RESOURCES_READ, SCOPE_LIST, availability_list,
     .answer = &availability_list_shape, .query = availability_query,
     .doc = "The same of many: of group (hosts of a host group, services of a service group), host, service "
            "or kind, by name, a page at a time; `summary` of all of them (first page "
            "only): the mean, and the worst. What is configured no more (`gone`) is found by the host and "
            "service "
            "that it was last"},
    {"GET", V1 "/availability/buckets", RIGHT_RESOURCES_READ, SCOPE_LIST, availability_list,
     .answer = &availability_parts_shape, .query = availability_query_parts,
     .doc =
         "How available they were in `buckets` equal parts of the time (30 if left out), the mean of all in "
         "each: of what the same parameters choose in the list of availability, on the same conditions"},
    {"GET", V1 "/resources/{id}/availability/buckets", RIGHT_RESOURCES_READ, SCOPE_RESOURCE,
     availability_of_resource, .answer = &availability_parts_shape, .query = availability_query_parts_one,
     .doc = "The same of one host or service"},
    {"GET", V1 "/resources/{id}/events", RIGHT_EVENTS_READ, SCOPE_RESOURCE, event_of_resource,
     .answer = &event_list_shape, .query = event_query_resource,
     .doc = "What happened to it, the newest first; also when it is configured no more (`gone`)"},
    {"GET", V1 "/resources/{id}/why", RIGHT_RESOURCES_READ, SCOPE_RESOURCE, why_show, .answer = &why_shape,
     .query = why_query,
     .doc =
         "Why it is as it is: reasons for its state, why it ran and when it runs next, and the last decision "
         "about a notification: who was told, and why each other contact was not; `now`: what would be "
         "decided at this moment. With at, what had been decided by then. What is configured no more "
         "(`gone`) has "
         "the state and the last decision that the history knows"},
    {"POST", V1 "/resources/{id}/check", RIGHT_RESOURCES_CHECK, SCOPE_RESOURCE, action_check,
     .answer = &action_shape, .audited = true, .body = action_body_check, .doc = "Check it now"},
    {"POST", V1 "/resources/{id}/acknowledge", RIGHT_RESOURCES_ACKNOWLEDGE, SCOPE_RESOURCE,
     action_acknowledge, .answer = &action_shape, .audited = true, .body = action_body_acknowledge,
     .doc = "Acknowledge its problem"},
    {"DELETE", V1 "/resources/{id}/acknowledgement", RIGHT_RESOURCES_ACKNOWLEDGE, SCOPE_RESOURCE,
     action_unacknowledge, .answer = &action_shape, .audited = true, .doc = "Take the acknowledgement back"},
    {"POST", V1 "/resources/{id}/downtime", RIGHT_RESOURCES_DOWNTIME, SCOPE_RESOURCE, action_downtime,
     .answer = &action_shape, .audited = true, .body = action_body_downtime, .doc = "Plan a downtime"},
    {"POST", V1 "/resources/{id}/comment", RIGHT_RESOURCES_COMMENT, SCOPE_RESOURCE, action_comment,
     .answer = &action_shape, .audited = true, .body = action_body_comment, .doc = "Add a comment"},
    {"POST", V1 "/resources/{id}/submit", RIGHT_RESOURCES_SUBMIT, SCOPE_RESOURCE, action_submit,
     .answer = &action_shape, .audited = true, .body = action_body_submit,
     .doc = "Submit a result (answered when it is on disk)"},
    {"POST", V1 "/actions", RIGHT_SELF, SCOPE_LIST, actions_post, .answer = &actions_shape, .later = true,
     .audited = true, .lets_go = true, .body = actions_body, .more = true,
     .doc = "Do something to many hosts and services at once: the action's own members stand beside these, "
            "and its own "
            "right is needed. Up to 100 are answered when they are done; more are a job (202, Location). The "
            "answer says "
            "how many were `done`, why others `failed` (`problems`), and in `undo` what body takes it back. "
            "Those for "
            "which there is nothing to do (no problem to acknowledge) are left out"},
    {"GET", V1 "/jobs", RIGHT_SELF, SCOPE_NONE, jobs_list, .answer = &jobs_list_shape,
     .doc = "One's own jobs, the newest first; with the right `jobs.read` those of others, too"},
    {"GET", V1 "/jobs/{id}", RIGHT_SELF, SCOPE_NONE, jobs_show, .answer = &jobs_shape,
     .doc = "How far a job is, and for which hosts and services it could not be done (the first 100); one "
            "that ended "
            "because a part of Vigie was restarted is answered with 410 and `job_lost`"},
    {"DELETE", V1 "/jobs/{id}", RIGHT_SELF, SCOPE_NONE, jobs_cancel, .answer = &jobs_shape, .audited = true,
     .lets_go = true,
     .doc = "Cancel a job, one's own or with the right `jobs.cancel` another's: what is done stays done"},
    {"POST", V1 "/results", RIGHT_RESOURCES_SUBMIT, SCOPE_LIST, results_post, .answer = &results_shape,
     .body = results_body, .rows = true, .query = results_query,
     .doc = "Submit results of many hosts and services, at most 1000 of them: an array of such objects, or "
            "one a line "
            "(application/x-ndjson). Answered when they are on disk: how many were `accepted` and `refused`, "
            "and for "
            "each that was refused in `problems` its row, from 1, with field, code and detail; 422 where "
            "none was "
            "accepted. With all_or_nothing=1 none is taken if one is refused"},
    {"GET", V1 "/downtimes", RIGHT_RESOURCES_READ, SCOPE_LIST, notes_downtimes,
     .answer = &notes_downtimes_shape, .query = notes_query,
     .doc = "The downtimes that are planned or under way, by number"},
    {"GET", V1 "/downtimes/recurring", RIGHT_RESOURCES_READ, SCOPE_LIST, recurring_list,
     .answer = &recurring_shape, .query = recurring_query,
     .doc =
         "When recurring downtimes (vigie_downtime_period of a host or service) will be, from `from` (now if "
         "left out) to `to` (four weeks later if left out, two years at most), by host and service. They "
         "begin by themselves, and are among the downtimes when they have begun"},
    {"POST", V1 "/downtimes/preview", RIGHT_RESOURCES_DOWNTIME, SCOPE_LIST, actions_preview,
     .answer = &impact_shape, .body = actions_body_preview,
     .doc = "What a downtime would mean: how many hosts and services it covers; of how many other services "
            "nobody would "
            "be told (`quiet_services`, those of its hosts) and which contacts that are; which hosts stand "
            "behind it; and "
            "with which downtimes it overlaps"},
    {"GET", V1 "/comments", RIGHT_RESOURCES_READ, SCOPE_LIST, notes_comments, .answer = &notes_comments_shape,
     .query = notes_query, .doc = "The comments there are, by number"},
    {"DELETE", V1 "/downtimes/{id}", RIGHT_RESOURCES_DOWNTIME, SCOPE_RESOURCE, action_downtime_delete,
     .answer = &shape_ok, .audited = true, .doc = "Cancel a downtime"},
    {"DELETE", V1 "/comments/{id}", RIGHT_RESOURCES_COMMENT, SCOPE_RESOURCE, action_comment_delete,
     .answer = &shape_ok, .audited = true, .doc = "Delete a comment"},
    {"GET", V1 "/events", RIGHT_EVENTS_READ, SCOPE_LIST, event_list, .answer = &event_list_shape,
     .query = event_query,
     .doc =
         "What happened to all hosts and services, the newest first. Of group, host or service only; of "
         "some kinds (`alert,notification`); with a text in it; from and to. A page that "
         "ends early has looked at many events in vain: `next` goes on. A host or service that is configured "
         "no more is found by the name it had last (`gone`)"},
    {"GET", V1 "/notifications", RIGHT_EVENTS_READ, SCOPE_LIST, notifications_list,
     .answer = &notifications_shape, .query = notifications_query,
     .doc =
         "Every decision about a notification, the newest first: who was told, why each other contact was "
         "not (or why nobody was), and what did not arrive. Of group, host or service only; those that name "
         "`contact`; `about` some of problem, recovery, acknowledgement and so on; `told` yes: somebody was "
         "(the contact, if one is asked for), no: nobody was; from and to. A page that ends early has looked "
         "at many in vain: `next` goes on"},
    {"GET", V1 "/events/histogram", RIGHT_EVENTS_READ, SCOPE_LIST, event_histogram,
     .answer = &event_histogram_shape, .query = event_query_histogram,
     .doc =
         "How many events there were, by kind, in `buckets` equal parts (60 if left out) of the time from "
         "`from` to `to` (the last day if left out); chosen as in the list of events. Where there are more "
         "than about two million the oldest are not counted, and `complete` is false"},
    {"GET", V1 "/series", RIGHT_SERIES_READ, SCOPE_LIST, series_show_list, .answer = &series_list_shape,
     .query = series_query_list,
     .doc = "The series of measurements there are: chosen by id, resource, host, service, group, kind, label "
            "and q, in the order of names, a page at a time; in host, service and label `*` is any text and "
            "`?` one character, `\\*` and `\\?` these themselves (docs/SERIES.md)"},
    {"GET", V1 "/series/data", RIGHT_SERIES_READ, SCOPE_LIST, series_show_data, .answer = &series_data_shape,
     .query = series_query_data, .doc = SERIES_DOC},
    PROM_ROUTES("/query", prom_query, prom_query_query, "The value of an expression at one moment"),
    PROM_ROUTES("/query_range", prom_range, prom_query_range, "The values of an expression over a time"),
    PROM_ROUTES("/labels", prom_labels, prom_query_match, "The names of labels"),
    PROM_ROUTES("/series", prom_series, prom_query_match, "The series that selectors choose"),
    PROM_ROUTE("GET", "/label/{name}/values", prom_values, prom_query_match, "The values of a label"),
    PROM_ROUTE("GET", "/metadata", prom_metadata, prom_query_metadata, "What metrics there are"),
    {"GET", PROM "/status/buildinfo", RIGHT_SERIES_READ, SCOPE_NONE, prom_buildinfo, .answer = &prom_shape,
     .form = true, .doc = PROM_DOC("Which Prometheus this answers like")},
    {"GET", V1 "/status", RIGHT_PLATFORM_READ, SCOPE_LIST, status_show, .answer = &status_shape,
     .doc = "How Vigie itself does; `reload`, null before the first one, says when it was, whether it was "
            "taken over, and with "
            "`error_count` the first `errors` ({file,line,column,text}); `config_warnings` with "
            "`config_warning_count` likewise of the "
            "configuration in force (these texts only for who sees all hosts and services); `snapshot` is "
            "that configuration (its `revision`, since when, how "
            "large), `queues` and `journal.waiting` say what waits where"},
    {"GET", V1 "/stream", RIGHT_RESOURCES_READ, SCOPE_LIST, stream_open, .answer = &stream_shape,
     .query = list_query, .doc = "Server-sent events: the changes of a list"},
    {"POST", V1 "/commands", RIGHT_COMMANDS_SEND, SCOPE_ALL, action_command, .answer = &shape_ok,
     .audited = true, .body = action_body_command, .doc = "Any external command of Nagios"},
    {"POST", V1 "/reload", RIGHT_RELOAD_RUN, SCOPE_ALL, action_reload, .answer = &shape_ok, .audited = true,
     .doc = "Read the configuration again"},
    {"GET", V1 "/renames", RIGHT_RENAMES_READ, SCOPE_ALL, rename_list, .answer = &rename_list_shape,
     .doc = "The renames that wait for the reload that carries them out (the first; `total` counts all)"},
    {"POST", V1 "/renames", RIGHT_RENAMES_WRITE, SCOPE_ALL, rename_create, .answer = &shape_ok, .status = 202,
     .audited = true, .body = rename_body,
     .doc = "Announce a rename: the next reload in which the old name is gone and the new one there, within "
            "24 hours, "
            "carries identity, state and history over; a host takes its services along"},
    {"DELETE", V1 "/renames/{id}", RIGHT_RENAMES_WRITE, SCOPE_ALL, rename_delete, .answer = &shape_ok,
     .audited = true, .doc = "Take an announced rename back"},
    {"GET", V1 "/tokens", RIGHT_TOKENS_READ, SCOPE_ALL, token_list, .answer = &token_list_shape,
     .query = people_query, .doc = "The tokens there are (not their texts), a page at a time"},
    {"POST", V1 "/tokens", RIGHT_TOKENS_WRITE, SCOPE_ALL, token_create, .answer = &token_made_shape,
     .told_once = true, .status = 201, .audited = true, .body = token_body,
     .doc =
         "Make a token for a program, with a role or some rights, of a scope; no more than one has oneself"},
    {"DELETE", V1 "/tokens/{name}", RIGHT_TOKENS_WRITE, SCOPE_ALL, token_delete, .answer = &shape_ok,
     .audited = true, .doc = "Delete a token"},
    {"GET", V1 "/users", RIGHT_USERS_READ, SCOPE_ALL, user_list, .answer = &user_list_shape,
     .query = people_query, .doc = "The users there are, a page at a time"},
    {"POST", V1 "/users", RIGHT_USERS_WRITE, SCOPE_ALL, user_create, .answer = &shape_ok, .status = 201,
     .audited = true, .body = user_body, .doc = "Make a user, with no more rights than one has oneself"},
    {"PUT", V1 "/users/{name}", RIGHT_USERS_WRITE, SCOPE_ALL, user_change, .answer = &shape_ok,
     .audited = true, .body = user_body_change,
     .doc = "Role, scope and groups of a user; another role ends the user's sessions. Somebody who may do "
            "everything always stays"},
    {"POST", V1 "/users/{name}/password", RIGHT_USERS_WRITE, SCOPE_ALL, user_password, .answer = &shape_ok,
     .audited = true, .body = user_body_password,
     .doc = "Set a user's password, and end the user's sessions"},
    {"POST", V1 "/users/{name}/role", RIGHT_USERS_WRITE, SCOPE_ALL, user_role, .answer = &shape_ok,
     .audited = true, .body = user_body_role,
     .doc = "Give a user another role, and end the user's sessions; the last administrator stays one"},
    {"DELETE", V1 "/users/{name}/totp", RIGHT_USERS_WRITE, SCOPE_ALL, user_totp_reset, .answer = &shape_ok,
     .audited = true,
     .doc = "Take the second factor off a user who has lost it, and end the user's sessions"},
    {"DELETE", V1 "/users/{name}", RIGHT_USERS_WRITE, SCOPE_ALL, user_delete, .answer = &shape_ok,
     .audited = true, .doc = "Delete a user, and end the user's sessions"},
    {"GET", V1 "/user-groups", RIGHT_USERS_READ, SCOPE_ALL, user_group_list, .answer = &user_group_list_shape,
     .query = people_query, .doc = "The groups of users, a page at a time"},
    {"POST", V1 "/user-groups", RIGHT_USERS_WRITE, SCOPE_ALL, user_group_create, .answer = &shape_ok,
     .status = 201, .audited = true, .body = user_body_group,
     .doc = "Make a group of users: who is in it has its role for its scope, too"},
    {"PUT", V1 "/user-groups/{name}", RIGHT_USERS_WRITE, SCOPE_ALL, user_group_change, .answer = &shape_ok,
     .audited = true, .body = user_body_group_change, .doc = "Role, scope and members of a group of users"},
    {"DELETE", V1 "/user-groups/{name}", RIGHT_USERS_WRITE, SCOPE_ALL, user_group_delete, .answer = &shape_ok,
     .audited = true, .doc = "Delete a group of users; the users stay"},
    {"GET", V1 "/roles", RIGHT_ROLES_READ, SCOPE_ALL, role_list, .answer = &role_list_shape,
     .doc = "The roles and their rights, and all the rights that a role may have"},
    {"POST", V1 "/roles", RIGHT_ROLES_WRITE, SCOPE_ALL, role_create, .answer = &shape_ok, .status = 201,
     .audited = true, .body = role_body, .doc = "Make a role of one's own"},
    {"PUT", V1 "/roles/{name}", RIGHT_ROLES_WRITE, SCOPE_ALL, role_change, .answer = &shape_ok,
     .audited = true, .body = role_body_change,
     .doc = "The rights of a role, and whether it requires the second factor; of viewer, operator and admin "
            "only the latter changes"},
    {"DELETE", V1 "/roles/{name}", RIGHT_ROLES_WRITE, SCOPE_ALL, role_delete, .answer = &shape_ok,
     .audited = true, .doc = "Delete a role that nobody has"},
    {"GET", V1 "/audit", RIGHT_AUDIT_READ, SCOPE_ALL, audit_list, .answer = &audit_shape,
     .query = audit_query,
     .doc = "The audit record, the newest first: who asked for what, from where, and what came of it. Of "
            "`who`; of an "
            "`object` (a name, in which * is any text); `what`: a method, a part of a route or a right; with "
            "a `text` "
            "in it; `outcome`: done, refused, failed or unknown; `from` and `to`; `format`: json or csv. A "
            "page that "
            "ends early has looked at many entries in vain: `next` goes on (docs/AUDIT.md)"},
    {"GET", V1 "/openapi.json", RIGHT_SELF, SCOPE_NONE, openapi_show, .answer = &openapi_shape,
     .doc = "This table, as OpenAPI 3.1"},
    {"GET", CENTREON "/platform/versions", RIGHT_OPEN, SCOPE_NONE, centreon_versions,
     .answer = &centreon_versions_shape, .secret = centreon_secret,
     .doc = CENTREON_DOC("Which Centreon this answers like")},
    {"POST", CENTREON "/login", RIGHT_OPEN, SCOPE_NONE, centreon_login, .answer = &centreon_login_shape,
     .audited = true, .late = true, .secret = centreon_secret,
     .doc = CENTREON_DOC("Sign in: opens a session, shown in X-Auth-Token")},
    {"GET", CENTREON "/logout", RIGHT_SELF, SCOPE_NONE, centreon_logout, .answer = &centreon_logout_shape,
     .audited = true, .lets_go = true, .secret = centreon_secret, .doc = CENTREON_DOC("End this session")},
    {"GET", CENTREON "/monitoring/resources", RIGHT_RESOURCES_READ, SCOPE_LIST, centreon_list_resources,
     .answer = &centreon_list_shape, .query = centreon_list_query, .secret = centreon_secret,
     .doc = CENTREON_DOC("Hosts and services")},
    CENTREON_ACT("acknowledge", RIGHT_RESOURCES_ACKNOWLEDGE, centreon_act_acknowledge,
                 "Acknowledge problems"),
    CENTREON_ACT("downtime", RIGHT_RESOURCES_DOWNTIME, centreon_act_downtime, "Plan downtimes"),
    CENTREON_ACT("check", RIGHT_RESOURCES_CHECK, centreon_act_check, "Check now"),
    {"POST", "/nrdp", RIGHT_RESOURCES_SUBMIT, SCOPE_LIST, nrdp_submit, .answer = &shape_nrdp,
     .query = nrdp_query, .secret = nrdp_secret,
     .doc = "Submit results as clients of NRDP do (docs/OTHER_APIS.md)"},
    {"GET", "/metrics", RIGHT_HERE, SCOPE_LIST, metrics_show, .answer = &metrics_shape,
     .doc = "How Vigie itself does, in OpenMetrics (docs/METRICS.md), without names"},
};
const size_t route_count = ARRAY_LEN(route_table);

#define OURS V1 "/"

/* Of what stands before the first parameter: by this nearly all of the table is passed over. ours: the path begins with OURS, as all of the table do whose second character is an a. */
static bool path_begins(const char *pattern, struct str path, bool ours)
{
    size_t i = ours ? strlen(OURS) : 0;

    if (ours != (pattern[1] == 'a'))
        return false;
    while (i < path.n && pattern[i] && pattern[i] != '{' && pattern[i] == path.p[i])
        i++;
    return pattern[i] == '{' || (!pattern[i] && i == path.n);
}

/* Segment by segment; each {} takes one whole, decoded, not empty. */
static bool path_matches(const char *pattern, struct api_request *q)
{
    struct str want = str_of(pattern), have = q->path;
    size_t n = 0;

    while (want.p && have.p) {
        struct str w = str_cut(&want, '/'), h = str_cut(&have, '/');
        struct buf b = BUF_INIT;
        bool good;

        if (!w.n || w.p[0] != '{') {
            if (!str_eq(w, h))
                return false;
            continue;
        }
        BUG_ON(n == API_PARAMS_MAX);
        good = h.n && http_text_unescape(h, false, &b);
        q->param[n++] = good ? arena_str(&q->arena, buf_str(&b)) : STR_NULL;
        buf_release(&b);
        if (!good)
            return false;
    }
    return !want.p && !have.p;
}

/* Centreon's addresses stand in the table with /centreon in front. False: the version is none. */
static bool centreon_path(struct api_request *q)
{
    struct str rest = str_sub(q->path, strlen("/centreon/api/"), q->path.n);
    struct buf b = BUF_INIT;

    if (str_starts(q->path, STR("/centreon/")))
        return dialect_is_centreon_version(str_cut(&rest, '/'));
    buf_add_c(&b, "/centreon");
    buf_add_str(&b, q->path);
    q->path = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return true;
}

/* Senders put a slash behind whatever address they are given, and people give them ".../nrdp/": NRDP's web server takes any number of them, and the name of its page. */
static void nrdp_path(struct api_request *q)
{
    struct str rest = str_sub(q->path, strlen("/nrdp"), q->path.n);

    if (dialect_of(q->path) != DIALECT_NRDP)
        return;
    while (rest.n && rest.p[0] == '/')
        rest = str_sub(rest, 1, rest.n);
    if (!rest.n || str_eq_c(rest, "index.php"))
        q->path = STR("/nrdp");
}

int route_find(struct api_request *q, struct buf *allow)
{
    struct str method = str_eq_c(q->method, "HEAD") ? STR("GET") : q->method;
    bool ours;

    if (dialect_of(q->path) == DIALECT_CENTREON && !centreon_path(q))
        return 404;
    nrdp_path(q);
    ours = str_starts(q->path, STR(OURS));
    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];

        if (!path_begins(r->path, q->path, ours) || !path_matches(r->path, q))
            continue;
        if (str_eq_c(method, r->method)) {
            q->route = r;
            return 0;
        }
        buf_add_c(allow, allow->len ? ", " : "Allow: ");
        buf_add_c(allow, r->method);
    }
    return allow->len ? 405 : 404;
}
