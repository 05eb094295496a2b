/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemas and their migrations. A migration that was in a release is never changed: a new one is added. tests/unit/test_history.c, test_objects.c, test_current.c and test_bounds.c hold each as version 1 made it, as text.
 * Times are wall clock µs; oids, numbers and kinds as in core/record.def. site and scope stand in every table from the first version on.
 */
#include "db/sql.h"

#define META "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

static const char *const history[] = {
    META "CREATE TABLE event ("
         " seq INTEGER PRIMARY KEY," /* the journal's number */
         " at INTEGER NOT NULL, site INTEGER NOT NULL, scope INTEGER NOT NULL, oid INTEGER NOT NULL, kind "
         "INTEGER NOT NULL,"
         " state INTEGER NOT NULL, hard INTEGER NOT NULL, attempt INTEGER NOT NULL, type INTEGER NOT NULL, "
         "ref INTEGER NOT NULL,"
         " text TEXT NOT NULL, long_text TEXT NOT NULL, contact TEXT NOT NULL, author TEXT NOT NULL, command "
         "TEXT NOT NULL) STRICT;"
         "CREATE INDEX event_by_object ON event (oid);" /* and, in it, by seq */
         "CREATE INDEX event_by_time ON event (at);",
    /* 2: events are found by time in an object and in a kind; spans (db/span.h) */
    "DROP INDEX event_by_object;"
    "CREATE INDEX event_by_object ON event (oid, at);"
    "CREATE INDEX event_by_kind ON event (kind, at);"
    "CREATE TABLE span ("
    " oid INTEGER NOT NULL, since INTEGER NOT NULL,"
    " seq INTEGER NOT NULL," /* of the event that began it */
    " state INTEGER NOT NULL, hard_state INTEGER NOT NULL, hard INTEGER NOT NULL, attempt INTEGER NOT NULL,"
    " acknowledged INTEGER NOT NULL, downtimes INTEGER NOT NULL, flapping INTEGER NOT NULL,"
    " changed INTEGER NOT NULL," /* when its state was last another one */
    " said INTEGER NOT NULL,"    /* number of the event that has its output; 0: none */
    " PRIMARY KEY (oid, since, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE gap (seq INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;"
    "CREATE TABLE watched (oid INTEGER PRIMARY KEY) STRICT;",
    /* 3: a table in place of an index, for an index is written with each event, and this when it suits (db/book.h) */
    "CREATE TABLE object_event (oid INTEGER NOT NULL, at INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY "
    "(oid, at, seq)) STRICT, WITHOUT ROWID;"
    "INSERT INTO object_event (oid, at, seq) SELECT oid, at, seq FROM event ORDER BY oid, at, seq;"
    "DROP INDEX event_by_object;"
    "CREATE TRIGGER event_gone AFTER DELETE ON event BEGIN"
    " DELETE FROM object_event WHERE oid = old.oid AND at = old.at AND seq = old.seq; END;",
    /* 4: what was decided, with its reasons (core/reason.h) */
    "CREATE TABLE decision ("
    " seq INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL, site INTEGER NOT NULL, scope INTEGER NOT NULL, oid INTEGER NOT NULL, kind INTEGER "
    "NOT "
    "NULL,"
    " state INTEGER NOT NULL, hard INTEGER NOT NULL, number INTEGER NOT NULL, type INTEGER NOT NULL,"
    " reasons TEXT NOT NULL) STRICT;"
    "CREATE INDEX decision_by_object ON decision (oid, kind, at);"
    "CREATE INDEX decision_by_time ON decision (at);",
    /* 5: results handed in, for the log of Livestatus alone */
    "CREATE TABLE passive ("
    " seq INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL, site INTEGER NOT NULL, scope INTEGER NOT NULL, oid INTEGER NOT NULL, code INTEGER "
    "NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX passive_by_time ON passive (at);",
    /* 6: what a damaged page held, and no journal has any more (db/history_rescue.h) */
    "CREATE TABLE lost (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;",
};

