#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 64k.sh - the LPAR image with 64 KiB pages, from outside and booted under plain qemu
# timeout: 240
# uses: images
set -u
# shellcheck source=tests/integration/images/image_lib.sh
. "$PAR_TEST_SOURCE/integration/images/image_lib.sh"
image_test 64k 65536
