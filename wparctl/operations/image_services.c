/* SPDX-License-Identifier: Apache-2.0 */
/* What a new versioned WPAR starts: see image_services.h; which services there are, shipped.h. */
#include "wparctl/operations/image_services.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/shipped.h"
#include "wparctl/versioned/versioned.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define NAMES_MAX  (4 << 20) /* bytes of /etc/passwd */
#define PATH_USUAL "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Of layers the command that they name, whatever else they have; a first process is no subsystem.
 */
static int install_services(int upper, int image, const struct wpar_spec *s, struct par_error **err)
{
	auto_image_command command = { 0 };
	auto_buf text = { 0 };
	int r = wpar_image_command(s->version.image_digest, &command, err);

	if (r < 0)
		return r;
	if (!command.arguments.n || wpar_image_command_is_init(&command))
		return wpar_shipped_install_image(upper, image, !s->minimal);
	if (wpar_image_command_write(&command, "", &text) < 0)
		return -ENOMEM;
	return wpar_shipped_install_command(upper, image, &text);
}

static int install_into(int upper, const struct wpar_spec *s, struct par_error **err)
{
	autofd int image = wpar_image_open(s->version.image_digest, err);
	int r;

	if (image < 0)
		return image;
	r = install_services(upper, image, s, err);
	if (r < 0)
		return r;
	/* Its files are called complete already (rootfs.c). */
	return syncfs(upper) < 0 ? -errno : 0;
}

int wpar_image_services(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *path = wpar_path("%s/upper", s->directory);
	auto_error why = NULL;
	autofd int upper = -1;
	int r;

	if (s->init)
		return 0;
	if (!path)
		return par_oom(err);
	upper = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = upper < 0 ? -errno : install_into(upper, s, &why);
	if (r >= 0)
		return 0;
	if (!why)
		return par_fail(err, r == -ENOSPC || r == -EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
				r, "the services of '%s' cannot be set up", s->name);
	par_error_move(err, &why);
	return r;
}

static bool has_name(int image, const char *file, const char *name)
{
	auto_buf text = { 0 };

	par_fs_read_in(image, file, NAMES_MAX, &text); /* ignoring: then it lists nobody */
	return wpar_image_command_listed(text.data, name);
}

static bool is_program_in(int image, const char *path)
{
	autofd int fd = par_fs_open_in(image, path, O_PATH, 0);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

static const char *path_of(const struct wpar_image_command *c)
{
	const char *path = PATH_USUAL;

	for (size_t i = 0; i < c->environment.n; i++) {
		if (par_starts_with(c->environment.v[i], "PATH="))
			path = c->environment.v[i] + strlen("PATH=");
	}
	return path;
}

/* As exec finds it: a name without a slash in the folders of PATH. */
static bool has_program(int image, const struct wpar_image_command *c)
{
	const char *program = c->arguments.v[0], *folder = c->directory ? c->directory : "/";
	const char *path = strchr(program, '/') ? "" : path_of(c);

	if (*program == '/')
		return is_program_in(image, program);
	do {
		const size_t n = strcspn(path, ":");
		autofree char *place =
			*path == '/'
				? par_strdup_printf("%.*s/%s", (int)n, path, program)
				: par_strdup_printf("%s/%.*s/%s", folder, (int)n, path, program);

		if (!place || is_program_in(image, place))
			return true;
		path += n + (path[n] == ':');
	} while (*path);
	return false;
}

char *wpar_image_command_lacks(const struct wpar_spec *s)
{
	auto_image_command c = { 0 };
	autofree char *user = NULL;
	autofd int image = -1;
	char *group;

	if (s->init || wpar_image_command(s->version.image_digest, &c, NULL) < 0 ||
	    !c.arguments.n || wpar_image_command_is_init(&c))
		return NULL;
	image = wpar_image_open(s->version.image_digest, NULL);
	user = strdup(c.user ? c.user : "0");
	if (image < 0 || !user)
		return NULL;
	group = strchr(user, ':');
	if (group)
		*group++ = '\0';
	if (!has_name(image, "/etc/passwd", user))
		return wpar_image_command_lacking("user", user);
	if (group && !has_name(image, "/etc/group", group))
		return wpar_image_command_lacking("group", group);
	return has_program(image, &c) ? NULL
				      : wpar_image_command_lacking("program", c.arguments.v[0]);
}