static const char *const objects[] = {
    META
    "CREATE TABLE object ("
    " oid INTEGER PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL,"
    " kind INTEGER NOT NULL," /* 0 host, 1 service */
    " host TEXT NOT NULL, service TEXT NOT NULL, created INTEGER NOT NULL, deleted INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX object_by_name ON object (kind, host, service);",
    /* A name may go from one object to another: those that ended keep theirs. ident: the _VIGIE_ID of the
       configuration that was last in force with it. rename: announced, and waiting for its reload. */
    "DROP INDEX object_by_name;"
    "CREATE INDEX object_by_name ON object (kind, host, service);"
    "ALTER TABLE object ADD COLUMN ident TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX object_by_ident ON object (kind, ident) WHERE ident <> '';"
    "CREATE TABLE rename ("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, host TEXT NOT NULL, service TEXT NOT "
    "NULL, to_host TEXT NOT NULL, to_service TEXT NOT NULL) STRICT;",
};

/* Columns as core/record.def has them, in the order in which db/current.c gives them. */
#define OF " site INTEGER NOT NULL, scope INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,"
static const char *const state[] = {
    META "CREATE TABLE state (oid INTEGER PRIMARY KEY," OF
         " checked INTEGER NOT NULL, state INTEGER NOT NULL, hard INTEGER NOT NULL, "
         " last_state INTEGER NOT NULL, last_hard_state INTEGER NOT NULL, attempt INTEGER NOT NULL, "
         " max_attempts INTEGER NOT NULL, last_state_change INTEGER NOT NULL, "
         " last_hard_change INTEGER NOT NULL, ack_type INTEGER NOT NULL, ack_expires INTEGER NOT NULL, "
         " notification_number INTEGER NOT NULL, last_notification INTEGER NOT NULL, "
         " next_notification INTEGER NOT NULL, no_more INTEGER NOT NULL, notified_on INTEGER NOT NULL, "
         " switches INTEGER NOT NULL, modified INTEGER NOT NULL, flapping INTEGER NOT NULL, "
         " flap_recovery INTEGER NOT NULL, flap_comment INTEGER NOT NULL, event_id INTEGER NOT NULL, "
         " last_event_id INTEGER NOT NULL, problem_id INTEGER NOT NULL, "
         " last_problem_id INTEGER NOT NULL, check_interval_us INTEGER NOT NULL, "
         " retry_interval_us INTEGER NOT NULL, why_state INTEGER NOT NULL, why_notify INTEGER NOT NULL"
         ") STRICT;"
         "CREATE TABLE result (oid INTEGER PRIMARY KEY," OF
         " passive INTEGER NOT NULL, last_check INTEGER NOT NULL, next_check INTEGER NOT NULL, "
         " last_update INTEGER NOT NULL, latency_us INTEGER NOT NULL, execution_us INTEGER NOT NULL, "
         " flap_history INTEGER NOT NULL, flap_at INTEGER NOT NULL, flap_percent INTEGER NOT NULL, "
         " last_time_0 INTEGER NOT NULL, last_time_1 INTEGER NOT NULL, last_time_2 INTEGER NOT NULL, "
         " last_time_3 INTEGER NOT NULL, "
         " output TEXT NOT NULL, long_output TEXT NOT NULL, perfdata TEXT NOT NULL) STRICT;"
         "CREATE TABLE comment (id INTEGER PRIMARY KEY," OF
         " oid INTEGER NOT NULL, entry_type INTEGER NOT NULL, source INTEGER NOT NULL, "
         " persistent INTEGER NOT NULL, expires INTEGER NOT NULL, entry_time INTEGER NOT NULL, "
         " expire_time INTEGER NOT NULL, "
         " author TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
         "CREATE TABLE downtime (id INTEGER PRIMARY KEY," OF
         " oid INTEGER NOT NULL, entry_time INTEGER NOT NULL, start INTEGER NOT NULL, "
         " \"end\" INTEGER NOT NULL, duration_us INTEGER NOT NULL, fixed INTEGER NOT NULL, "
         " triggered_by INTEGER NOT NULL, in_effect INTEGER NOT NULL, actual_start INTEGER NOT NULL, "
         " comment_id INTEGER NOT NULL, "
         " author TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
         "CREATE TABLE contact (" OF
         " host_off INTEGER NOT NULL, service_off INTEGER NOT NULL, last_host INTEGER NOT NULL, "
         " last_service INTEGER NOT NULL, modified_host INTEGER NOT NULL, "
         " modified_service INTEGER NOT NULL, "
         " name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
         "CREATE TABLE program (id INTEGER PRIMARY KEY," OF
         " switches INTEGER NOT NULL, modified_host INTEGER NOT NULL, modified_service INTEGER NOT NULL, "
         " next_comment INTEGER NOT NULL, next_downtime INTEGER NOT NULL, next_event INTEGER NOT NULL, "
         " next_problem INTEGER NOT NULL, next_intent INTEGER NOT NULL, "
         " next_notification INTEGER NOT NULL, stopped INTEGER NOT NULL, "
         " epoch INTEGER NOT NULL) STRICT;",
    /* 2: the last line of the command file that was done */
    "ALTER TABLE program ADD COLUMN pipe_had INTEGER NOT NULL DEFAULT 0;",
    /* 3: SQLite 3.40 takes a table without rowid for damaged whose key is not its first column: no backup with a contact could be restored */
    "ALTER TABLE contact RENAME TO contact_2; CREATE TABLE contact (name TEXT PRIMARY KEY," OF
    " host_off INTEGER NOT NULL, service_off INTEGER NOT NULL, last_host INTEGER NOT NULL, "
    " last_service INTEGER NOT NULL, modified_host INTEGER NOT NULL, "
    " modified_service INTEGER NOT NULL) STRICT, WITHOUT ROWID; "
    "INSERT INTO contact SELECT name, site, scope, seq, at, host_off, service_off, last_host, last_service, "
    "modified_host, modified_service FROM contact_2; DROP TABLE contact_2;",
    /* 4: all that a start needs (an older one was filled by records that the journal may not have any more: it is made anew) */
    "DROP TABLE state; DROP TABLE result; DROP TABLE contact; DROP TABLE program; UPDATE meta SET value = 0;"
    "CREATE TABLE state (oid INTEGER PRIMARY KEY," OF
    " checked INTEGER NOT NULL, state INTEGER NOT NULL, hard INTEGER NOT NULL,"
    " last_state INTEGER NOT NULL, last_hard_state INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, max_attempts INTEGER NOT NULL,"
    " last_state_change INTEGER NOT NULL, last_hard_change INTEGER NOT NULL,"
    " ack_type INTEGER NOT NULL, ack_expires INTEGER NOT NULL,"
    " notification_number INTEGER NOT NULL, last_notification INTEGER NOT NULL,"
    " next_notification INTEGER NOT NULL, no_more INTEGER NOT NULL,"
    " notified_on INTEGER NOT NULL, switches INTEGER NOT NULL, modified INTEGER NOT NULL,"
    " flapping INTEGER NOT NULL, flap_recovery INTEGER NOT NULL,"
    " flap_comment INTEGER NOT NULL, event_id INTEGER NOT NULL,"
    " last_event_id INTEGER NOT NULL, problem_id INTEGER NOT NULL,"
    " last_problem_id INTEGER NOT NULL, check_interval_us INTEGER NOT NULL,"
    " retry_interval_us INTEGER NOT NULL, why_state INTEGER NOT NULL,"
    " why_notify INTEGER NOT NULL, problem_since INTEGER NOT NULL,"
    " first_delay INTEGER NOT NULL, recur_from INTEGER NOT NULL,"
    " recur_until INTEGER NOT NULL,"
    " check_command TEXT NOT NULL, handler TEXT NOT NULL, check_period TEXT NOT NULL, notify_period TEXT NOT "
    "NULL,"
    " vars TEXT NOT NULL) STRICT;"
    "CREATE TABLE result (oid INTEGER PRIMARY KEY," OF
    " passive INTEGER NOT NULL, last_check INTEGER NOT NULL, next_check INTEGER NOT NULL,"
    " last_update INTEGER NOT NULL, latency_us INTEGER NOT NULL,"
    " execution_us INTEGER NOT NULL, flap_history INTEGER NOT NULL, flap_at INTEGER NOT NULL,"
    " flap_percent INTEGER NOT NULL, last_time_0 INTEGER NOT NULL,"
    " last_time_1 INTEGER NOT NULL, last_time_2 INTEGER NOT NULL,"
    " last_time_3 INTEGER NOT NULL, why_state_arg INTEGER NOT NULL,"
    " why_notify_arg INTEGER NOT NULL,"
    " output TEXT NOT NULL, long_output TEXT NOT NULL, perfdata TEXT NOT NULL) STRICT;"
    "CREATE TABLE contact (name TEXT PRIMARY KEY," OF
    " host_off INTEGER NOT NULL, service_off INTEGER NOT NULL, last_host INTEGER NOT NULL,"
    " last_service INTEGER NOT NULL, modified_host INTEGER NOT NULL, modified_service INTEGER NOT NULL,"
    " modified INTEGER NOT NULL, host_period TEXT NOT NULL, service_period TEXT NOT NULL,"
    " vars TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE program (id INTEGER PRIMARY KEY," OF
    " switches INTEGER NOT NULL, modified_host INTEGER NOT NULL, modified_service INTEGER NOT NULL,"
    " next_comment INTEGER NOT NULL, next_downtime INTEGER NOT NULL, next_event INTEGER NOT NULL,"
    " next_problem INTEGER NOT NULL, next_intent INTEGER NOT NULL, next_notification INTEGER NOT NULL,"
    " stopped INTEGER NOT NULL, epoch INTEGER NOT NULL, pipe_had INTEGER NOT NULL, started INTEGER NOT NULL,"
    " host_handler TEXT NOT NULL, service_handler TEXT NOT NULL) STRICT;",
    /* 5: the result file that was had last */
    "ALTER TABLE program ADD COLUMN handed_n INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE program ADD COLUMN handed_file TEXT NOT NULL DEFAULT '';",
    /* 6: what is planned is a forced check */
    "ALTER TABLE result ADD COLUMN forced INTEGER NOT NULL DEFAULT 0;",
    /* 7: whether a downtime was planned before what triggers it began */
    "ALTER TABLE downtime ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;",
};

static const char *const bounds[] = {
    META "CREATE TABLE bound ("
         " oid INTEGER NOT NULL, label TEXT NOT NULL, unit INTEGER NOT NULL, since INTEGER NOT NULL,"
         " site INTEGER NOT NULL, scope INTEGER NOT NULL, seq INTEGER NOT NULL,"
         " uom TEXT NOT NULL, warn TEXT NOT NULL, crit TEXT NOT NULL, min TEXT NOT NULL, max TEXT NOT NULL,"
         " PRIMARY KEY (oid, label, unit, since)) STRICT, WITHOUT ROWID;",
};

const struct sql_schema schema_history = {"history", 0x56474831, history,
                                          sizeof(history) / sizeof(history[0])};
const struct sql_schema schema_objects = {"objects", 0x56474f31, objects,
                                          sizeof(objects) / sizeof(objects[0])};
const struct sql_schema schema_state = {"state", 0x56475331, state, sizeof(state) / sizeof(state[0])};
const struct sql_schema schema_bounds = {"bounds", 0x56474231, bounds, sizeof(bounds) / sizeof(bounds[0])};
