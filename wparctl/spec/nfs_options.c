/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What -M vfs=nfs takes: the server's name, and the options of mountopts that are NFS's own.  Pure;
 * filesystem/nfs.h mounts.
 */
#include "wparctl/spec/keys.h"

#include <ctype.h>
#include <string.h>

#define NUMBER_DIGITS 7

static const char *const flags[] = { "hard", "soft" };

static const char *const versions[] = { "4", "4.0", "4.1", "4.2" };

static const struct {
	const char *name;
	uint32_t least, most;
} numbers[] = {
	{ "timeo=", 1, 6000 },	     { "retrans=", 0, 100 }, { "rsize=", 1024, 1048576 },
	{ "wsize=", 1024, 1048576 }, { "port=", 1, 65535 },
};

bool wpar_mount_is_nfs(const struct wpar_mount *m)
{
	return par_streq(m->vfs, "nfs");
}

static bool is_number(const char *text, uint32_t least, uint32_t most)
{
	size_t n = strspn(text, "0123456789");
	unsigned long value;

	if (n == 0 || n > NUMBER_DIGITS || text[n])
		return false;
	value = strtoul(text, NULL, 10);
	return value >= least && value <= most;
}

bool wpar_nfs_has_option(const char *word)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(flags); i++) {
		if (strcmp(word, flags[i]) == 0)
			return true;
	}
	for (size_t i = 0; par_starts_with(word, "vers=") && i < PAR_ARRAY_SIZE(versions); i++) {
		if (strcmp(word + strlen("vers="), versions[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(numbers); i++) {
		if (par_starts_with(word, numbers[i].name) &&
		    is_number(word + strlen(numbers[i].name), numbers[i].least, numbers[i].most))
			return true;
	}
	return false;
}

bool wpar_nfs_host_fits(const char *host)
{
	if (!isalnum((unsigned char)host[0]) && host[0] != ':')
		return false;
	for (const char *c = host; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr(".-_:", *c))
			return false;
	}
	return true;
}

char *wpar_nfs_options(const char *options)
{
	auto_strv words = { 0 };
	auto_buf b = { 0 };

	par_buf_puts(&b, "");
	if (options && par_strv_split(&words, options, ',') < 0)
		return NULL;
	for (size_t i = 0; i < words.n; i++) {
		if (wpar_nfs_has_option(words.v[i]))
			par_buf_printf(&b, "%s%s", b.len ? "," : "", words.v[i]);
	}
	return b.failed ? NULL : b.data ? par_buf_steal(&b) : strdup("");
}
