/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_replay FOLDER [HOURS [SERVICES]]: makes a state folder with the journal of so many hours of a made-up site (10 hours of 10,000 services at five minutes unless told otherwise), in
 * virtual time, for `vigie replay` to be measured on. Some services break now and then, so people are told.
 */
#include "core/record.h"
#include "db/journal.h"
#include "db/kept.h"
#include "os/file.h"
#include "sim/lab.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PER_HOST = 10 };
#define START 1790000000

struct bench {
    struct lab lab;
    struct journal journal;
    struct journal_dir dir;
    struct journal_io io;
    int snapshots;
    uint64_t seq;
};

static void must(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bench: %s: %d\n", what, r);
    exit(1);
}

/* One in twenty is in trouble for half an hour now and then. */
static struct lab_answer plugin(struct lab *lab, uint32_t check, uint64_t n)
{
    bool bad = (check + (uint32_t)(lab->mono / (30 * TIME_MIN))) % 20 == 0;

    return (struct lab_answer){.code = bad ? 2 : 0,
                               .lasts_us =
                                   100 * TIME_MS + (int64_t)(check * 7919 + n * 104729) % (200 * TIME_MS),
                               .output = bad ? "CRITICAL - it takes too long | time=12.3s;1;2"
                                             : "OK - all is as it should be | time=0.31s;1;2"};
}

static void write_objects(struct buf *b, unsigned services)
{
    for (unsigned h = 0; h * PER_HOST < services; h++) {
        buf_printf(
            b, "define host {\n host_name host%05u\n use ht\n address 192.0.2.1\n check_interval 5\n}\n", h);
        for (unsigned s = 0; s < PER_HOST && h * PER_HOST + s < services; s++)
            buf_printf(b,
                       "define service {\n host_name host%05u\n service_description service %u\n use st\n "
                       "active_checks_enabled 1\n check_interval 5\n retry_interval 1\n "
                       "notification_interval 60\n}\n",
                       h, s);
    }
}

static void add_records(struct bench *b)
{
    struct str rest = buf_str(&b->lab.journal);
    struct record_frame f;

    while (record_next(&rest, &f) == 1)
        journal_add(&b->journal, ++b->seq, (uint16_t)f.kind, f.at, f.payload);
    buf_clear(&b->lab.journal);
    buf_clear(&b->lab.log);
    buf_clear(&b->lab.told);
}

static void commit(struct bench *b)
{
    struct buf all = BUF_INIT;
    struct record_frame f;
    struct str rest;

    add_records(b);
    must(journal_commit(&b->journal, lab_now(&b->lab).wall), "commit");
    if (!journal_asks_checkpoint(&b->journal))
        return;
    world_export(b->lab.w, lab_now(&b->lab), b->seq, &all);
    rest = buf_str(&all);
    while (record_next(&rest, &f) == 1)
        journal_add_checkpoint(&b->journal, b->seq, (uint16_t)f.kind, f.at, f.payload);
    must(journal_commit(&b->journal, lab_now(&b->lab).wall), "checkpoint");
    buf_release(&all);
}

static int make_folder(const char *folder, const char *name)
{
    char path[4200];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    mkdir(path, 0700);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(fd, path);
    return fd;
}

static void begin(struct bench *b, const char *folder)
{
    struct journal_options o = {.keep_us = 3650 * TIME_DAY};
    struct err err = ERR_INIT;
    char name[KEPT_NAME];
    const char *hash = b->lab.model->hash;

    mkdir(folder, 0700);
    b->dir.fd = make_folder(folder, "journal");
    b->snapshots = make_folder(folder, "snapshots");
    journal_io_dir(&b->io, &b->dir);
    must(journal_open(&b->journal, &b->io, &o, &err), "journal");
    journal_set_snapshot(&b->journal, hash);
    kept_name(name, hash, "snap");
    must(file_replace_at(b->snapshots, name, b->lab.snapshot.data, b->lab.snapshot.len, 0600, &err), name);
    must(kept_write_oids(b->snapshots, hash, lab_oids(&b->lab), b->lab.model->n_check, &err), "identities");
}

#define MAIN "interval_length=60\ncached_host_check_horizon=0\n"

/* The configuration as files, so that another one can be tried: main.cfg, objects.cfg. */
static void write_files(const char *folder, const struct buf *objects)
{
    char path[4200];
    FILE *f;

    snprintf(path, sizeof(path), "%s/objects.cfg", folder);
    f = fopen(path, "we");
    must(f ? 0 : -1, path);
    fprintf(f, "%s%s", lab_objects, objects->data);
    fclose(f);
    snprintf(path, sizeof(path), "%s/main.cfg", folder);
    f = fopen(path, "we");
    must(f ? 0 : -1, path);
    fprintf(f, "cfg_file=%s/objects.cfg\nlog_file=%s/log\nvigie_state_dir=%s\n" MAIN, folder, folder, folder);
    fclose(f);
}

int main(int argc, char **argv)
{
    static struct bench b;
    int64_t hours = argc > 2 ? strtoll(argv[2], NULL, 10) : 10;
    unsigned services = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 10000;
    struct buf objects = BUF_INIT;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_replay FOLDER [HOURS [SERVICES]]\n");
        return 2;
    }
    write_objects(&objects, services);
    lab_open(&b.lab, "cfg_file=/o.cfg\nlog_file=/l\n" MAIN, objects.data, START, 1, plugin, 0);
    begin(&b, argv[1]);
    write_files(argv[1], &objects);
    for (int64_t m = 0; m < hours * 60; m++) {
        lab_run(&b.lab, TIME_MIN);
        commit(&b);
    }
    printf("%llu records, %llu results\n", (unsigned long long)b.seq, (unsigned long long)b.lab.applied);
    journal_release(&b.journal);
    close(b.dir.fd);
    close(b.snapshots);
    lab_close(&b.lab);
    buf_release(&objects);
    return 0;
}
