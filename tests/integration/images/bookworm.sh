#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bookworm.sh - the LPAR image of bookworm, from outside and booted under plain qemu
# timeout: 240
set -u
# shellcheck source=tests/integration/images/image_lib.sh
. "$PAR_TEST_SOURCE/integration/images/image_lib.sh"
image_test bookworm 65536
