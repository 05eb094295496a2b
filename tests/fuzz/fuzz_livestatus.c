/* SPDX-License-Identifier: Apache-2.0 */
/* One Livestatus request, whatever it is: an answer or a command for the engine, and with fixed16 an answer as long as its header says. */
#include "../unit/api_world.h"
#include "api/livestatus.h"
#include "base/bug.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "200        1234\n" */
static void check_length(struct str out)
{
    uint64_t n = 0;

    BUG_ON(out.n < 16 || out.p[15] != '\n' || !str_to_u64(str_trim(str_sub(out, 4, 11)), &n));
    BUG_ON(n != out.n - 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct api_world *w;
    struct str in = str_make((const char *)data, size);
    struct livestatus_reply reply;
    struct livestatus_world lw;
    struct buf out = BUF_INIT, fixed = BUF_INIT;

    if (!w)
        w = api_world_new(3, 3);
    lw = (struct livestatus_world){
        .m = &w->model, .b = &w->api.board, .version = "1", .pid = 7, .now = w->wall};
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
    buf_release(&out);
    buf_release(&fixed);
    return 0;
}
