/* SPDX-License-Identifier: Apache-2.0 */
/* One Livestatus request, whatever it is: an answer or a command for the engine, and with fixed16 an answer as long as its header says. */
#include "../unit/api_world.h"
#include "api/livestatus.h"
#include "api/livestatus_log.h"
#include "base/bug.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "200        1234\n" */
static void check_length(struct str out)
{
    uint64_t n = 0;

    BUG_ON(out.n < 16 || out.p[15] != '\n' || !str_to_u64(str_trim(str_sub(out, 4, 11)), &n));
    BUG_ON(n != out.n - 16);
}

/* Events of a host, of a service, of an object that is gone, and of Vigie. */
static const struct livestatus_log *log_for(struct livestatus_log *log, struct api *a, struct str in)
{
    struct livestatus_log_range range;

    if (!livestatus_log_wanted(in, (struct wall){0}, &range))
        return NULL;
    livestatus_log_take(
        log,
        STR("[{\"id\":\"9\",\"at\":\"1700000009000000\",\"kind\":\"notification\",\"oid\":\"1004\",\"type\":"
            "2,"
            "\"contact\":\"bob\",\"text\":\"a;b\"},{\"id\":\"8\",\"at\":\"1700000008000000\",\"kind\":"
            "\"alert\","
            "\"oid\":\"1000\",\"state\":2},{\"id\":\"7\",\"kind\":\"alert\",\"oid\":\"77\"},"
            "{\"id\":\"6\",\"kind\":\"command\",\"text\":\"[1] X;y\"},{\"id\":\"5\",\"kind\":\"start\"}]"));
    livestatus_log_resolve(log, a);
    return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api_world *w;
    struct livestatus_log log = {0};
    struct str in = str_make((const char *)data, size);
    struct livestatus_reply reply;
    struct livestatus_world lw;
    struct buf out = BUF_INIT, fixed = BUF_INIT;

    if (!w)
        w = api_world_new(3, 3);
    lw = (struct livestatus_world){
        .m = &w->model, .b = &w->api.board, .version = "1", .pid = 7, .now = w->wall};
    lw.log = log_for(&log, &w->api, in);
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
    buf_release(&out);
    buf_release(&fixed);
    return 0;
}
