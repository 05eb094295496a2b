/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Shared memory segments: memfds, sealed when they must never change. */
#include "base/err.h"

int mem_segment(const char *name, size_t size, int *fd, struct err *err); /* memfd of that size, sealable */
int mem_seal(int fd, struct err *err); /* no write, no resize, no more seals: for ever as it is */
/* size fixed; who maps it from now on can only read; existing writable maps stay */
int mem_seal_for_readers(int fd, struct err *err);
int mem_check_sealed(int fd, struct err *err); /* E_FORMAT unless mem_seal was done */
int mem_map_rw(int fd, size_t size, void **base, struct err *err);
/* Has the pages of a writable map there before they are written one by one: for what is filled at once and soon. */
void mem_populate(void *base, size_t len);
/* Likewise for a map that is only read. */
void mem_populate_ro(const void *base, size_t len);
int mem_map_ro(int fd, const void **base, size_t *len, struct err *err); /* the whole segment */
void mem_unmap(const void *base, size_t len);
/* How a process that lives long keeps its heap; said at its start. */
void mem_set_heap(void);
/* Gives freed heap back to the system: after work that needed much for a moment, such as a new configuration. Takes milliseconds. */
void mem_trim(void);
