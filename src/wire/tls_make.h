/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Makes a certificate that signs itself, for who has none: struct tls_library.make. */
#include "base/buf.h"
#include "base/err.h"

int tls_make(const struct str *names, size_t n, unsigned days, struct buf *pem, struct err *err);
