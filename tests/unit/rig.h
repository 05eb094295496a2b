/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One role in a process of its own, as the parent starts it; the test is its parent and its engine. */
#include "base/vec.h"
#include "os/loop.h"
#include "os/proc.h"
#include "wire/link.h"
#include "wire/roles.h"

/* A RESULT or NOTIFIED that came, copied. */
struct rig_answer {
    uint64_t id, seq, how, code, truncated, rightless;
    int64_t lasted_us;
    char *output, *error;
    size_t output_n;
};

struct rig {
    struct loop *loop;
    struct proc proc;
    struct link *control, *engine;
    bool ready, gone;
    VEC(struct rig_answer) answer;
    VEC(uint64_t) listed; /* runs of the last HELLO */
    VEC(uint64_t) begun;  /* runs, in their order */
    bool hello;
};

/* Starts exe as that role. options ended by NULL. The secret segment holds "s3cr3t" in slot 0 and "a\x01b" in slot 1. Returns when it is ready. */
void rig_begin(struct rig *g, const char *exe, enum role_id id, const char *const *options);
void rig_end(struct rig *g);     /* STOP; fails the test unless it ends with 0 */
void rig_connect(struct rig *g); /* a new engine: the link before is closed */
void rig_send(struct rig *g, struct buf *b);
/* RUN; argv ended by NULL. */
void rig_run_of(struct rig *g, uint64_t id, unsigned kind, int64_t timeout_us, uint64_t generation,
                const char *const *argv);
/* the same, of any generation */
void rig_run(struct rig *g, uint64_t id, unsigned kind, int64_t timeout_us, const char *const *argv);
/* The answer of that id, waited for. */
const struct rig_answer *rig_answer(struct rig *g, uint64_t id);
bool rig_has(const struct rig *g, uint64_t id);
void rig_forget(struct rig *g); /* all answers */
void rig_until(struct rig *g, bool (*question)(void *user), void *user, const char *what);
