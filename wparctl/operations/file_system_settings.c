/* SPDX-License-Identifier: Apache-2.0 */
/* AIX's attributes and sizes of file systems: see file_systems.h.  Pure. */
#include "wparctl/operations/file_systems.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define BLOCKS_A_MIB 2048
#define MOST_MIB     (UINT64_C(1) << 40)

static int bad_size(const char *text, struct par_error **err)
{
	return par_fail(
		err, PAR_E_INVALID_ARGUMENT, 0,
		"\"%.64s\" is not a valid value of \"size\". It must be a number of blocks of "
		"512 bytes, or a number with M or G behind it, with + before it to add to the "
		"size",
		text);
}

/* "12", "12M", "12G" in MB, rounded up. */
static int parse_plain(const char *text, uint64_t *ret)
{
	char *end = NULL;
	uint64_t n;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || (*end && end[1]) || (*end && *end != 'M' && *end != 'G') || n > MOST_MIB * 4)
		return -EINVAL;
	if (*end == 'M')
		*ret = n;
	else if (*end == 'G')
		*ret = n * 1024;
	else
		*ret = (n + BLOCKS_A_MIB - 1) / BLOCKS_A_MIB;
	return 0;
}

int wpar_fs_parse_size(const char *text, uint64_t now_mib, uint64_t *ret_mib,
		       struct par_error **err)
{
	bool more = *text == '+', less = *text == '-';
	uint64_t n = 0;

	if (parse_plain(text + (more || less), &n) < 0 || n == 0)
		return bad_size(text, err);
	if (less && n >= now_mib)
		return bad_size(text, err);
	*ret_mib = more ? now_mib + n : less ? now_mib - n : n;
	return *ret_mib > MOST_MIB ? bad_size(text, err) : 0;
}

/* -A, -t and their attributes */
static int expect_no(const char *flag, const char *value, const char *why, struct par_error **err)
{
	if (!value || strcmp(value, "no") == 0 || strcmp(value, "false") == 0)
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s %s: %s", flag, value, why);
}

static int read_attribute(const char *pair, struct wpar_fs_settings *ret, struct par_error **err)
{
	if (par_starts_with(pair, "size=")) {
		ret->size = pair + strlen("size=");
		return 0;
	}
	if (par_starts_with(pair, "options=")) {
		ret->options = pair + strlen("options=");
		return 0;
	}
	/* What it is anyway. */
	if (strcmp(pair, "agblksize=4096") == 0 || strcmp(pair, "logname=INLINE") == 0 ||
	    strcmp(pair, "mount=false") == 0)
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"-a %.64s: nothing here does that; there are size= and options=", pair);
}

int wpar_fs_settings_read(const struct par_args *attributes, const char *permissions,
			  const char *automatic, const char *accounting,
			  struct wpar_fs_settings *ret, struct par_error **err)
{
	int r = expect_no("-A", automatic,
			  "the start of the workload partition mounts it, and nothing else does",
			  err);

	if (r < 0)
		return r;
	r = expect_no("-t", accounting, "there is no accounting of file systems", err);
	for (size_t i = 0; r == 0 && i < attributes->n; i++)
		r = read_attribute(attributes->v[i], ret, err);
	if (r < 0 || !permissions)
		return r;
	if (strcmp(permissions, "ro") != 0 && strcmp(permissions, "rw") != 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-p %s: it must be ro or rw",
				permissions);
	ret->options = permissions;
	return 0;
}
