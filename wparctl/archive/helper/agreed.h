/* SPDX-License-Identifier: Apache-2.0 */
/* What the helper program and those who start it must agree on. */
#pragma once

/* File systems of one WPAR, its root included, that savewpar saves and restwpar fills. */
#define WPAR_ARCHIVE_TREES 256
