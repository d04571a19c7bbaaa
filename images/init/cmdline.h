/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel command line says to init.  Pure: no files, no system calls. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define INIT_NETS_MAX 16

struct init_net {
	char device[16]; /* empty: any network device that no other entry names */
	bool dhcp;
	char address[48];
	char gateway[48];
	char netmask[48];
	char host[65];
	char dns[2][48];
};

struct init_config {
	char root[128]; /* /dev/NAME or LABEL=NAME */
	char root_flags[128];
	bool root_read_only;
	char name[65]; /* lpard.name= */
	char init[128];
	struct init_net nets[INIT_NETS_MAX];
	size_t n_nets;
};

/*
 * init_config_parse - read a kernel command line
 * @line	as in /proc/cmdline
 *
 * Words that are unknown, too long or malformed are passed over: a machine that comes up with less
 * is better than a machine that does not come up.
 */
void init_config_parse(const char *line, struct init_config *ret_config);

/*
 * init_config_net - the entry for a network device
 *
 * The entry that names the device, else the first that names none; NULL: leave the device alone.
 */
const struct init_net *init_config_net(const struct init_config *config, const char *device);
