/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The real files behind core/conf.h: for the conf role and for `vigie check`. Reads as the caller; writes nothing, executes nothing.
 */
#include "core/conf.h"

struct conf_io conf_io_files(void);
/* A native main file, where Vigie decides by its own lights: one called vigie.conf. */
bool conf_io_is_native(const char *main_path);
