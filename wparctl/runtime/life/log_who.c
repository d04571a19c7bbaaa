/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls this command: see log_who.h. */
#include "wparctl/runtime/life/log_who.h"

#include "lpard/common/colon_file.h"
#include "lpard/common/fs.h"

#include <inttypes.h>
#include <string.h>

#define USER_MAX 33

/* No libc look-up: this program is static, and the names are those of the LPAR's own file. */
void wpar_who_of_uid(const char *passwd, unsigned int uid, char *ret, unsigned int size)
{
	auto_buf line = { 0 };
	char *part[7];

	snprintf(ret, size, "%u", uid);
	while (par_colon_next(&passwd, &line, part, PAR_ARRAY_SIZE(part)) > 0) {
		uint64_t id;

		if (!*part[0] || strlen(part[0]) >= USER_MAX ||
		    par_parse_u64(part[2], UINT32_MAX, &id) < 0 || id != uid)
			continue;
		snprintf(ret, size, "%s", part[0]);
		return;
	}
}

static unsigned int login_uid(void)
{
	auto_buf b = { 0 };
	uint64_t number;

	if (par_fs_read("/proc/self/loginuid", 32, &b) < 0 || !b.data)
		return getuid();
	b.data[strcspn(b.data, "\n")] = '\0';
	/* All ones: nobody has logged in. */
	if (par_parse_u64(b.data, UINT32_MAX - 1, &number) < 0)
		return getuid();
	return (unsigned int)number;
}

static void put_user(char *ret, unsigned int size)
{
	static char process_user[USER_MAX]; /* looked up once: it stays the process's */
	const char *named = getenv("LPARD_USER");
	auto_buf passwd = { 0 };

	if (!named || !*named)
		named = getenv("SUDO_USER");
	if (named && *named) {
		snprintf(ret, size, "%s", named);
		return;
	}
	if (!*process_user) {
		if (par_fs_read("/etc/passwd", 1 << 20, &passwd) < 0)
			par_buf_clear(&passwd);
		wpar_who_of_uid(passwd.data, login_uid(), process_user, sizeof(process_user));
	}
	snprintf(ret, size, "%s", process_user);
}

void wpar_who(char ret[WPAR_WHO_SIZE])
{
	char user[USER_MAX];

	put_user(user, sizeof(user));
	snprintf(ret, WPAR_WHO_SIZE, "%s/%.32s", user, program_invocation_short_name);
	for (char *s = ret; *s; s++) {
		if (*s <= ' ' || *s > '~')
			*s = '?';
	}
}
