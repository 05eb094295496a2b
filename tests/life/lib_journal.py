# SPDX-License-Identifier: Apache-2.0
"""The bytes of a journal's segment, as far as tests that spoil them must know them (src/db/segment.h)."""
import os
import struct

HEADERS = 8192  # twice the header
RECORD = struct.Struct('<IIQHHq')  # length of the payload, checksum, number, kind, flags, time
AUDIT_HEAD = 27


def without_heads(path):
    """Cuts off heads of the audit record at the segment's end: they have no numbers, and a test of the end means the last batch that has. Returns path."""
    with open(path, 'rb') as f:
        data = f.read()
    at = end = HEADERS
    while at + RECORD.size <= len(data):
        length, _, _, kind, _, _ = RECORD.unpack_from(data, at)
        if not kind:
            break
        at += RECORD.size + length
        if kind != AUDIT_HEAD:
            end = at
    os.truncate(path, end)
    return path
