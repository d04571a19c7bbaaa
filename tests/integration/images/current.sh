#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# current.sh - the LPAR image that LPARs get by default, from outside and booted under plain qemu
# timeout: 240
# uses: images
set -u
# shellcheck source=tests/integration/images/image_lib.sh
. "$PAR_TEST_SOURCE/integration/images/image_lib.sh"
image_test current 4096
