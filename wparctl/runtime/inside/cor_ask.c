/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount and umount of what the WPAR's specification lists.  A user namespace cannot mount them, so
 * cor_NAME in the global environment is asked; whatever else is asked for is refused, as on AIX.
 * And wparerr, whose buffer is outside.
 */
#include "lpard/common/str.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/spec/cor_request.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#define ANSWER_S 60

/* "/src/" is /src. */
static char *plain_directory(const char *word)
{
	size_t n = strlen(word);

	while (n > 1 && word[n - 1] == '/')
		n--;
	return strndup(word, n);
}

static int connect_cor(void)
{
	const struct timeval most = { .tv_sec = ANSWER_S };
	struct sockaddr_un to = { .sun_family = AF_UNIX,
				  .sun_path = WPAR_COR_FOLDER "/" WPAR_COR_SOCKET };
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most)) < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return take_fd(&fd);
}

/* An empty answer: done. */
static int send_request(const char *program, const char *request, size_t len)
{
	char answer[WPAR_COR_MOST + 1];
	autofd int fd = connect_cor();
	ssize_t n;

	if (fd == -EACCES || fd == -EPERM) {
		fprintf(stderr, "%s: 0506-324 Only root may do that.\n", program);
		return 1;
	}
	n = fd < 0 || send(fd, request, len, MSG_NOSIGNAL) < 0
		    ? -1
		    : recv(fd, answer, sizeof(answer) - 1, 0);
	if (n <= 0) {
		fprintf(stderr,
			"%s: The subsystem cor of this workload partition does not answer.\n",
			program);
		return 1;
	}
	answer[n] = '\0';
	if (strcmp(answer, "ok") == 0)
		return 0;
	fprintf(stderr, "%s: %s\n", program, answer);
	return 1;
}

static int ask(const char *program, enum wpar_cor_verb verb, const char *directory)
{
	char request[WPAR_COR_MOST];
	size_t len = wpar_cor_write(verb, directory, request);

	if (len > 0)
		return send_request(program, request, len);
	fprintf(stderr, "%s: 0506-325 %s is not a known file system.\n", program, directory);
	return 1;
}

int wpar_cor_error(const char *message)
{
	char request[WPAR_COR_MOST];
	size_t len = wpar_cor_write(WPAR_COR_ERROR, message, request);

	if (len > 0)
		return send_request("wparerr", request, len);
	fprintf(stderr,
		"wparerr: The message is longer than the buffer of a workload partition, which has "
		"%d bytes.\n",
		WPAR_ERROR_BUFFER);
	return 1;
}

static bool asks_for_help(int argc, char **argv)
{
	static const char *const words[] = { "-V", "-h", "--help", "--version" };

	for (size_t i = 0; argc == 2 && i < PAR_ARRAY_SIZE(words); i++) {
		if (strcmp(argv[1], words[i]) == 0)
			return true;
	}
	return false;
}

static int say_usage(const char *program)
{
	bool mounts = strcmp(program, "mount") == 0;

	printf("Usage: %s %sDIRECTORY\n"
	       "%s a file system that the specification of this workload partition has (-M).\n",
	       program, mounts ? "[NAME] " : "", mounts ? "Mounts" : "Unmounts");
	return 0;
}

/*
 * "mount src /src", as on AIX: a device, and where.  A file system of a WPAR has no device of its
 * own here: it goes by the name of its directory, and df shows it as Global.
 */
static bool names_directory(const char *device, const char *directory)
{
	if (device[0] != '/' && directory[0] == '/')
		directory++;
	return *directory && strcmp(device, directory) == 0;
}

static bool asks_for_directory(int argc, char **argv, const char *directory)
{
	autofree char *device = NULL;

	if (argc == 2)
		return directory[0] != '-';
	if (argc != 3 || argv[1][0] == '-' || directory[0] == '-')
		return false;
	device = plain_directory(argv[1]);
	return device && (strcmp(device, "Global") == 0 || names_directory(device, directory));
}

int wpar_cor_mount(int argc, char **argv)
{
	const char *last = argc > 1 ? argv[argc - 1] : "";
	autofree char *directory = plain_directory(last);

	if (asks_for_help(argc, argv))
		return say_usage("mount");
	if (directory && argc > 1 && asks_for_directory(argc, argv, directory))
		return ask("mount", WPAR_COR_MOUNT, directory);
	fprintf(stderr,
		"mount: 0506-324 Cannot mount %s: A workload partition mounts what its specification "
		"lists, by \"mount DIRECTORY\".\n",
		last);
	return 1;
}

int wpar_umount_main(int argc, char **argv)
{
	const char *last = argc > 1 ? argv[argc - 1] : "";
	autofree char *directory = plain_directory(last);

	if (asks_for_help(argc, argv))
		return say_usage("umount");
	if (argc == 2 && last[0] == '/' && directory)
		return ask("umount", WPAR_COR_UMOUNT, directory);
	fprintf(stderr,
		"umount: 0506-349 Cannot unmount %s: A workload partition unmounts what its "
		"specification lists, by \"umount DIRECTORY\".\n",
		last);
	return 1;
}
