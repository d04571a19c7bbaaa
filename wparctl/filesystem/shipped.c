/* SPDX-License-Identifier: Apache-2.0 */
/* cron, syslogd, inetd and sshd of a new WPAR: see shipped.h. */
#include "wparctl/filesystem/shipped.h"

#include "lpard/common/fs.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

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

int wpar_shipped_plan(bool (*has)(const char *program), struct par_buf *subsystems,
		      struct par_buf *inittab)
{
	auto_subsystems list = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(shipped); i++) {
		const char *name = shipped[i].name;

		if (!has(shipped[i].program))
			continue;
		if (add_subsystem(&list, i) < 0)
			return -ENOMEM;
		if (shipped[i].before)
			par_buf_printf(inittab, "rc%s:2:wait:%s\n", name, shipped[i].before);
		par_buf_printf(inittab, "%s:2:once:/usr/bin/startsrc -s %s\n", name, name);
	}
	return inittab->failed ? -ENOMEM : wpar_stanzas_write(&list, subsystems);
}

static bool has_program(const char *program)
{
	return access(program, X_OK) == 0;
}

/* Where the LPAR's own has not been copied. */
static int write_absent(int top, const char *path, const char *text, mode_t mode)
{
	if (faccessat(top, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return par_fs_replace_volatile(top, path, text, strlen(text), mode);
}

static int append_inittab(int top, const struct par_buf *lines)
{
	autofd int fd = openat(top, "etc/inittab", O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return par_fs_write_all(fd, lines->data, lines->len);
}

int wpar_shipped_install(int top)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };
	int r = wpar_shipped_plan(has_program, &subsystems, &inittab);

	if (r < 0 || subsystems.len == 0)
		return r;
	r = par_fs_mkdirs_in(top, "/etc/objrepos");
	if (r < 0)
		return r;
	r = par_fs_replace_volatile(top, "etc/objrepos/SRCsubsys", subsystems.data, subsystems.len,
				    0644);
	if (r < 0)
		return r;
	r = append_inittab(top, &inittab);
	if (r < 0)
		return r;
	if (has_program("/usr/sbin/inetd"))
		r = write_absent(top, "etc/inetd.conf", inetd_conf, 0644);
	if (r < 0 || !has_program("/usr/sbin/sshd"))
		return r;
	r = par_fs_mkdirs_in(top, "/etc/ssh");
	if (r < 0)
		return r;
	r = write_absent(top, "etc/ssh/sshd_config", sshd_config, 0644);
	if (r < 0)
		return r;
	return write_absent(top, "etc/rc.sshd", rc_sshd, 0755);
}
