/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this LPAR has of what a WPAR of another one needs: see gather.h.  The questions come from
 * that other LPAR: paths are only looked at, each file system of a server is mounted apart and
 * without devices, and there are limits on both.
 */
#include "wparctl/move/gather.h"
#include "wparctl/move/token.h"
#include "wparctl/network/facts.h"
#include "wparctl/runtime/launch/build_id.h"
#include "wparctl/runtime/launch/program.h"
#include "wparctl/spec/device_list.h"

#include "lpard/common/hex.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define SERVERS_MOST 32
#define LIST_MOST    (1 << 20) /* bytes of /etc/wpars/devexports */

/* Only regular files of the system: nothing blocks, nothing is begun by being opened. */
static int look_at(struct par_move_file *f)
{
	autofd int fd = open(f->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char id[WPAR_BUILD_ID_SIZE];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	f->size = (uint64_t)st.st_size;
	if (!wpar_build_id_read(fd, id))
		return 0;
	f->build_id = strdup(id);
	return f->build_id ? 0 : -ENOMEM;
}

/* /usr and /opt are what the LPAR gives its WPARs; nothing else is opened for a stranger. */
static bool may_be_opened(const char *path)
{
	struct stat st;

	return (wpar_path_is_within(path, "/usr") || wpar_path_is_within(path, "/opt")) &&
	       !strstr(path, "/../") && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int answer_files(const struct par_move_files *asked, struct par_move_facts *f)
{
	for (size_t i = 0; i < asked->n; i++) {
		struct par_move_file *a = par_json_rows_add(&f->files, sizeof(*a));

		if (!a)
			return -ENOMEM;
		a->path = strdup(asked->v[i].path ? asked->v[i].path : "");
		if (!a->path || (may_be_opened(a->path) && look_at(a) < 0))
			return -ENOMEM;
	}
	return 0;
}

static int answer_networks(const struct par_move_addresses *asked, struct par_move_facts *f,
			   struct par_error **err)
{
	auto_net_facts n = { 0 };
	int r = asked->n > 0 ? wpar_net_facts_get(&n, err) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < asked->n; i++) {
		struct par_move_address *a = par_json_rows_add(&f->networks, sizeof(*a));

		if (!a)
			return par_oom(err);
		a->address = strdup(asked->v[i].address ? asked->v[i].address : "");
		if (!a->address || move_find_network(&n, a) < 0)
			return par_oom(err);
	}
	return 0;
}

static int answer_tokens(const struct par_move_file_systems *asked, struct par_move_facts *f)
{
	for (size_t i = 0; i < asked->n; i++) {
		const struct par_move_file_system *fs = &asked->v[i];
		char token[MOVE_TOKEN_SIZE] = "";

		if (!fs->host)
			continue;
		if (f->tokens.n < SERVERS_MOST && wpar_nfs_host_fits(fs->host) && fs->device &&
		    fs->device[0] == '/')
			move_token_read(fs->host, fs->device, token);
		if (par_strv_add(&f->tokens, token) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Without the list every device may be had. */
static int read_list(struct wpar_device_list *ret, bool *ret_there, struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_CONFIG_DIR "/devexports");
	auto_buf text = { 0 };
	int r;

	if (!path)
		return par_oom(err);
	r = wpar_config_read(path, LIST_MOST, &text, err);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	*ret_there = true;
	return wpar_device_list_parse(text.data ? text.data : "", text.len, ret, err);
}

static bool has_device(const struct wpar_device_list *list, bool listed, const char *path)
{
	struct stat st;

	if (!wpar_path_is_within(path, "/dev") || strstr(path, "/../"))
		return false;
	return (!listed || wpar_device_list_find(list, path)) && stat(path, &st) == 0 &&
	       (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode));
}

static int answer_devices(const struct par_strv *asked, struct par_move_facts *f,
			  struct par_error **err)
{
	auto_device_list list = { 0 };
	bool listed = false;
	int r = asked->n > 0 ? read_list(&list, &listed, err) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < asked->n; i++) {
		if (!has_device(&list, listed, asked->v[i]) &&
		    par_strv_add(&f->devices, asked->v[i]) < 0)
			return par_oom(err);
	}
	return 0;
}

static int answer_kexts(const struct par_strv *asked, struct par_move_facts *f)
{
	struct stat st;

	for (size_t i = 0; i < asked->n; i++) {
		if (stat(asked->v[i], &st) < 0 && par_strv_add(&f->kexts, asked->v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int move_gather_answers(const struct par_move_facts *asked, struct par_move_facts *f,
			struct par_error **err)
{
	const struct par_move_wpar *w = asked->wpars.v;
	char path[PATH_MAX];
	int r;

	if (asked->wpars.n != 1)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the facts have no workload partition that would move here");
	r = answer_networks(&w->addresses, f, err);
	if (r < 0)
		return r;
	r = answer_devices(&w->devices, f, err);
	if (r < 0)
		return r;
	if (answer_files(&w->files, f) < 0 || answer_tokens(&w->file_systems, f) < 0 ||
	    answer_kexts(&w->kexts, f) < 0)
		return par_oom(err);
	/* Ours is kept from the first start on, which may not have been here. */
	f->program = w->program && par_hex_is(w->program, strlen(w->program)) &&
		     wpar_program_keep(path, NULL) == 0 && wpar_program_kept(w->program, path);
	return 0;
}
