/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The handlers of core/excmd.def: each does one thing to one check (or once, check MODEL_NONE). They find their fields from c->first on. */
#include "core/excmd.h"

int excmd_do_result(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_schedule(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_ack(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_unack(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_comment(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_comment_del(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_comments_del(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_downtime(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_downtime_children(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_downtime_del(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_downtimes_del(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_audit(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_custom(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_delay(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_number(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_flag_on(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_flag_off(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_max_attempts(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_interval(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_contact_on(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_contact_off(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_switch_on(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_switch_off(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_nothing(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
int excmd_do_not_yet(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
