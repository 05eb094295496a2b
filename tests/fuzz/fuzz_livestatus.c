/* SPDX-License-Identifier: Apache-2.0 */
/* One Livestatus request, whatever it is: an answer or a command for the engine, and with fixed16 an answer as long as its header says. */
#include "../unit/api_world.h"
#include "api/livestatus.h"
#include "api/livestatus_current.h"
#include "api/livestatus_log.h"
#include "api/livestatus_statehist.h"
#include "api/livestatus_wait.h"
#include "base/bug.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "200        1234\n" */
static void check_length(struct str out)
{
    uint64_t n = 0;

    BUG_ON(out.n < 16 || out.p[15] != '\n' || !str_to_u64(str_trim(str_sub(out, 4, 11)), &n));
    BUG_ON(n != out.n - 16);
}

#define LIVES                                                                                                \
    "[{\"oid\":\"1000\",\"at\":1699980000,\"seq\":\"3\",\"state\":1,\"text\":\"down\"},"                     \
    "{\"oid\":\"1000\",\"at\":1699995000,\"seq\":\"7\",\"state\":0,\"downtime\":true},"                      \
    "{\"oid\":\"1004\",\"at\":1699981000,\"seq\":\"4\",\"state\":2,\"flapping\":true}]"

/* Events of a host, of a service, of an object that is gone, and of Vigie. */
static const struct livestatus_log *log_for(struct livestatus_log *log, const struct livestatus_world *lw,
                                            struct api *a, struct str in)
{
    struct livestatus_log_range range;
    struct livestatus_statehist h;

    if (!livestatus_log_wanted(lw, in, &range))
        return NULL;
    livestatus_log_take(
        log,
        STR("[{\"id\":\"9\",\"at\":\"1700000009000000\",\"kind\":\"notification\",\"oid\":\"1004\",\"type\":"
            "2,"
            "\"contact\":\"bob\",\"text\":\"a;b\"},{\"id\":\"8\",\"at\":\"1700000008000000\",\"kind\":"
            "\"alert\","
            "\"oid\":\"1000\",\"state\":2},{\"id\":\"7\",\"kind\":\"alert\",\"oid\":\"77\"},"
            "{\"id\":\"6\",\"kind\":\"command\",\"text\":\"[1] X;y\"},{\"id\":\"5\",\"kind\":\"start\"},"
            "{\"id\":\"4\",\"passive\":true,\"oid\":\"1004\",\"state\":9,\"text\":\"warm\"}]"));
    if (livestatus_current_wanted(lw, in, &range, &h)) {
        livestatus_statehist_take(&h, STR(LIVES));
        livestatus_current_add(log, &h, a);
    }
    livestatus_statehist_release(&h);
    livestatus_log_resolve(log, a);
    return log;
}

/* Lives of a host and a service, and an hour without Vigie. */
static void history_for(struct livestatus_world *lw, struct livestatus_statehist *h, struct api *a,
                        struct str in)
{
    struct buf oids = BUF_INIT;

    if (!livestatus_statehist_wanted(lw, in, h))
        return;
    while (livestatus_statehist_page(h, &oids))
        BUG_ON(oids.len > LIVESTATUS_STATEHIST_PAGE * 21);
    livestatus_statehist_take(h, STR("[{\"from\":1699990000,\"to\":1699993600}]"));
    livestatus_statehist_take(h, STR(LIVES));
    livestatus_statehist_make(h, a);
    for (size_t i = 0; i < h->rows.n; i++)
        BUG_ON(h->rows.at[i].from_s >= h->rows.at[i].until_s || h->rows.at[i].until_s > h->to_s);
    lw->statehist = h;
    buf_release(&oids);
}

/* Who begins to wait has somewhat to wait for, and is not answered with an error. */
static void check_wait(const struct livestatus_world *lw, struct str in)
{
    struct livestatus_reply reply;
    struct livestatus_wait wait;
    struct buf out = BUF_INIT;

    if (!livestatus_wait_begins(lw, in, &wait))
        return;
    BUG_ON(!wait.triggers || wait.timeout_us < 0);
    livestatus_wait_ends(lw, in);
    livestatus_answer(lw, in, &out, &reply);
    BUG_ON(reply.command.n);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api_world *w;
    struct livestatus_statehist history = {.text = BUF_INIT};
    struct livestatus_log log = {0};
    struct str in = str_make((const char *)data, size);
    struct livestatus_reply reply;
    struct livestatus_world lw;
    struct buf out = BUF_INIT, fixed = BUF_INIT;

    if (!w)
        w = api_world_new(3, 3);
    lw = (struct livestatus_world){
        .m = &w->model, .b = &w->api.board, .version = "1", .pid = 7, .now = w->wall};
    lw.log = log_for(&log, &lw, &w->api, in);
    history_for(&lw, &history, &w->api, in);
    check_wait(&lw, in);
    livestatus_answer(&lw, in, &out, &reply);
    BUG_ON(reply.command.p && (reply.command.p < in.p || reply.command.p + reply.command.n > in.p + in.n));
    if (str_trim(in).n && !reply.command.n && !str_contains(in, STR("\n\n"))) {
        buf_add_str(&fixed, in);
        buf_add_c(&fixed, "\nResponseHeader: fixed16\n");
        buf_clear(&out);
        livestatus_answer(&lw, buf_str(&fixed), &out, &reply);
        if (!reply.command.n)
            check_length(buf_str(&out));
    }
    livestatus_log_release(&log);
    livestatus_statehist_release(&history);
    buf_release(&out);
    buf_release(&fixed);
    return 0;
}
