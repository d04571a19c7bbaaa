/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of the LPAR's own network devices, from ip= of the kernel command line: static ones
 * are set here; for DHCP a client is kept running for each device.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "init.h"

static int request(int fd, unsigned long code, struct ifreq *req, const char *address)
{
	struct sockaddr_in *in = (void *)&req->ifr_addr;

	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	if (inet_pton(AF_INET, address, &in->sin_addr) != 1)
		return -EINVAL;
	return ioctl(fd, code, req) < 0 ? -errno : 0;
}

static int set_up(int fd, struct ifreq *req)
{
	if (ioctl(fd, SIOCGIFFLAGS, req) < 0)
		return -errno;
	req->ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, req) < 0 ? -errno : 0;
}

static int default_route(int fd, const char *gateway)
{
	struct rtentry route = { .rt_flags = RTF_UP | RTF_GATEWAY };
	struct sockaddr_in *via = (void *)&route.rt_gateway;

	route.rt_dst.sa_family = AF_INET;
	route.rt_genmask.sa_family = AF_INET;
	via->sin_family = AF_INET;
	if (inet_pton(AF_INET, gateway, &via->sin_addr) != 1)
		return -EINVAL;
	return ioctl(fd, SIOCADDRT, &route) < 0 && errno != EEXIST ? -errno : 0;
}

static void name_servers(const struct init_net *net)
{
	FILE *file;

	if (!net->dns[0][0])
		return;
	file = fopen("/etc/resolv.conf", "we");
	if (!file)
		return;
	fprintf(file, "nameserver %s\n", net->dns[0]);
	if (net->dns[1][0])
		fprintf(file, "nameserver %s\n", net->dns[1]);
	fclose(file);
}

static int configure(int fd, const struct init_net *net, const char *device)
{
	struct ifreq req = { 0 };
	int r;

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", device);
	r = request(fd, SIOCSIFADDR, &req, net->address);
	if (r < 0)
		return r;
	if (net->netmask[0])
		r = request(fd, SIOCSIFNETMASK, &req, net->netmask);
	if (r < 0)
		return r;
	r = set_up(fd, &req);
	if (r < 0 || !net->gateway[0])
		return r;
	return default_route(fd, net->gateway);
}

static int set_static(const struct init_net *net, const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = configure(fd, net, device);
	close(fd);
	name_servers(net);
	return r;
}

static bool has_address(const struct init_net *net, const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in *in;
	struct in_addr wanted;
	struct ifreq req = { 0 };
	bool has;

	if (fd < 0)
		return false;
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", device);
	in = (void *)&req.ifr_addr;
	has = inet_pton(AF_INET, net->address, &wanted) == 1 && ioctl(fd, SIOCGIFADDR, &req) == 0 &&
	      in->sin_addr.s_addr == wanted.s_addr;
	close(fd);
	return has;
}

/* init_network_loopback - lo, which every program expects */
void init_network_loopback(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { .ifr_name = "lo" };

	if (fd < 0)
		return;
	set_up(fd, &req);
	close(fd);
}

/* init_network_device - set up a device as the command line says; a second call does no harm */
void init_network_device(const struct init_config *config, const char *device)
{
	const struct init_net *net = init_config_net(config, device);
	const char *const dhcp[] = { "/bin/busybox",
				     "udhcpc",
				     "-f",
				     "-i",
				     device,
				     "-s",
				     "/usr/lib/lpard/dhcp-event",
				     NULL };
	char path[80], name[24];
	int r;

	/* Devices without hardware are made by others: WPARs, tunnels, bridges. */
	snprintf(path, sizeof(path), "/sys/class/net/%.15s/device", device);
	if (!net || access(path, F_OK) < 0)
		return;
	if (net->dhcp) {
		snprintf(name, sizeof(name), "dhcp %.15s", device);
		init_service_add(name, dhcp);
		return;
	}
	if (has_address(net, device))
		return;
	r = set_static(net, device);
	if (r < 0)
		init_say("network %s: %s", device, strerror(-r));
	else
		init_say("network %s %s", device, net->address);
}

/* init_network_all - the devices that are there already */
void init_network_all(const struct init_config *config)
{
	DIR *dir = opendir("/sys/class/net");
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			init_network_device(config, d->d_name);
	if (dir)
		closedir(dir);
}
