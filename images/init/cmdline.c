/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the kernel command line; see cmdline.h.  The grammar of ip= is the kernel's own. */
#include <string.h>

#include "cmdline.h"

enum ip_field {
	IP_ADDRESS,
	IP_SERVER,
	IP_GATEWAY,
	IP_NETMASK,
	IP_HOST,
	IP_DEVICE,
	IP_METHOD,
	IP_DNS0,
	IP_DNS1,
	IP_FIELDS
};

/* Copies a value that fits; a value that does not fit counts as absent. */
static bool copy(char *dst, size_t size, const char *value, size_t len)
{
	if (len >= size)
		return false;
	memcpy(dst, value, len);
	dst[len] = '\0';
	return true;
}

static bool is_word(const char *value, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(value, word, len) == 0;
}

static bool means_dhcp(const char *value, size_t len)
{
	return is_word(value, len, "dhcp") || is_word(value, len, "on") ||
	       is_word(value, len, "any");
}

static bool put_ip_field(struct init_net *net, unsigned int field, const char *value, size_t len)
{
	switch (field) {
	case IP_ADDRESS:
		return copy(net->address, sizeof(net->address), value, len);
	case IP_GATEWAY:
		return copy(net->gateway, sizeof(net->gateway), value, len);
	case IP_NETMASK:
		return copy(net->netmask, sizeof(net->netmask), value, len);
	case IP_HOST:
		return copy(net->host, sizeof(net->host), value, len);
	case IP_DEVICE:
		return copy(net->device, sizeof(net->device), value, len);
	case IP_METHOD:
		net->dhcp = means_dhcp(value, len);
		return true;
	case IP_DNS0:
	case IP_DNS1:
		return copy(net->dns[field - IP_DNS0], sizeof(net->dns[0]), value, len);
	default:
		return true;
	}
}

/* ip=dhcp, ip=DEVICE:dhcp, ip=ADDRESS:SERVER:GATEWAY:NETMASK:HOST:DEVICE:METHOD:DNS0:DNS1 */
static bool parse_ip(struct init_net *net, const char *value, size_t len)
{
	const char *end = value + len, *colon = memchr(value, ':', len);
	unsigned int field = 0;

	memset(net, 0, sizeof(*net));
	net->dhcp = means_dhcp(value, len);
	if (net->dhcp)
		return true;
	if (colon && means_dhcp(colon + 1, end - colon - 1)) {
		net->dhcp = true;
		return copy(net->device, sizeof(net->device), value, colon - value);
	}
	for (; field < IP_FIELDS; field++) {
		colon = memchr(value, ':', end - value);
		if (!put_ip_field(net, field, value, (colon ? colon : end) - value))
			return false;
		if (!colon)
			break;
		value = colon + 1;
	}
	return net->dhcp || net->address[0];
}

static void parse_word(struct init_config *config, const char *word, size_t len)
{
	const char *value = memchr(word, '=', len);
	size_t value_len, key_len;

	if (is_word(word, len, "ro"))
		config->root_read_only = true;
	if (is_word(word, len, "rw"))
		config->root_read_only = false;
	if (!value)
		return;
	key_len = value++ - word;
	value_len = len - key_len - 1;
	if (is_word(word, key_len, "root"))
		copy(config->root, sizeof(config->root), value, value_len);
	else if (is_word(word, key_len, "rootflags"))
		copy(config->root_flags, sizeof(config->root_flags), value, value_len);
	else if (is_word(word, key_len, "lpard.name"))
		copy(config->name, sizeof(config->name), value, value_len);
	else if (is_word(word, key_len, "lpard.init"))
		copy(config->init, sizeof(config->init), value, value_len);
	else if (is_word(word, key_len, "ip") && config->n_nets < INIT_NETS_MAX &&
		 parse_ip(&config->nets[config->n_nets], value, value_len))
		config->n_nets++;
}

void init_config_parse(const char *line, struct init_config *ret_config)
{
	memset(ret_config, 0, sizeof(*ret_config));
	memcpy(ret_config->root, "/dev/vda", sizeof("/dev/vda"));
	memcpy(ret_config->init, "/sbin/init", sizeof("/sbin/init"));
	while (*line) {
		size_t len = strcspn(line, " \t\n");

		parse_word(ret_config, line, len);
		line += len;
		line += strspn(line, " \t\n");
	}
}

const struct init_net *init_config_net(const struct init_config *config, const char *device)
{
	const struct init_net *any = NULL;

	for (size_t i = 0; i < config->n_nets; i++) {
		if (strcmp(config->nets[i].device, device) == 0)
			return &config->nets[i];
		if (!config->nets[i].device[0] && !any)
			any = &config->nets[i];
	}
	return any;
}
