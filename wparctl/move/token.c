/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens in directories of servers: see token.h. */
#include "wparctl/move/token.h"

#include "lpard/common/fs.h"
#include "lpard/common/uuid.h"
#include "wparctl/filesystem/nfs.h"

#include <string.h>

#define TOKEN_NAME ".wpar.move"

_Static_assert(MOVE_TOKEN_SIZE == PAR_UUID_LEN, "a token is a UUID");

/* Regular, and no longer than a token: what is there may have been put there from inside. */
static int read_token(int folder, char ret[MOVE_TOKEN_SIZE])
{
	autofd int fd = par_fs_open_plain(folder, TOKEN_NAME, O_RDONLY | O_NONBLOCK, 0);
	auto_buf b = { 0 };
	int r;

	if (fd < 0)
		return fd;
	r = par_fs_read_fd(fd, MOVE_TOKEN_SIZE - 1, &b);
	if (r < 0)
		return r;
	return b.data ? par_uuid_lower(b.data, ret) : -EINVAL;
}

int move_token_leave(const char *host, const char *path, const char *options,
		     char ret[MOVE_TOKEN_SIZE])
{
	autofd int folder = wpar_nfs_mount(host, path, options, NULL);
	int r;

	ret[0] = '\0';
	if (folder < 0)
		return folder;
	if (read_token(folder, ret) == 0)
		return 0;
	ret[0] = '\0';
	r = par_uuid_make(ret);
	if (r < 0)
		return r;
	r = par_fs_replace(folder, TOKEN_NAME, ret, strlen(ret), 0644);
	if (r < 0)
		ret[0] = '\0';
	return r;
}

void move_token_read(const char *host, const char *path, char ret[MOVE_TOKEN_SIZE])
{
	autofd int folder = wpar_nfs_mount(host, path, NULL, NULL);

	if (folder < 0 || read_token(folder, ret) < 0)
		ret[0] = '\0';
}

void move_token_remove(const char *host, const char *path)
{
	autofd int folder = wpar_nfs_mount(host, path, NULL, NULL);

	if (folder >= 0)
		(void)unlinkat(folder, TOKEN_NAME, 0);
}
