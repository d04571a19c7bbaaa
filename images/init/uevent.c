/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's device events, in place of udev: modules for devices plugged in later, addresses
 * for network devices, names for ports.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "event.h"
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

static void added(const struct init_event *event, const struct init_config *config)
{
	char driver[512];

	if (event->subsystem && strcmp(event->subsystem, "virtio-ports") == 0)
		init_virtio_ports();
	if (event->interface && event->subsystem && strcmp(event->subsystem, "net") == 0)
		init_network_device(config, event->interface);
	if (!event->modalias || !event->path)
		return;
	snprintf(driver, sizeof(driver), "/sys%s/driver", event->path);
	if (access(driver, F_OK) < 0) {
		const char *const argv[] = { "/sbin/modprobe", "-bq", "--", event->modalias, NULL };

		init_spawn(argv, -1);
	}
}

/* init_uevent_read - handle the events that are there; messages that are not the kernel's are
 * dropped */
void init_uevent_read(int fd, const struct init_config *config)
{
	char text[EVENT_MAX + 1];
	struct init_event event;
	struct sockaddr_nl from = { 0 };
	socklen_t from_len;
	ssize_t len;

	for (;;) {
		from_len = sizeof(from);
		len = recvfrom(fd, text, EVENT_MAX, 0, (struct sockaddr *)&from, &from_len);
		if (len < 0)
			return;
		text[len] = '\0';
		if (from_len != sizeof(from) || from.nl_pid != 0)
			continue;
		init_event_parse(text, (size_t)len, &event);
		if (event.action && strcmp(event.action, "add") == 0)
			added(&event, config);
	}
}
