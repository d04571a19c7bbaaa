#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hv_contract.sh - the hypervisor port's contract over a real libvirt and a real guest
# needs: libvirt
# timeout: 400
# uses: images
set -u
export HV_CONTRACT_URI=qemu:///system HV_CONTRACT_IMAGE=$PAR_IMAGES/current CK_TAP_LOG_FILE_NAME=-
exec "$PAR_TEST_BUILD/tests/check_hv_contract_fake"
