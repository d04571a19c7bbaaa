/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's device events, in place of udev: modules for what is plugged in later, addresses
 * for its network devices, names for its ports.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"

#define EVENT_MAX 8192

int init_uevent_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);
	int size = 1 << 20;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int errnum = errno;

		close(fd);
		return -errnum;
	}
	return fd;
}

/* The value of KEY= in a block of NUL-terminated words; NULL when it is not there. */
static const char *value_of(const char *words, size_t len, const char *key)
{
	size_t key_len = strlen(key);

	for (const char *w = words; w < words + len; w += strlen(w) + 1)
		if (strncmp(w, key, key_len) == 0 && w[key_len] == '=')
			return w + key_len + 1;
	return NULL;
}

static void added(const char *words, size_t len, const struct init_config *config)
{
	const char *alias = value_of(words, len, "MODALIAS");
	const char *subsystem = value_of(words, len, "SUBSYSTEM");
	const char *device = value_of(words, len, "INTERFACE");
	const char *path = value_of(words, len, "DEVPATH");
	char driver[512];

	if (subsystem && strcmp(subsystem, "virtio-ports") == 0)
		init_virtio_ports();
	if (subsystem && device && strcmp(subsystem, "net") == 0)
		init_network_device(config, device);
	if (!alias || !path)
		return;
	snprintf(driver, sizeof(driver), "/sys%s/driver", path);
	if (access(driver, F_OK) < 0) {
		const char *const argv[] = { "/sbin/modprobe", "-bq", "--", alias, NULL };

		init_spawn(argv, -1);
	}
}

/* init_uevent_read - handle the events that are there; what no kernel sent is dropped */
void init_uevent_read(int fd, const struct init_config *config)
{
	char event[EVENT_MAX + 1];
	struct sockaddr_nl from = { 0 };
	const char *action;
	socklen_t from_len;
	ssize_t len;

	for (;;) {
		from_len = sizeof(from);
		len = recvfrom(fd, event, EVENT_MAX, 0, (struct sockaddr *)&from, &from_len);
		if (len < 0)
			return;
		event[len] = '\0';
		if (from_len != sizeof(from) || from.nl_pid != 0)
			continue;
		action = value_of(event, len, "ACTION");
		if (action && strcmp(action, "add") == 0)
			added(event, len, config);
	}
}
