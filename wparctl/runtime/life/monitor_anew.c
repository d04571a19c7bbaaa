/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A monitor begins anew: see monitor_anew.h.  It is run by a link in the WPAR's folder that has its
 * name, which the kernel takes for that of the process: there is no moment without it.
 */
#include "wparctl/runtime/life/monitor_anew.h"

#include "lpard/common/fs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "cor_"

static char *link_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/" PREFIX "%s", name, name);
}

static void keep_open(const struct wpar_monitor_args *a, int flags)
{
	const int fds[] = { a->pidfd, a->listener, a->only, a->bare, a->console, a->end };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(fds); i++) {
		if (fds[i] >= 0)
			fcntl(fds[i], F_SETFD, flags);
	}
}

void wpar_monitor_anew_prepare(const char *name)
{
	autofree char *link = link_path(name);

	if (link && symlink("/proc/self/exe", link) < 0)
		return; /* ignoring: it is there, or the program is not run anew */
}

void wpar_monitor_anew(const struct wpar_monitor_args *a)
{
	autofree char *link = link_path(a->name);
	char title[sizeof(PREFIX) + WPAR_NAME_MAX], args[128];
	char *const argv[] = { title, args, NULL };

	if (!link)
		return;
	snprintf(title, sizeof(title), PREFIX "%s", a->name);
	snprintf(args, sizeof(args), "%u %d %d %d %d %d %d %d %d", a->idbase, (int)a->init,
		 a->pidfd, a->listener, a->only, a->bare, a->console, a->end, a->adopted);
	keep_open(a, 0);
	execv(link, argv);
	keep_open(a, FD_CLOEXEC);
	unlink(link);
}

static bool is_open(int fd)
{
	return fd == -1 || (fd > 2 && fcntl(fd, F_GETFD) >= 0);
}

bool wpar_monitor_anew_args(int argc, char **argv, struct wpar_monitor_args *ret)
{
	struct wpar_monitor_args a = { 0 };
	autofree char *link = NULL;
	int init, adopted, end = 0;

	if (argc != 2 || !par_starts_with(argv[0], PREFIX) ||
	    wpar_name_check(argv[0] + strlen(PREFIX), NULL) < 0 ||
	    sscanf(argv[1], "%u %d %d %d %d %d %d %d %d%n", &a.idbase, &init, &a.pidfd, &a.listener,
		   &a.only, &a.bare, &a.console, &a.end, &adopted, &end) != 9 ||
	    argv[1][end] != '\0' || init <= 0 || a.pidfd < 0 || !is_open(a.pidfd) ||
	    !is_open(a.listener) || !is_open(a.only) || !is_open(a.bare) || !is_open(a.console) ||
	    !is_open(a.end))
		return false;
	snprintf(a.name, sizeof(a.name), "%s", argv[0] + strlen(PREFIX));
	a.init = init;
	a.adopted = adopted;
	keep_open(&a, FD_CLOEXEC);
	link = link_path(a.name);
	if (link)
		unlink(link);
	*ret = a;
	return true;
}
