#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hv_faults.sh - the hypervisor port when libvirtd dies, virsh changes things, guests do not read
# needs: libvirt
# timeout: 600
# uses: images
set -u
cd "$TMPDIR" || exit 1
export HV_IMAGE=$PAR_IMAGES/current CK_TAP_LOG_FILE_NAME=-
exec "$PAR_TEST_BUILD/tests/hv_faults"
