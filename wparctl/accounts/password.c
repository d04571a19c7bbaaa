/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: see password.h. */
#include "wparctl/accounts/password.h"

#include <crypt.h>
#include <string.h>

int wpar_password_hash(const char *password, char **ret, struct par_error **err)
{
	autofree void *room = NULL;
	autofree char *salt = crypt_gensalt_ra(NULL, 0, NULL, 0);
	int size = 0;
	const char *hash;

	if (!salt)
		return par_fail(err, PAR_E_SYSTEM, errno, "no salt can be made for a password");
	hash = crypt_ra(password, salt, &room, &size);
	if (!hash || *hash == '*')
		return par_fail(err, PAR_E_SYSTEM, errno, "the password cannot be encrypted");
	*ret = strdup(hash);
	return *ret ? 0 : par_oom(err);
}

/* The line of @user; NULL: there is none. */
static const char *find_line(const char *shadow, const char *user)
{
	const size_t len = strlen(user);

	while (shadow && *shadow) {
		const char *end = strchr(shadow, '\n');

		if (strncmp(shadow, user, len) == 0 && shadow[len] == ':')
			return shadow;
		if (!end)
			break;
		shadow = end + 1;
	}
	return NULL;
}

/* In the same time wherever they differ. */
static bool same(const char *a, const char *b)
{
	const size_t len = strlen(a);
	unsigned char differ = 0;

	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

/* The eighth field: the first day on which nobody logs in; what is no number locks it, too. */
static bool is_expired(const char *line, uint64_t today)
{
	autofree char *day = NULL;
	uint64_t expires;

	for (int i = 0; line && i < 7; i++) {
		line += strcspn(line, ":\n");
		line = *line == ':' ? line + 1 : NULL;
	}
	if (!line || strcspn(line, ":\n") == 0)
		return false;
	day = strndup(line, strcspn(line, ":\n"));
	return !day || par_parse_u64(day, UINT64_MAX, &expires) < 0 || today >= expires;
}

bool wpar_password_fits(const char *shadow, const char *user, const char *password, uint64_t today)
{
	const char *line = find_line(shadow, user);
	const char *field = line ? line + strlen(user) + 1 : NULL;
	autofree char *want = field ? strndup(field, strcspn(field, ":\n")) : NULL;
	autofree void *room = NULL;
	int size = 0;
	const char *hash;

	if (!want || is_expired(line, today))
		return false;
	if (!*want)
		return !*password;
	hash = crypt_ra(password, want, &room, &size);
	return hash && *hash != '*' && same(hash, want);
}

int wpar_password_put(const char *shadow, const char *user, const char *hash, struct par_buf *ret)
{
	const char *line = find_line(shadow, user);
	const char *rest = line ? line + strlen(user) + 1 : NULL;
	const size_t len = strlen(shadow);

	if (!line) {
		par_buf_printf(ret, "%s%s%s:%s:0:0:99999:7:::\n", shadow,
			       len > 0 && shadow[len - 1] != '\n' ? "\n" : "", user, hash);
		return ret->failed ? -ENOMEM : 0;
	}
	rest += strcspn(rest, ":\n");
	par_buf_printf(ret, "%.*s%s:%s", (int)(line - shadow), shadow, user, hash);
	par_buf_puts(ret, *rest == ':' ? "" : ":0:0:99999:7:::");
	par_buf_puts(ret, rest);
	return ret->failed ? -ENOMEM : 0;
}
