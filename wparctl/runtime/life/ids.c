/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wpar_id_range_pick: see ids.h.  A key numbers the WPARs of an LPAR; the id range follows from
 * it.  /run/wpars/.ids/KEY is a link to the name that took the key: two commands at the same moment
 * get two.  Defined WPARs have the keys up to 8192, application WPARs those above, so that starting
 * one reads no specification.
 */
#include "wparctl/runtime/life/ids.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/life/lock.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define KEYS	   8192u /* of each sort: AIX lets no more be active at a time */
#define KEYS_BYTES (2 * KEYS / 8)

static uint32_t key_base(uint32_t key)
{
	return WPAR_ID_FIRST + (key - 1) * WPAR_ID_WIDTH;
}

static void ids_mark(unsigned char *used, uint32_t key)
{
	if (key >= 1 && key <= 2 * KEYS)
		used[(key - 1) / 8] |= (unsigned char)(1u << (key - 1) % 8);
}

static bool ids_is_used(const unsigned char *used, uint32_t key)
{
	return used[(key - 1) / 8] >> (key - 1) % 8 & 1;
}

static void mark_defined(unsigned char *used, const struct wpar_claims *others)
{
	for (size_t i = 0; i < others->n; i++) {
		const struct wpar_claim *c = &others->v[i];

		ids_mark(used, c->key);
		if (c->idbase >= WPAR_ID_FIRST)
			ids_mark(used, (c->idbase - WPAR_ID_FIRST) / WPAR_ID_WIDTH + 1);
	}
}

/* Does the WPAR that took a key still exist, or is it just being made? */
static bool is_live(const char *name)
{
	autofree char *group = wpar_cgroup_path(name);

	return (group && access(group, F_OK) == 0) || wpar_spec_is_there(name) ||
	       wpar_lock_busy(name);
}

/* Takes @key for @name, from a dead owner if need be. */
static bool ids_take(int dir, uint32_t key, const char *name)
{
	char file[16], owner[WPAR_NAME_MAX + 2];
	ssize_t n;

	snprintf(file, sizeof(file), "%u", (unsigned int)key);
	if (symlinkat(name, dir, file) == 0)
		return true;
	n = readlinkat(dir, file, owner, sizeof(owner) - 1);
	if (n <= 0)
		return false;
	owner[n] = '\0';
	if (strcmp(owner, name) == 0)
		return true;
	if (is_live(owner))
		return false;
	return unlinkat(dir, file, 0) == 0 && symlinkat(name, dir, file) == 0;
}

/* One command at a time picks ids; the lock goes with the descriptor. */
static int open_ids(int *ret_lock, struct par_error **err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = wpar_path("/run/wpars/.ids");
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	autofd int dir = path ? open(path, flags) : -1;
	int r = path ? 0 : -ENOMEM;

	if (dir < 0 && path && errno == ENOENT) {
		r = par_fs_mkdirs(path, 0755);
		dir = r < 0 ? -1 : open(path, flags);
	}
	*ret_lock = dir < 0 ? -1 : openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*ret_lock < 0 || fcntl(*ret_lock, F_OFD_SETLKW, &whole) < 0)
		return par_fail(err, PAR_E_SYSTEM, r < 0 ? r : errno, "ids cannot be given out");
	return take_fd(&dir);
}

int wpar_id_range_pick(struct wpar_spec *s, const struct wpar_claims *others,
		       struct par_error **err)
{
	bool application = s->type == WPAR_APPLICATION;
	uint32_t first = application ? KEYS + 1 : 1;
	autofree unsigned char *used = calloc(1, KEYS_BYTES);
	autofd int lock = -1, dir = -1;

	if (!used)
		return par_oom(err);
	dir = open_ids(&lock, err);
	if (dir < 0)
		return dir;
	if (!application)
		mark_defined(used, others);
	/* Files that lie on a server have these ids; without them the WPAR is made all the same,
	 * and whoever looks at the files says what is wrong with them. */
	if (s->key >= first && s->key < first + KEYS && s->idbase == key_base(s->key) &&
	    !ids_is_used(used, s->key) && ids_take(dir, s->key, s->name))
		return 0;
	for (uint32_t key = first; key < first + KEYS; key++) {
		if (ids_is_used(used, key) || !ids_take(dir, key, s->name))
			continue;
		s->key = key;
		s->idbase = key_base(key);
		s->idrange = WPAR_ID_WIDTH;
		return 0;
	}
	return par_fail(err, PAR_E_NO_RESOURCES, 0, "there are %u workload partitions already",
			KEYS);
}

/* Another WPAR that has the key of @s, by its specification or because it runs. */
static bool has_key(const char *other, uint32_t key)
{
	autofree char *group = wpar_cgroup_path(other);
	auto_spec s = { 0 };

	if (group && access(group, F_OK) == 0)
		return true;
	if (wpar_spec_load(other, &s, NULL) < 0)
		return is_live(other);
	return s.key == key;
}

int wpar_id_range_claim(const struct wpar_spec *s, struct par_error **err)
{
	char file[16], owner[WPAR_NAME_MAX + 2] = "";
	autofd int lock = -1, dir = -1;

	if (s->key < 1 || s->key > 2 * KEYS || s->idbase != key_base(s->key) ||
	    s->idrange != WPAR_ID_WIDTH)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"the ids of workload partition %s are not those of its key %u: "
				"idbase must be %u and idrange %u",
				s->name, (unsigned int)s->key,
				(unsigned int)key_base(s->key ? s->key : 1), WPAR_ID_WIDTH);
	dir = open_ids(&lock, err);
	if (dir < 0)
		return dir;
	snprintf(file, sizeof(file), "%u", (unsigned int)s->key);
	if (readlinkat(dir, file, owner, sizeof(owner) - 1) <= 0 || strcmp(owner, s->name) == 0) {
		if (!*owner && symlinkat(s->name, dir, file) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "the key %s cannot be taken",
					file);
		return 0;
	}
	if (has_key(owner, s->key))
		return par_fail(err, PAR_E_CORRUPT, 0,
				"workload partition %s has the key and the ids of %s", s->name,
				owner);
	if (unlinkat(dir, file, 0) < 0 || symlinkat(s->name, dir, file) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the key %s cannot be taken", file);
	return 0;
}

void wpar_id_range_release(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("/run/wpars/.ids/%u", (unsigned int)s->key);
	char owner[WPAR_NAME_MAX + 2];
	ssize_t n = path ? readlink(path, owner, sizeof(owner) - 1) : -1;

	if (n > 0) {
		owner[n] = '\0';
		if (strcmp(owner, s->name) == 0)
			unlink(path);
	}
}
