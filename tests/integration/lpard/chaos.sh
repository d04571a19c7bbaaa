#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chaos.sh - a few rounds of tests/chaos/lpars.py: lpard, libvirtd and qemu killed or stopped, the same command again
# needs: libvirt
# timeout: 600
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 0; }
exec python3 "$PAR_TEST_SOURCE/chaos/lpars.py" --rounds "${PAR_CHAOS_ROUNDS:-10}"
