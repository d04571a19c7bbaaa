/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File systems of a WPAR that have a size and a disk image of their own (-M vfs=jfs2, ext4, xfs):
 * what they are called, and how they may change.  Pure; filesystem/volume.h makes them.
 */
#include "wparctl/spec/spec.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define SIZE_MOST_MIB (UINT64_C(1) << 40)
#define NAME_MOST \
	200 /* bytes; a folder takes 255, and a file that is being made has a longer one */

static const struct {
	const char *vfs, *kernel;
	uint64_t least_mib;
} kinds[] = {
	/* jfs2: the LPAR's own journaled file system */
	{ "jfs2", "ext4", 16 },
	{ "ext4", "ext4", 16 },
	{ "xfs", "xfs", 300 },
};

const char *wpar_vfs_of_kernel(const char *vfs)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (par_streq(vfs, kinds[i].vfs))
			return kinds[i].kernel;
	}
	return NULL;
}

uint64_t wpar_vfs_least_mib(const char *vfs)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (par_streq(vfs, kinds[i].vfs))
			return kinds[i].least_mib;
	}
	return 0;
}

bool wpar_mount_is_volume(const struct wpar_mount *m)
{
	return wpar_vfs_of_kernel(m->vfs) != NULL;
}

/* A name that begins with a dot is none of a file system. */
char *wpar_volume_name(const struct wpar_mount *m)
{
	auto_buf b = { 0 };

	for (const char *s = m->directory + 1; *s; s++) {
		if (*s == '/' || *s == '%' || (*s == '.' && b.len == 0))
			par_buf_printf(&b, "%%%02x", (unsigned char)*s);
		else
			par_buf_printf(&b, "%c", *s);
	}
	par_buf_printf(&b, ".%s", m->vfs);
	return b.failed ? NULL : par_buf_steal(&b);
}

static int hex_of(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int wpar_volume_parse(const char *name, struct wpar_mount *ret)
{
	const char *dot = strrchr(name, '.');
	auto_buf b = { 0 };

	if (!dot || dot == name || name[0] == '.' || !wpar_vfs_of_kernel(dot + 1))
		return -EINVAL;
	par_buf_puts(&b, "/");
	for (const char *s = name; s < dot; s++) {
		int high = *s == '%' ? hex_of(s[1]) : 0, low = *s == '%' ? hex_of(s[2]) : 0;

		if (high < 0 || low < 0 || (*s == '%' && s + 2 >= dot))
			return -EINVAL;
		par_buf_printf(&b, "%c", *s == '%' ? high * 16 + low : *s);
		s += *s == '%' ? 2 : 0;
	}
	if (b.failed)
		return -ENOMEM;
	ret->vfs = strdup(dot + 1);
	if (!ret->vfs)
		return -ENOMEM;
	ret->directory = par_buf_steal(&b);
	return 0;
}

char *wpar_volume_folder(const char *base)
{
	const char *slash = strrchr(base, '/');

	return slash ? par_strdup_printf("%.*s/.volumes/%s", (int)(slash - base), base, slash + 1)
		     : NULL;
}

char *wpar_volume_path(const char *base, const struct wpar_mount *m)
{
	autofree char *folder = wpar_volume_folder(base), *name = wpar_volume_name(m);

	return folder && name ? par_strdup_printf("%s/%s", folder, name) : NULL;
}

int wpar_volume_check(const struct wpar_mount *m, struct par_error **err)
{
	autofree char *name = wpar_volume_name(m);
	uint64_t least = wpar_vfs_least_mib(m->vfs);

	if (!name)
		return par_oom(err);
	if (strlen(name) > NAME_MOST)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-M directory=%.64s…: the name of a file system with a size of its "
				"own is too long",
				m->directory);
	if (!m->size_mib || m->size_mib > SIZE_MOST_MIB)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-M directory=%s: vfs=%s needs size=", m->directory, m->vfs);
	if (m->size_mib < least)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-M directory=%s: %" PRIu64
				" MB is too small for vfs=%s; the least "
				"is %" PRIu64 "M",
				m->directory, m->size_mib, m->vfs, least);
	return 0;
}
