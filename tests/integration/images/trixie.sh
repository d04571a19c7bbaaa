#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trixie.sh - the LPAR image of trixie, from outside and booted under plain qemu
# timeout: 240
set -u
# shellcheck source=tests/integration/images/image_lib.sh
. "$PAR_TEST_SOURCE/integration/images/image_lib.sh"
image_test trixie 4096
