/* SPDX-License-Identifier: Apache-2.0 */
/* Reference codes from the console's text: see stage.h. */
#include "firmware/stage.h"

#include <string.h>

/*
 * The codes CA00E131, CA00E1DC, CA00E1B5 and AA00E158 and the text for Linux were recorded on real
 * machines; the others are IBM's for the same step.
 */
static const struct fw_stage_info infos[FW_STAGE_COUNT] = {
	{ FW_STAGE_NONE, "", false, false, "nothing known" },
	{ FW_STAGE_POWER_ON, "CA00E130", false, false, "powered on" },
	{ FW_STAGE_FIRMWARE, "CA00E131", false, false, "firmware starts" },
	{ FW_STAGE_PROBE, "CA00E1DC", false, false, "firmware looks for devices" },
	{ FW_STAGE_BOOT_MENU, "AA00E158", true, false, "waits in the boot menu" },
	{ FW_STAGE_PROMPT, "AA00E158", true, false, "waits at the Open Firmware prompt" },
	{ FW_STAGE_BOOT_DEVICE, "CA00E1B5", false, false, "loads from a boot device" },
	{ FW_STAGE_NO_DEVICE, "AA06000D", true, true, "found nothing to boot" },
	{ FW_STAGE_KERNEL_LOAD, "CA00E105", false, false, "the kernel takes over" },
	{ FW_STAGE_KERNEL, "Linux ppc64le", false, false, "Linux runs" },
	{ FW_STAGE_ROOT, "Linux ppc64le root", false, false, "Linux has its root file system" },
	{ FW_STAGE_INIT, "Linux ppc64le init", false, false, "Linux starts its services" },
	{ FW_STAGE_LOGIN, "Linux ppc64le", false, false, "Linux asks for a login" },
	{ FW_STAGE_FAILED, "Linux ppc64le failed", false, true, "Linux found no root file system" },
	{ FW_STAGE_PANIC, "B700F104", false, true, "the kernel panicked" },
	{ FW_STAGE_POWER_OFF, "D200A200", false, false, "powers off" },
};

#define FROM(stage) (1u << (stage))
#define FROM_ANY    (~0u)
/* Stages of the firmware: a guest that prints the firmware's words later fools nobody. */
#define FROM_FIRMWARE                                                              \
	(FROM(FW_STAGE_NONE) | FROM(FW_STAGE_POWER_ON) | FROM(FW_STAGE_FIRMWARE) | \
	 FROM(FW_STAGE_PROBE) | FROM(FW_STAGE_BOOT_MENU) | FROM(FW_STAGE_PROMPT) | \
	 FROM(FW_STAGE_BOOT_DEVICE) | FROM(FW_STAGE_NO_DEVICE))
#define FROM_KERNEL_LOAD (FROM_FIRMWARE | FROM(FW_STAGE_KERNEL_LOAD))
#define FROM_KERNEL	 (FROM_KERNEL_LOAD | FROM(FW_STAGE_KERNEL))
#define FROM_ROOT	 (FROM_KERNEL | FROM(FW_STAGE_ROOT))

enum where {
	AT_START, /* the line begins so */
	IN_LINE,  /* somewhere in a whole line */
	AT_END,	  /* the line ends so without a newline: whoever wrote it waits */
};

