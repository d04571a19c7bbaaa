/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparctl-launch: stands, in a versioned WPAR, in the place of a command of overlay.def, and runs
 * the LPAR's program of that name with the LPAR's libraries; called oslevel, it prints the level.
 * Static and without anything of the project: it runs in an old system.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define PLACE "/usr/lib/.lpar/"

static int oslevel(void)
{
	char text[256];
	int fd = open(PLACE "oslevel", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	return n > 0 && write(1, text, (size_t)n) == n ? 0 : 1;
}

static int has_program(const char *name)
{
	char path[4096];

	return snprintf(path, sizeof(path), PLACE "bin/%s", name) < (int)sizeof(path) &&
	       access(path, X_OK) == 0;
}

static const char *own_name(char *room, size_t size, const char *otherwise)
{
	ssize_t n = readlink("/proc/self/exe", room, size - 1);
	const char *slash;

	if (n <= 0)
		return otherwise;
	room[n] = '\0';
	slash = strrchr(room, '/');
	return slash ? slash + 1 : otherwise;
}

int main(int argc, char **argv)
{
	/* argv[0] may be anything; the path that was executed is not. */
	const char *path = (const char *)getauxval(AT_EXECFN);
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path ? path : "";
	char program[4096], loader[4096], self[4096];
	char **args;
	int n = 0;

	if (strcmp(name, "oslevel") == 0)
		return oslevel();
	/* Called by a link of the image's, as pkill is one to pgrep: which file that is. */
	if (!has_program(name))
		name = own_name(self, sizeof(self), name);
	args = calloc((size_t)argc + 8, sizeof(*args));
	if (!args ||
	    snprintf(program, sizeof(program), PLACE "bin/%s", name) >= (int)sizeof(program))
		return 126;
	snprintf(loader, sizeof(loader), PLACE "run/%s", name);
	args[n++] = loader;
	args[n++] = (char *)"--library-path";
	args[n++] = (char *)PLACE "lib";
	args[n++] = (char *)"--argv0";
	args[n++] = argc > 0 ? argv[0] : (char *)name;
	args[n++] = program;
	for (int i = 1; i < argc; i++)
		args[n++] = argv[i];
	execv(loader, args);
	fprintf(stderr, "%s: the command of the global environment is missing\n", name);
	return 127;
}
