/* SPDX-License-Identifier: Apache-2.0 */
/* cron, syslogd, inetd and sshd of a new WPAR: see shipped.h. */
#include "wparctl/filesystem/shipped.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/image_command.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

const char wpar_shipped_inittab[] =
	"# id:runlevels:action:command, read by the workload partition's init; inittab(5)\n"
	"init:2:initdefault:\n"
	"srcmstr:23456789:respawn:/usr/sbin/srcmstr\n"
	"rc:2:wait:[ ! -x /etc/rc ] || /etc/rc\n";

static const struct {
	const char *name, *group, *program, *arguments, *before;
} shipped[] = {
#define S(...) { __VA_ARGS__ },
#include "wparctl/filesystem/shipped.def"
#undef S
};

/* Host keys are a WPAR's own, made at its first start; the folder is gone at each halt. */
static const char rc_sshd[] =
	"#!/bin/sh\n"
	"# rc.sshd - before sshd starts: its folder, and at the first start its host key\n"
	"[ -d /run/sshd ] || mkdir -m 0755 /run/sshd\n"
	"key=/etc/ssh/ssh_host_ed25519_key\n"
	"[ -s $key ] || { rm -f $key; ssh-keygen -q -t ed25519 -N '' -C \"root@$(hostname)\" -f $key; }\n";
static const char sshd_config[] = "# Of this workload partition; see sshd_config(5)\n"
				  "HostKey /etc/ssh/ssh_host_ed25519_key\n"
				  "UsePAM yes\n"
				  "KbdInteractiveAuthentication no\n"
				  "PermitRootLogin prohibit-password\n"
				  "PrintMotd no\n"
				  "AcceptEnv LANG LC_*\n"
				  "Subsystem sftp internal-sftp\n";
static const char inetd_conf[] =
	"# Internet services of this workload partition; see inetd.conf(5).  None by default.\n";

static int add_subsystem(struct wpar_subsystems *l, size_t i)
{
	auto_subsystem s = { 0 };
	const struct {
		const char *key, *value;
	} settings[] = {
		{ "subsysname", shipped[i].name },
		{ "path", shipped[i].program },
		{ "cmdargs", shipped[i].arguments },
		{ "grpname", shipped[i].group },
		{ "action", "respawn" },
	};
	int r = wpar_subsystem_init(&s);

	for (size_t k = 0; r == 0 && k < PAR_ARRAY_SIZE(settings); k++)
		r = wpar_subsystem_set(&s, settings[k].key, settings[k].value, NULL);
	return r < 0 ? r : wpar_subsystems_add(l, &s);
}

int wpar_shipped_plan(bool (*has)(const char *program, void *user), void *user,
		      struct par_buf *subsystems, struct par_buf *inittab)
{
	auto_subsystems list = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(shipped); i++) {
		const char *name = shipped[i].name;

		if (!has(shipped[i].program, user))
			continue;
		if (add_subsystem(&list, i) < 0)
			return -ENOMEM;
		if (shipped[i].before)
			par_buf_printf(inittab, "rc%s:2:wait:%s\n", name, shipped[i].before);
		par_buf_printf(inittab, "%s:2:once:/usr/bin/startsrc -s %s\n", name, name);
	}
	return inittab->failed ? -ENOMEM : wpar_stanzas_write(&list, subsystems);
}

/* A root that is being made, and whose programs and files it has besides its own. */
struct place {
	int top;
	int image; /* of a versioned WPAR, below its top; -1: this system's /usr */
};

static bool has_program(const char *program, void *user)
{
	const struct place *p = user;
	autofd int fd = -1;
	struct stat st;

	if (p->image < 0)
		return access(program, X_OK) == 0;
	fd = par_fs_open_in(p->image, program, O_PATH, 0);
	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111;
}

