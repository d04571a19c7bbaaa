/* SPDX-License-Identifier: Apache-2.0 */
/* The root user's password: see root_password.h. */
#include "wparctl/operations/root_password.h"

#include "lpard/common/fs.h"
#include "wparctl/accounts/password.h"
#include "wparctl/operations/ask.h"

#include <string.h>
#include <sys/stat.h>

#define MAX_SHADOW (4 << 20)

static int fail_empty(struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-P: an empty password is none");
}

int wpar_root_password_ask(const struct wpar_spec *s, char **ret_hash, struct par_error **err)
{
	autofree char *prompt = par_strdup_printf("%s: root's new password", s->name);
	char password[WPAR_PASSWORD_MAX + 2] = "";
	int r = prompt ? wpar_ask_password(prompt, true, password, sizeof(password), err)
		       : par_oom(err);

	if (r < 0)
		return r;
	r = *password ? wpar_password_hash(password, ret_hash, err) : fail_empty(err);
	explicit_bzero(password, sizeof(password));
	return r;
}

int wpar_root_password_allowed(const struct wpar_spec *s, struct par_error **err)
{
	const struct wpar_mount *root = wpar_spec_mount(s, "/");

	if (!s->version.image_digest && !(root && wpar_mount_is_nfs(root)))
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"-P: the root directory of %s lies %s; passwd inside sets the password",
			s->name, s->version.image_digest ? "over an image" : "on a server");
}

/* The owner and the mode stay: a group of the WPAR's may read it. */
static int replace_shadow(int etc, const char *text, size_t len, struct par_error **err)
{
	struct stat st = { .st_mode = S_IFREG | 0600 };
	int r;

	if (fstatat(etc, "shadow", &st, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
		return par_fail(err, PAR_E_SYSTEM, errno, "its /etc/shadow cannot be looked at");
	if (!S_ISREG(st.st_mode))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0, "its /etc/shadow is no file");
	st.st_mode &= 0740;
	r = par_fs_replace_like(etc, "shadow", text, len, &st);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "its /etc/shadow cannot be written");
	return 0;
}

int wpar_root_password_set(const struct wpar_spec *s, const char *hash, struct par_error **err)
{
	autofree char *path = wpar_path("%s", s->directory);
	auto_buf shadow = { 0 }, text = { 0 };
	autofd int base = -1, etc = -1;
	int r;

	if (!path)
		return par_oom(err);
	base = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	etc = base < 0 ? -errno : par_fs_open_plain(base, "etc", O_RDONLY | O_DIRECTORY, 0);
	if (etc < 0)
		return par_fail(err, PAR_E_SYSTEM, etc, "/etc of '%s' cannot be opened", s->name);
	r = par_fs_read_in(etc, "shadow", MAX_SHADOW, &shadow);
	if (r < 0 && r != -ENOENT)
		return par_fail(err, PAR_E_SYSTEM, r, "its /etc/shadow cannot be read");
	if (wpar_password_put(shadow.data ? shadow.data : "", "root", hash, &text) < 0)
		return par_oom(err);
	return replace_shadow(etc, text.data, text.len, err);
}
