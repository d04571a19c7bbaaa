/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of boot path, machine options and kernel command line: see firmware.h. */
#include "firmware/firmware.h"
#include "firmware/image.h"

#include <ctype.h>
#include <string.h>

/* By bit of enum fw_option.  Emulation has none of these options. */
static const struct option {
	struct fw_feature off;
	const char *advice; /* of qemu, when KVM does not have it */
} options[FW_OPTIONS] = {
	{ { "cfpc", "value", "broken" }, "-machine cap-cfpc=broken" },
	{ { "sbbc", "value", "broken" }, "-machine cap-sbbc=broken" },
	{ { "ibs", "value", "broken" }, "-machine cap-ibs=broken" },
	{ { "ccf-assist", "state", "off" }, "-machine cap-ccf-assist=off" },
};

#define ALL_OPTIONS ((1U << FW_OPTIONS) - 1)

void fw_features(unsigned int without, struct fw_feature ret[FW_OPTIONS + 1])
{
	size_t n = 0;

	for (unsigned int i = 0; i < FW_OPTIONS; i++) {
		if (without & 1U << i)
			ret[n++] = options[i].off;
	}
	ret[n] = (struct fw_feature){ 0 };
}

unsigned int fw_refused_option(const char *words)
{
	for (unsigned int i = 0; i < FW_OPTIONS; i++) {
		if (strstr(words, options[i].advice))
			return 1U << i;
	}
	return 0;
}

/*
 * Compatibility modes.  Emulation takes the processor itself; KVM-HV keeps the host's and lowers
 * what the guest may use (libvirt: host-model with the model's name in small letters).
 */
static const struct compat {
	const char *mode;
	const char *tcg_model;
	const char *kvm_model; /* NULL: the host as it is */
} compats[] = {
	{ "default", "POWER9", NULL },	     { "POWER8", "POWER8", "power8" },
	{ "POWER9", "POWER9", "power9" },    { "POWER9_base", "POWER9", "power9" },
	{ "POWER10", "POWER10", "power10" },
};

const char *fw_compat_modes(enum fw_accel accel)
{
	(void)accel; /* the same until an emulator and a host differ */
	return "default,POWER8,POWER9,POWER9_base,POWER10";
}

const char *fw_accel_name(enum fw_accel accel)
{
	return accel == FW_ACCEL_KVM ? "kvm" : "tcg";
}

int fw_cmdline_escape(struct par_buf *b, const char *value)
{
	static const char plain[] = "-._:+";

	for (const unsigned char *p = (const unsigned char *)value; *p; p++) {
		if (*p < 0x80 && (isalnum(*p) || strchr(plain, *p)))
			par_buf_putc(b, (char)*p);
		else
			par_buf_printf(b, "%%%02X", *p);
	}
	return b->failed ? -ENOMEM : 0;
}

static int choose_cpu(const struct fw_request *rq, struct fw_plan *p, struct par_error **err)
{
	const char *mode = rq->compat_mode && *rq->compat_mode ? rq->compat_mode : "default";

	for (size_t i = 0; i < PAR_ARRAY_SIZE(compats); i++) {
		if (strcmp(compats[i].mode, mode) != 0)
			continue;
		if (rq->accel == FW_ACCEL_KVM) {
			p->cpu_mode = "host-model";
			p->cpu_model = compats[i].kvm_model;
		} else {
			p->cpu_mode = "custom";
			p->cpu_model = compats[i].tcg_model;
		}
		return 0;
	}
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"the processor compatibility mode \"%s\" is not known here", mode);
}

/*
 * The kernel's words: the image's own, then ours.  movable_node lets a DIMM that is there at boot
 * leave again.
 */
static int make_cmdline(const struct fw_request *rq, struct fw_plan *p)
{
	const char *words = rq->image->command_line;
	auto_buf b = { 0 };

	par_buf_puts(&b, words && *words ? words : "root=/dev/vda rw console=hvc0 movable_node");
	if (rq->has_eth)
		par_buf_puts(&b, " ip=dhcp");
	par_buf_puts(&b, " lpard.name=");
	fw_cmdline_escape(&b, rq->name);
	/* What the partition says of itself: uname -L, lparstat -i */
	if (rq->id)
		par_buf_printf(&b, " lpard.id=%u", rq->id);
	p->cmdline = par_buf_steal(&b);
	return p->cmdline ? 0 : -ENOMEM;
}

enum { ARG_VOF, ARG_MENU, ARG_PROMPT };

const struct fw_argument fw_arguments[] = {
	[ARG_VOF] = { "-machine", "x-vof=on" },
	[ARG_MENU] = { "-prom-env", "boot-command=boot-menu" },
	[ARG_PROMPT] = { "-prom-env", "auto-boot?=false" },
	{ NULL, NULL },
};

static int add_arg(struct fw_plan *p, int arg)
{
	if (par_strv_add(&p->qemu_args, fw_arguments[arg].option) < 0 ||
	    par_strv_add(&p->qemu_args, fw_arguments[arg].value) < 0)
		return -ENOMEM;
	return 0;
}

/*
 * SLOF starts a kernel that is in memory before it shows a menu or listens to `boot`; so only a
 * normal boot is given a kernel.  SLOF's boot menu is made its boot-command and comes by itself: no
 * key need be pressed in time.
 */
static int choose_path(const struct fw_request *rq, struct fw_plan *p)
{
	p->path = FW_PATH_SLOF;
	switch (rq->boot_mode) {
	case LPAR_BOOT_NORM:
	case LPAR_BOOT_DD:
	case LPAR_BOOT_DS:
		p->direct = rq->image && rq->image->files[FW_IMAGE_KERNEL].name;
		if (!p->direct)
			return 0;
		p->path = FW_PATH_VOF;
		return add_arg(p, ARG_VOF);
	case LPAR_BOOT_SMS:
		return add_arg(p, ARG_MENU);
	case LPAR_BOOT_OF:
		return add_arg(p, ARG_PROMPT);
	}
	return -EINVAL;
}

int fw_plan_make(const struct fw_request *rq, struct fw_plan *ret, struct par_error **err)
{
	auto_fw_plan p = { 0 };
	int r = choose_cpu(rq, &p, err);

	if (r < 0)
		return r;
	fw_features(rq->accel == FW_ACCEL_KVM ? rq->without : ALL_OPTIONS, p.features);
	if (choose_path(rq, &p) < 0 || (p.direct && make_cmdline(rq, &p) < 0))
		return par_oom(err);
	*ret = p;
	p = (struct fw_plan){ 0 };
	return 0;
}

void fw_plan_done(struct fw_plan *p)
{
	par_strv_done(&p->qemu_args);
	free(p->cmdline);
	*p = (struct fw_plan){ 0 };
}
