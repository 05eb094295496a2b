/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Random bytes of the kernel, for secrets and ids. */
#include <stddef.h>

void rand_bytes(void *p, size_t n);
