/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * For clang's analyzer only (tests/lint.py includes it before each file): what functions of other files promise, in
 * a form that it can follow. Without this, every `return err_set(err, E_INVAL, ...)` might return 0 in its eyes.
 */
#include "base/err.h"

#define err_set(err, code, ...) ((void)err_set((err), (code), __VA_ARGS__), (code))
#define err_sys(err, no, ...)   ((void)err_sys((err), (no), __VA_ARGS__), E_IO)
