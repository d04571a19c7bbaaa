/* SPDX-License-Identifier: Apache-2.0 */
/* What a specification must have, and what it gets where nothing is given. */
#include "lpard/common/uuid.h"
#include "wparctl/spec/keys.h"

#include <string.h>

static int fill(char **field, const char *value)
{
	if (*field)
		return 0;
	*field = value ? strdup(value) : NULL;
	return *field ? 0 : -ENOMEM;
}

struct default_mount {
	const char *directory, *vfs, *device, *options;
};

static int fill_mount(struct wpar_spec *s, const struct default_mount *d)
{
	struct wpar_mount *m = wpar_spec_mount(s, d->directory);

	if (m)
		return 0;
	m = wpar_record_add(s, WPAR_STANZA_MOUNT);
	if (!m || fill(&m->directory, d->directory) < 0 || fill(&m->vfs, d->vfs) < 0 ||
	    (d->device && fill(&m->device, d->device) < 0) || fill(&m->options, d->options) < 0)
		return -ENOMEM;
	return 0;
}

static int fill_mounts(struct wpar_spec *s)
{
	static const struct default_mount native[] = {
		{ "/", "directory", NULL, "rw" },    { "/home", "directory", NULL, "rw" },
		{ "/opt", "namefs", "/opt", "ro" },  { "/proc", "proc", NULL, "rw" },
		{ "/tmp", "directory", NULL, "rw" }, { "/usr", "namefs", "/usr", "ro" },
		{ "/var", "directory", NULL, "rw" },
	};
	static const struct default_mount own_usr[] = {
		{ "/opt", "directory", NULL, "rw" },
		{ "/usr", "directory", NULL, "rw" },
	};
	static const struct default_mount versioned[] = {
		{ "/", "overlay", NULL, "rw" },
		{ "/proc", "proc", NULL, "rw" },
	};

	if (s->type == WPAR_APPLICATION)
		return 0;
	if (s->version.image_digest) {
		for (size_t i = 0; i < PAR_ARRAY_SIZE(versioned); i++) {
			if (fill_mount(s, &versioned[i]) < 0)
				return -ENOMEM;
		}
		return 0;
	}
	/* In the order of startwpar -v: by name. */
	for (size_t i = 0; i < PAR_ARRAY_SIZE(native); i++) {
		const struct default_mount *d = &native[i];

		for (size_t j = 0; s->private_usr && j < PAR_ARRAY_SIZE(own_usr); j++) {
			if (strcmp(own_usr[j].directory, d->directory) == 0)
				d = &own_usr[j];
		}
		if (fill_mount(s, d) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int by_directory(const void *a, const void *b)
{
	const struct wpar_mount *x = a, *y = b;

	return strcmp(x->directory, y->directory);
}

char *wpar_default_directory(const char *name)
{
	return par_strdup_printf(WPAR_BASE_DIR "/%s", name);
}

int wpar_spec_defaults(struct wpar_spec *s, struct par_error **err)
{
	bool system = s->type == WPAR_SYSTEM;
	autofree char *directory = system ? wpar_default_directory(s->name) : strdup("/");
	char uuid[PAR_UUID_LEN];
	int r = par_uuid_make(uuid);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not get random bytes");
	if (s->version.image_digest)
		s->private_usr = true; /* a versioned WPAR shares nothing */
	if (fill(&s->hostname, s->name) < 0 || fill(&s->directory, directory) < 0 ||
	    fill(&s->owner, "root") < 0 || fill(&s->uuid, uuid) < 0 || fill_mounts(s) < 0)
		return par_oom(err);
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (!s->mounts[i].directory)
			return wpar_spec_check(s, err);
	}
	if (s->n_mounts > 1)
		qsort(s->mounts, s->n_mounts, sizeof(*s->mounts), by_directory);
	return 0;
}

struct wpar_mount *wpar_spec_mount(const struct wpar_spec *s, const char *directory)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (par_streq(s->mounts[i].directory, directory))
			return &s->mounts[i];
	}
	return NULL;
}

static int bad(struct par_error **err, const char *text)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s", text);
}

static int check_mounts(const struct wpar_spec *s, struct par_error **err)
{
	static const char *const known[] = { "directory", "namefs",  "ext4", "nfs",
					     "proc",	  "overlay", "jfs",  "jfs2" };

	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];
		bool ok = !m->vfs;

		if (!m->directory)
			return bad(err, "a mount has no \"directory\"");
		for (size_t j = 0; m->vfs && j < PAR_ARRAY_SIZE(known); j++)
			ok |= strcmp(m->vfs, known[j]) == 0;
		if (!ok)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"\"%s\" is not a type of file system (vfs)", m->vfs);
		if (m->vfs && (strcmp(m->vfs, "namefs") == 0 || strcmp(m->vfs, "nfs") == 0) &&
		    !m->device)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"the mount of %s needs \"dev\"", m->directory);
		for (size_t j = 0; j < i; j++) {
			if (par_streq(s->mounts[j].directory, m->directory))
				return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
						"%s is mounted twice", m->directory);
		}
	}
	return 0;
}

int wpar_spec_check(const struct wpar_spec *s, struct par_error **err)
{
	int r;

	if (!s->name)
		return bad(err, "the workload partition has no name");
	r = wpar_name_check(s->name, err);
	if (r < 0)
		return r;
	if (s->type == WPAR_SYSTEM && par_streq(s->directory, "/"))
		return bad(err, "the base directory of a system workload partition cannot be /");
	if (s->type == WPAR_APPLICATION && s->version.image_digest)
		return bad(err, "a versioned workload partition is always a system one");
	if (s->idrange && s->idbase > UINT32_MAX - s->idrange)
		return bad(err, "the range of ids does not fit");
	for (size_t i = 0; i < s->n_addresses; i++) {
		if (!s->addresses[i].address)
			return bad(err, "a network has no \"address\"");
		for (size_t j = 0; j < i; j++) {
			if (par_streq(s->addresses[j].address, s->addresses[i].address))
				return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
						"the address %s is given twice",
						s->addresses[i].address);
		}
	}
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct wpar_route *t = &s->routes[i];

		if (!t->destination || !t->gateway)
			return bad(err, "a route needs \"rtdest\" and \"rtgateway\"");
		if (t->type && strcmp(t->type, "net") != 0 && strcmp(t->type, "host") != 0)
			return bad(err, "\"rttype\" is net or host");
	}
	for (size_t i = 0; i < s->n_devices; i++) {
		if (!s->devices[i].name == !s->devices[i].id)
			return bad(err, "a device needs either \"devname\" or \"devid\"");
	}
	for (size_t i = 0; i < s->n_kexts; i++) {
		if (!s->kexts[i].path)
			return bad(err, "a kernel extension needs \"kext\"");
	}
	return check_mounts(s, err);
}