static const struct pattern {
	enum where where;
	const char *text;
	unsigned int from;
	enum fw_stage_id to;
} patterns[] = {
	{ AT_START, "SLOF **", FROM_ANY, FW_STAGE_FIRMWARE },
	{ AT_START, "Populating /", FROM_FIRMWARE, FW_STAGE_PROBE },
	{ AT_START, "Select boot device (or press", FROM_FIRMWARE, FW_STAGE_BOOT_MENU },
	{ AT_END, "0 > ", FROM_FIRMWARE & ~FROM(FW_STAGE_NO_DEVICE), FW_STAGE_PROMPT },
	{ AT_START, "Trying to load: ", FROM_FIRMWARE, FW_STAGE_BOOT_DEVICE },
	{ IN_LINE, "No bootable device", FROM_FIRMWARE, FW_STAGE_NO_DEVICE },
	{ AT_START, "E3407:", FROM_FIRMWARE, FW_STAGE_NO_DEVICE },
	{ AT_START, "OF stdout device is:", FROM_ANY, FW_STAGE_KERNEL_LOAD },
	{ AT_START, "Booting Linux via __start()", FROM_KERNEL_LOAD, FW_STAGE_KERNEL },
	{ IN_LINE, "Linux version ", FROM_KERNEL_LOAD & ~FROM(FW_STAGE_KERNEL_LOAD),
	  FW_STAGE_KERNEL },
	{ IN_LINE, "] Linux version ", FROM_KERNEL_LOAD, FW_STAGE_KERNEL },
	/* What the images' own initrd and init say; with `quiet` the first words of Linux. */
	{ IN_LINE, "lpard-init: initramfs started", FROM_KERNEL_LOAD, FW_STAGE_KERNEL },
	{ IN_LINE, "lpard-init: failed: ", FROM_KERNEL, FW_STAGE_FAILED },
	{ IN_LINE, "lpard-init: root mounted", FROM_KERNEL, FW_STAGE_ROOT },
	{ IN_LINE, "lpard-init: multi-user", FROM_ROOT, FW_STAGE_INIT },
	{ AT_END, "login: ", FROM_ROOT | FROM(FW_STAGE_INIT), FW_STAGE_LOGIN },
	{ IN_LINE, "Kernel panic - not syncing", FROM_ANY, FW_STAGE_PANIC },
	{ IN_LINE, "lpard-init: shutting down", FROM_ANY, FW_STAGE_POWER_OFF },
	{ IN_LINE, "reboot: Power down", FROM_ANY, FW_STAGE_POWER_OFF },
	{ IN_LINE, "reboot: System halted", FROM_ANY, FW_STAGE_POWER_OFF },
	{ IN_LINE, "lpard-init: restarting", FROM_ANY, FW_STAGE_POWER_ON },
	{ IN_LINE, "reboot: Restarting system", FROM_ANY, FW_STAGE_POWER_ON },
};

void fw_stage_reset(struct fw_stage *s, enum fw_stage_id start)
{
	*s = (struct fw_stage){ .now = start };
}

const struct fw_stage_info *fw_stage_info(enum fw_stage_id id)
{
	return &infos[(unsigned int)id < FW_STAGE_COUNT ? id : FW_STAGE_NONE];
}

static bool line_has(const struct fw_stage *s, const struct pattern *p, bool whole)
{
	size_t len = strlen(p->text);

	switch (p->where) {
	case AT_START:
		return whole && strncmp(s->line, p->text, len) == 0;
	case IN_LINE:
		return whole && strstr(s->line, p->text) != NULL;
	case AT_END:
		return !whole && !s->overlong && s->len >= len &&
		       memcmp(s->line + s->len - len, p->text, len) == 0;
	}
	return false;
}

/* Returns true when the stage changed. */
static bool match(struct fw_stage *s, bool whole)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const struct pattern *p = &patterns[i];

		if (!(p->from & FROM(s->now)) || s->now == p->to || !line_has(s, p, whole))
			continue;
		s->now = p->to;
		return true;
	}
	return false;
}

static bool end_line(struct fw_stage *s)
{
	bool changed;

	s->line[s->len] = '\0';
	changed = s->len > 0 && match(s, true);
	s->len = 0;
	s->overlong = false;
	return changed;
}

/* True for a byte of an escape sequence (ESC [ … letter; ESC and one more), as SLOF strews in. */
static bool skip_escape(struct fw_stage *s, char c)
{
	switch (s->escape) {
	case FW_STAGE_TEXT:
		if (c != '\033')
			return false;
		s->escape = FW_STAGE_ESC;
		return true;
	case FW_STAGE_ESC:
		s->escape = c == '[' ? FW_STAGE_CSI : FW_STAGE_TEXT;
		return true;
	case FW_STAGE_CSI:
		if (c >= '@' && c <= '~')
			s->escape = FW_STAGE_TEXT;
		return c != '\n' && c != '\r';
	}
	return false;
}

/* Every unfinished line that matters ends in a blank: no other byte needs a look. */
static bool add_byte(struct fw_stage *s, char c)
{
	if (skip_escape(s, c))
		return false;
	s->escape = FW_STAGE_TEXT;
	if (c == '\n' || c == '\r')
		return end_line(s);
	if (s->len == FW_STAGE_LINE) {
		s->overlong = true;
		return false;
	}
	s->line[s->len++] = c ? c : ' ';
	return c == ' ' && match(s, false);
}

size_t fw_stage_feed(struct fw_stage *s, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (add_byte(s, bytes[i]))
			return i + 1;
	}
	return n;
}

const char *fw_failure_refcode(enum fw_failure f)
{
	switch (f) {
	case FW_FAILURE_RESOURCES:
		return "B2001230";
	case FW_FAILURE_NO_IMAGE:
		return "B2003105";
	case FW_FAILURE_NO_DISK:
		return "B2001322";
	case FW_FAILURE_HYPERVISOR:
		return "B2001150";
	}
	return "B2001150";
}
