/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a name: see resolve.h. */
#include "wparctl/network/resolve.h"

#include "lpard/common/now.h"
#include "lpard/common/process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define TIMEOUT_MS 2000
#define TEXT_MOST  16384

/* All that comes until the end, the limit of time, or that of length. */
static bool read_all(int fd, struct par_buf *text)
{
	const uint64_t end = par_now_ms() + TIMEOUT_MS;
	char chunk[1024];

	while (text->len < TEXT_MOST) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		const int left = par_left_ms(end);
		ssize_t n;

		if (left == 0 || poll(&p, 1, left) == 0)
			return false;
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || par_buf_put(text, chunk, (size_t)n) < 0)
			return n == 0;
	}
	return false;
}

static bool is_among(const struct wpar_ip *ips, size_t n, const struct wpar_ip *ip)
{
	for (size_t i = 0; i < n; i++) {
		if (wpar_ip_equal(&ips[i], ip))
			return true;
	}
	return false;
}

/* Lines of getent: an address, blanks, the kind of socket (each address comes for three). */
static size_t parse(char *text, struct wpar_ip *ret)
{
	char *save = NULL;
	size_t n = 0;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		/* Of a name that has none of IPv6, in a place without any. */
		const char *mapped = par_starts_with(line, "::ffff:") && strchr(line, '.')
					     ? line + strlen("::ffff:")
					     : line;

		line[strcspn(line, " \t%")] = '\0';
		if (n < WPAR_NET_RESOLVED_MOST && wpar_ip_parse(mapped, &ret[n]) &&
		    !is_among(ret, n, &ret[n]))
			n++;
	}
	return n;
}

size_t wpar_net_resolve(const char *name, struct wpar_ip *ret)
{
	char *const argv[] = { (char *)"getent", (char *)"ahosts", (char *)"--", (char *)name,
			       NULL };
	char *const envp[] = { (char *)"PATH=/usr/bin:/bin", (char *)"LC_ALL=C", NULL };
	autofd int ours = -1, theirs = -1;
	auto_buf text = { 0 };
	int fds[2], status;
	struct par_spawn spawn = { .path = "/usr/bin/getent",
				   .argv = argv,
				   .envp = envp,
				   .cwd = "/",
				   .parent_death_signal = SIGKILL };
	bool whole;
	pid_t pid;

	if (par_pipe(fds, NULL) < 0)
		return 0;
	ours = fds[0];
	theirs = fds[1];
	spawn.fds[0] = spawn.fds[2] = -1;
	spawn.fds[1] = theirs;
	if (par_spawn(&spawn, &pid, NULL) < 0)
		return 0;
	close(take_fd(&theirs));
	whole = read_all(ours, &text);
	if (!whole)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return whole && text.data ? parse(text.data, ret) : 0;
}