static bool is_there(int top, const char *path)
{
	struct stat st;

	return top >= 0 && fstatat(top, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * A folder that the services need.  Over an image it is as the image's, whose owner and mode it
 * hides; 1: it can be used, 0: the image has something else there.
 */
static int make_folder(const struct place *p, const char *path)
{
	struct stat st = { .st_mode = 0755 };

	if (is_there(p->image, path)) {
		if (fstatat(p->image, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		if (!S_ISDIR(st.st_mode))
			return 0;
	}
	if (mkdirat(p->top, path, 0700) < 0)
		return errno == EEXIST ? 1 : -errno;
	if (fchownat(p->top, path, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchmodat(p->top, path, st.st_mode & 07777, 0) < 0)
		return -errno;
	return 1;
}

/* Where the LPAR's own has not been copied, and the image has none. */
static int write_absent(const struct place *p, const char *path, const char *text, mode_t mode)
{
	if (is_there(p->top, path) || is_there(p->image, path))
		return 0;
	return par_fs_replace_volatile(p->top, path, text, strlen(text), mode);
}

static int append_inittab(int top, const struct par_buf *lines)
{
	autofd int fd = openat(top, "etc/inittab", O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return par_fs_write_all(fd, lines->data, lines->len);
}

static int install_sshd(const struct place *p)
{
	int r = make_folder(p, "etc/ssh");

	if (r > 0)
		r = write_absent(p, "etc/ssh/sshd_config", sshd_config, 0644);
	return r < 0 ? r : write_absent(p, "etc/rc.sshd", rc_sshd, 0755);
}

static int install(struct place p)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };
	int r = wpar_shipped_plan(has_program, &p, &subsystems, &inittab);

	if (r < 0 || subsystems.len == 0)
		return r;
	r = make_folder(&p, "etc/objrepos");
	if (r < 0)
		return r;
	r = par_fs_replace_volatile(p.top, "etc/objrepos/SRCsubsys", subsystems.data,
				    subsystems.len, 0644);
	if (r < 0)
		return r;
	r = append_inittab(p.top, &inittab);
	if (r < 0)
		return r;
	if (has_program("/usr/sbin/inetd", &p))
		r = write_absent(&p, "etc/inetd.conf", inetd_conf, 0644);
	return r < 0 || !has_program("/usr/sbin/sshd", &p) ? r : install_sshd(&p);
}

int wpar_shipped_install(int top)
{
	return install((struct place){ .top = top, .image = -1 });
}

int wpar_shipped_install_image(int upper, int image, bool services)
{
	const struct place p = { .top = upper, .image = image };
	int r = make_folder(&p, "etc");

	if (r <= 0 || is_there(image, "etc/inittab") || is_there(image, "etc/objrepos"))
		return r < 0 ? r : 0;
	r = par_fs_replace_volatile(upper, "etc/inittab", wpar_shipped_inittab,
				    strlen(wpar_shipped_inittab), 0644);
	if (r < 0)
		return r;
	if (!is_there(image, "etc/telinit") && symlinkat("init", upper, "etc/telinit") < 0 &&
	    errno != EEXIST)
		return -errno;
	return services ? install(p) : 0;
}

static int command_subsystem(struct par_buf *ret)
{
	auto_subsystems list = { 0 };
	auto_subsystem s = { 0 };
	int r = wpar_subsystem_init(&s);

	if (r < 0)
		return r;
	if (wpar_subsystem_set(&s, "subsysname", WPAR_IMAGE_COMMAND_NAME, NULL) < 0 ||
	    wpar_subsystem_set(&s, "path", WPAR_IMAGE_COMMAND_PATH, NULL) < 0 ||
	    wpar_subsystems_add(&list, &s) < 0)
		return -ENOMEM;
	return wpar_stanzas_write(&list, ret);
}

static int make_link(int top, const char *path)
{
	return symlinkat("init", top, path) < 0 && errno != EEXIST ? -errno : 0;
}

int wpar_shipped_install_command(int upper, int image, const struct par_buf *text)
{
	const struct place p = { .top = upper, .image = image };
	auto_buf subsystems = { 0 }, inittab = { 0 };
	int r = command_subsystem(&subsystems);

	if (r < 0)
		return r;
	par_buf_printf(&inittab,
		       "%s" WPAR_IMAGE_COMMAND_NAME
		       ":2:once:/usr/bin/startsrc -s " WPAR_IMAGE_COMMAND_NAME "\n",
		       wpar_shipped_inittab);
	if (inittab.failed)
		return -ENOMEM;
	r = make_folder(&p, "etc");
	if (r > 0)
		r = make_folder(&p, "etc/objrepos");
	if (r <= 0)
		return r < 0 ? r : -ENOTDIR;
	r = par_fs_replace_volatile(upper, "etc/objrepos/SRCsubsys", subsystems.data,
				    subsystems.len, 0644);
	if (r < 0)
		return r;
	r = par_fs_replace_volatile(upper, "etc/inittab", inittab.data, inittab.len, 0644);
	if (r < 0)
		return r;
	/* Its environment may have what others are not to read. */
	r = par_fs_replace_volatile(upper, &WPAR_IMAGE_COMMAND_FILE[1], text->data, text->len,
				    0600);
	if (r < 0)
		return r;
	r = make_link(upper, "etc/telinit");
	return r < 0 ? r : make_link(upper, &WPAR_IMAGE_COMMAND_PATH[1]);
}
