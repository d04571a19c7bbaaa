/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of what a killed command leaves; here, below all folders that act. */
#pragma once

/* wpar_test_stop_at - WPAR_STOP_AT=STEP in tests: the process kills itself there */
void wpar_test_stop_at(const char *step);

/*
 * wpar_test_wait_at - WPAR_WAIT_AT=STEP in tests: waits there while the file WPAR_WAIT_FILE exists,
 * and says so by WPAR_WAIT_FILE.here, where it may write
 */
void wpar_test_wait_at(const char *step);
