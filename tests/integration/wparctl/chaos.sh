#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chaos.sh - a few rounds of tests/chaos/wpars.py: random kill -9, the same command again, nothing left
#
# The same rounds each time, so that a change of the code is what makes a run fail; tests/chaos/run and
# PAR_CHAOS_SEED have others.
# timeout: 300
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
exec python3 "$PAR_TEST_SOURCE/chaos/wpars.py" --rounds "${PAR_CHAOS_ROUNDS:-40}" --seed "${PAR_CHAOS_SEED:-1}"
