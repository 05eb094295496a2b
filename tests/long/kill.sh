#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vigie-test: build=release serial timeout=14400
# The crash loop of tests/life/60-kill.py, for long; with the sandbox of the release.
VIGIE_KILLS=${VIGIE_KILLS:-1000} exec python3 "$SRC/tests/life/60-kill.py"
