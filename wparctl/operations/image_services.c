/* SPDX-License-Identifier: Apache-2.0 */
/* What a new versioned WPAR starts: see image_services.h; which services there are, shipped.h. */
#include "wparctl/operations/image_services.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/shipped.h"
#include "wparctl/versioned/versioned.h"

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
