/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The database of states as version 1 made it, with a row in each table. It is never changed. */
#define STATE_1_OF                                                                                           \
    " site INTEGER NOT NULL, scope INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,"
#define STATE_1_IS "0, 0, 40, 1767268800000000, "
static const char state_version_1[] =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA application_id=0x56475331; PRAGMA "
    "user_version=1;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE state (oid INTEGER PRIMARY KEY," STATE_1_OF
    " checked INTEGER NOT NULL, state INTEGER NOT NULL, hard INTEGER NOT NULL, last_state INTEGER NOT NULL,"
    " last_hard_state INTEGER NOT NULL, attempt INTEGER NOT NULL, max_attempts INTEGER NOT NULL,"
    " last_state_change INTEGER NOT NULL, last_hard_change INTEGER NOT NULL, ack_type INTEGER NOT NULL,"
    " ack_expires INTEGER NOT NULL, notification_number INTEGER NOT NULL, last_notification INTEGER NOT "
    "NULL,"
    " next_notification INTEGER NOT NULL, no_more INTEGER NOT NULL, notified_on INTEGER NOT NULL,"
    " switches INTEGER NOT NULL, modified INTEGER NOT NULL, flapping INTEGER NOT NULL, flap_recovery INTEGER "
    "NOT NULL,"
    " flap_comment INTEGER NOT NULL, event_id INTEGER NOT NULL, last_event_id INTEGER NOT NULL,"
    " problem_id INTEGER NOT NULL, last_problem_id INTEGER NOT NULL, check_interval_us INTEGER NOT NULL,"
    " retry_interval_us INTEGER NOT NULL, why_state INTEGER NOT NULL, why_notify INTEGER NOT NULL) STRICT;"
    "CREATE TABLE result (oid INTEGER PRIMARY KEY," STATE_1_OF
    " passive INTEGER NOT NULL, last_check INTEGER NOT NULL, next_check INTEGER NOT NULL, last_update "
    "INTEGER NOT NULL,"
    " latency_us INTEGER NOT NULL, execution_us INTEGER NOT NULL, flap_history INTEGER NOT NULL,"
    " flap_at INTEGER NOT NULL, flap_percent INTEGER NOT NULL, last_time_0 INTEGER NOT NULL,"
    " last_time_1 INTEGER NOT NULL, last_time_2 INTEGER NOT NULL, last_time_3 INTEGER NOT NULL,"
    " output TEXT NOT NULL, long_output TEXT NOT NULL, perfdata TEXT NOT NULL) STRICT;"
    "CREATE TABLE comment (id INTEGER PRIMARY KEY," STATE_1_OF
    " oid INTEGER NOT NULL, entry_type INTEGER NOT NULL, source INTEGER NOT NULL, persistent INTEGER NOT "
    "NULL,"
    " expires INTEGER NOT NULL, entry_time INTEGER NOT NULL, expire_time INTEGER NOT NULL,"
    " author TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE downtime (id INTEGER PRIMARY KEY," STATE_1_OF
    " oid INTEGER NOT NULL, entry_time INTEGER NOT NULL, start INTEGER NOT NULL, \"end\" INTEGER NOT NULL,"
    " duration_us INTEGER NOT NULL, fixed INTEGER NOT NULL, triggered_by INTEGER NOT NULL,"
    " in_effect INTEGER NOT NULL, actual_start INTEGER NOT NULL, comment_id INTEGER NOT NULL,"
    " author TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE contact (" STATE_1_OF
    " host_off INTEGER NOT NULL, service_off INTEGER NOT NULL, last_host INTEGER NOT NULL,"
    " last_service INTEGER NOT NULL, modified_host INTEGER NOT NULL, modified_service INTEGER NOT NULL,"
    " name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
    "CREATE TABLE program (id INTEGER PRIMARY KEY," STATE_1_OF
    " switches INTEGER NOT NULL, modified_host INTEGER NOT NULL, modified_service INTEGER NOT NULL,"
    " next_comment INTEGER NOT NULL, next_downtime INTEGER NOT NULL, next_event INTEGER NOT NULL,"
    " next_problem INTEGER NOT NULL, next_intent INTEGER NOT NULL, next_notification INTEGER NOT NULL,"
    " stopped INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;"
    "INSERT INTO meta VALUES ('applied_seq', 41);"
    "INSERT INTO state VALUES (9, " STATE_1_IS
    "1, 2, 1, 0, 0, 3, 3, 5, 5, 0, 0, 1, 5, 6, 0, 4, 127, 0, 0, 0, 0, 7, "
    "6, 8, 0, 300000000, 60000000, 1, 2);"
    "INSERT INTO result VALUES (9, " STATE_1_IS
    "1, 5, 6, 5, 10, 20, 3, 1, 625, 4, 0, 5, 0, 'down', 'to the floor', "
    "'a=1');"
    "INSERT INTO comment VALUES (3, " STATE_1_IS "9, 1, 1, 1, 0, 11, 0, 'ann', 'words');"
    "INSERT INTO downtime VALUES (4, " STATE_1_IS "9, 12, 13, 14, 15, 1, 0, 1, 13, 3, 'bob', 'moved');"
    "INSERT INTO contact VALUES (" STATE_1_IS "1, 0, 16, 17, 1, 0, 'ann');"
    "INSERT INTO program VALUES (1, " STATE_1_IS "255, 0, 0, 5, 6, 7, 8, 9, 10, 0, 2);";
