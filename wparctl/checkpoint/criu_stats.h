/* SPDX-License-Identifier: Apache-2.0 */
/* What criu says of a dump that it has made, in stats-dump of its working folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wpar_criu_stats {
	uint64_t freezing_us; /* until all processes stood still */
	uint64_t frozen_us;   /* how long they did */
	uint64_t pages;	      /* written: those that processes share are in it */
};

/* wpar_criu_stats_parse - of the file's content; pure; false: it is no such file */
bool wpar_criu_stats_parse(unsigned char *data, size_t len, struct wpar_criu_stats *ret);

/* wpar_criu_stats_read - of the last dump whose --work-dir was @folder; 0 or a negative errno */
int wpar_criu_stats_read(const char *folder, struct wpar_criu_stats *ret);
