/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The resolved objects in the Nagios object format, as `nagios -vp` and the object cache file have them: for tools that read that file, and for comparing. Secrets of
 * custom variables stand in it as written, so it is made for its owner only. Pure.
 */
#include "core/model_build.h"

void precache_write(const struct model_build *b, struct buf *out);
