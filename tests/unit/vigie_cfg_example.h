/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The examples of vigie.cfg(5), as it prints them and as tests/unit/test_when.c reads them. The zone is a name for people; a test has no zone files. */
#define EXAMPLE_PERIODS(zone)                                                                                \
    "define timeperiod {\n"                                                                                  \
    "    timeperiod_name  holidays\n"                                                                        \
    "    alias            Nobody is there\n"                                                                 \
    "    january 1                00:00-24:00  ; a date of each year\n"                                      \
    "    december 25 - 26         00:00-24:00  ; from one to another\n"                                      \
    "    december 27 - january 3  00:00-24:00  ; over the end of the year\n"                                 \
    "    monday -1 may            00:00-24:00  ; the last Monday of May\n"                                   \
    "    2027-07-20 - 2027-08-10  00:00-24:00  ; these days of one year\n"                                   \
    "}\n"                                                                                                    \
    "define timeperiod {\n"                                                                                  \
    "    name             office               ; so that others can use it\n"                                \
    "    timeperiod_name  office\n"                                                                          \
    "    alias            Office hours\n"                                                                    \
    "    exclude          holidays\n"                                                                        \
    "    monday           08:00-12:00,13:00-18:00\n"                                                         \
    "    friday           08:00-12:00\n"                                                                     \
    "    day -1           08:00-20:00          ; the last day of each month, in the place of the above\n"    \
    "    2027-03-12       00:00-00:00          ; this Friday nothing\n"                                      \
    "}\n"                                                                                                    \
    "define timeperiod {\n"                                                                                  \
    "    use              office               ; its days, and its exclude\n"                                \
    "    timeperiod_name  office-abroad\n"                                                                   \
    "    alias            Office hours there\n"                                                              \
    "    vigie_timezone   " zone "\n"                                                                        \
    "    friday           08:00-16:00          ; in the place of its Friday\n"                               \
    "}\n"                                                                                                    \
    "define timeperiod {\n"                                                                                  \
    "    timeperiod_name  patching\n"                                                                        \
    "    alias            Patches\n"                                                                         \
    "    tuesday 2        01:00-05:00          ; the second Tuesday of each month\n"                         \
    "    day 15 - 28 / 7  22:00-24:00          ; the days 15 and 22\n"                                       \
    "    2027-01-03 / 14  02:00-04:00          ; this day, and each 14th one from it on\n"                   \
    "}\n"

#define EXAMPLE_DOWNTIME                                                                                     \
    "define host {\n"                                                                                        \
    "    use                    linux\n"                                                                     \
    "    host_name              db1\n"                                                                       \
    "    vigie_downtime_period  patching\n"                                                                  \
    "}\n"
