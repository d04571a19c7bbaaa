/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel command line as the init of an LPAR reads it: every field stays a string. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "images/init/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct init_config config;
	char *line = malloc(size + 1);

	if (!line)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	init_config_parse(line, &config);
	free(line);
	if (config.n_nets > INIT_NETS_MAX || !memchr(config.root, 0, sizeof(config.root)) ||
	    !memchr(config.name, 0, sizeof(config.name)))
		abort();
	for (size_t i = 0; i < config.n_nets; i++)
		if (!memchr(config.nets[i].device, 0, sizeof(config.nets[i].device)) ||
		    !memchr(config.nets[i].address, 0, sizeof(config.nets[i].address)) ||
		    (!config.nets[i].dhcp && !config.nets[i].address[0]))
			abort();
	init_config_net(&config, "eth0");
	return 0;
}
