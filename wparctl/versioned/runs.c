/* SPDX-License-Identifier: Apache-2.0 */
/* How programs of a machine run here, from facts: see runs.h. */
#include "wparctl/versioned/runs.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

const struct wpar_machine_row wpar_machine_rows[WPAR_MACHINES] = {
#define M(name, qemu, elf, bits, big, part_of) { name, qemu, elf, bits, big, part_of },
#include "wparctl/versioned/machines.def"
#undef M
};

/* The names that Debian, Go and others give a row. */
static const struct {
	const char *other, *name;
} other_names[] = {
	{ "amd64", "x86_64" },	      { "x86-64", "x86_64" },	  { "i386", "i686" },
	{ "i486", "i686" },	      { "i586", "i686" },	  { "386", "i686" },
	{ "ppc64el", "ppc64le" },     { "powerpc", "ppc" },	  { "powerpc64le", "ppc64le" },
	{ "powerpc64", "ppc64" },     { "arm64", "aarch64" },	  { "arm", "armv7l" },
	{ "armel", "armv7l" },	      { "armhf", "armv7l" },	  { "armv5tel", "armv7l" },
	{ "armv6l", "armv7l" },	      { "mips64le", "mips64el" }, { "mipsle", "mipsel" },
	{ "loong64", "loongarch64" }, { "hppa", "parisc" },
};

const struct wpar_machine_row *wpar_machine_row(const char *name)
{
	const char *is = wpar_machine_name(name);

	for (size_t i = 0; i < WPAR_MACHINES; i++) {
		if (strcmp(wpar_machine_rows[i].name, is) == 0)
			return &wpar_machine_rows[i];
	}
	return NULL;
}

const char *wpar_machine_name(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(other_names); i++) {
		if (strcmp(other_names[i].other, name) == 0)
			return other_names[i].name;
	}
	return name;
}

void wpar_machine_head(const struct wpar_machine_row *row, uint8_t ret_magic[WPAR_ELF_HEAD],
		       uint8_t ret_mask[WPAR_ELF_HEAD])
{
	const size_t low = row->big ? 1 : 0;

	memset(ret_magic, 0, WPAR_ELF_HEAD);
	memset(ret_mask, 0xff, WPAR_ELF_HEAD);
	ret_magic[EI_MAG0] = ELFMAG0;
	ret_magic[EI_MAG1] = ELFMAG1;
	ret_magic[EI_MAG2] = ELFMAG2;
	ret_magic[EI_MAG3] = ELFMAG3;
	ret_magic[EI_CLASS] = row->bits == 64 ? ELFCLASS64 : ELFCLASS32;
	ret_magic[EI_DATA] = row->big ? ELFDATA2MSB : ELFDATA2LSB;
	ret_magic[EI_VERSION] = EV_CURRENT;
	ret_mask[EI_OSABI] = 0;
	ret_mask[EI_ABIVERSION] = 0;
	ret_magic[16 + low] = ET_EXEC;
	ret_mask[16 + low] = 0xfe; /* ET_DYN is the next number */
	ret_magic[18 + low] = row->elf & 0xff;
	ret_magic[18 + !low] = (uint8_t)(row->elf >> 8);
}

void wpar_run_facts_done(struct wpar_run_facts *f)
{
	for (size_t i = 0; i < WPAR_MACHINES; i++) {
		free(f->v[i].path);
		free(f->v[i].dynamic);
		free(f->v[i].registered);
		free(f->v[i].registered_path);
	}
	*f = (struct wpar_run_facts){ 0 };
}

/* The value of a line "NAME VALUE" of a registration; caller frees, NULL: there is none. */
static char *line_value(const char *text, const char *name)
{
	const size_t len = strlen(name);

	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p ? 1 : 0) {
		if (strncmp(p, name, len) == 0 && p[len] == ' ')
			return strndup(p + len + 1, strcspn(p + len + 1, "\n"));
	}
	return NULL;
}

static size_t take_hex(const char *text, uint8_t ret[WPAR_MISC_BYTES])
{
	size_t n = 0;
	unsigned int byte;

	for (; text && n < WPAR_MISC_BYTES && sscanf(text, "%2x", &byte) == 1; text += 2) {
		ret[n++] = (uint8_t)byte;
		if (text[1] == '\0')
			break;
	}
	return n;
}

/* Would the kernel take a program of the row for one of this registration? */
static bool registration_holds(const struct wpar_machine_row *row, const uint8_t *magic,
			       const uint8_t *mask, size_t n)
{
	uint8_t head[WPAR_MISC_BYTES] = { 0 }, own_mask[WPAR_ELF_HEAD];

	wpar_machine_head(row, head, own_mask);
	for (size_t i = 0; i < n; i++) {
		if ((head[i] ^ magic[i]) & mask[i])
			return false;
	}
	return n >= WPAR_ELF_HEAD;
}

static int note_registration(struct wpar_interpreter *v, const char *name, const char *path,
			     const char *text, const char *flags)
{
	if (v->registered)
		return 0;
	v->registered = strdup(name);
	v->registered_path = strdup(path);
	v->enabled = par_starts_with(text, "enabled");
	v->fixed = flags && strchr(flags, 'F');
	return v->registered && v->registered_path ? 0 : -ENOMEM;
}

int wpar_run_facts_registration(struct wpar_run_facts *f, const char *name, const char *text)
{
	autofree char *path = line_value(text, "interpreter"), *flags = line_value(text, "flags:");
	autofree char *offset = line_value(text, "offset"), *magic_text = line_value(text, "magic");
	autofree char *mask_text = line_value(text, "mask");
	uint8_t magic[WPAR_MISC_BYTES], mask[WPAR_MISC_BYTES];
	size_t n = take_hex(magic_text, magic);

	memset(mask, 0xff, sizeof(mask));
	if (!path || (offset && strcmp(offset, "0") != 0) || n == 0 ||
	    (mask_text && take_hex(mask_text, mask) != n))
		return 0;
	for (size_t i = 0; i < WPAR_MACHINES; i++) {
		if (registration_holds(&wpar_machine_rows[i], magic, mask, n) &&
		    note_registration(&f->v[i], name, path, text, flags) < 0)
			return -ENOMEM;
	}
	return 0;
}

void wpar_runs_done(struct wpar_runs *r)
{
	free(r->interpreter);
	free(r->why);
	*r = (struct wpar_runs){ 0 };
}

#define PACKAGE "the package qemu-user-static (from Debian 13 on qemu-user)"

/* What keeps the interpreter from being used; NULL: nothing, or no memory. */
static char *why_not(const struct wpar_machine_row *row, const struct wpar_run_facts *f,
		     const struct wpar_interpreter *v)
{
	if (!v->path && v->dynamic && !(v->fixed && !f->own))
		return par_strdup_printf("'%s' needs libraries, which are not in the WPAR; install "
					 "qemu-%s-static of " PACKAGE,
					 v->dynamic, row->qemu);
	if (!v->path && !v->registered)
		return par_strdup_printf("there is no interpreter for them; install qemu-%s-static "
					 "of " PACKAGE,
					 row->qemu);
	if (v->tried < 0)
		return par_strdup_printf(
			"'%s' is there, and fails at the smallest of such programs; install a later "
			"qemu-user, as Debian 13 has it",
			f->own ? v->path : v->registered_path);
	if (f->own)
		return v->path ? NULL
			       : par_strdup_printf("the interpreter '%s' of the registration '%s' "
						   "is not there; install " PACKAGE,
						   v->registered_path, v->registered);
	if (!f->misc)
		return par_strdup_printf(
			"binfmt_misc is off; mount it with 'mount -t binfmt_misc binfmt_misc "
			"/proc/sys/fs/binfmt_misc', write 1 to its file 'status', and register "
			"qemu-%s there with the flag F",
			row->qemu);
	if (!v->registered)
		return par_strdup_printf(
			"'%s' is not registered in /proc/sys/fs/binfmt_misc; register it with the "
			"flag F ('update-binfmts --enable qemu-%s' of the package binfmt-support)",
			v->path, row->qemu);
	if (!v->enabled)
		return par_strdup_printf("the registration '%s' is switched off; write 1 to "
					 "'/proc/sys/fs/binfmt_misc/%s'",
					 v->registered, v->registered);
	if (!v->fixed)
		return par_strdup_printf(
			"the registration '%s' lacks the flag F, so its interpreter '%s' would have "
			"to be in the WPAR; write -1 to '/proc/sys/fs/binfmt_misc/%s' and register "
			"it with that flag",
			v->registered, v->registered_path, v->registered);
	return NULL;
}

static int plan_interpreted(const struct wpar_machine_row *row, const struct wpar_run_facts *f,
			    struct wpar_runs *ret, struct par_error **err)
{
	const struct wpar_interpreter *v = &f->v[row - wpar_machine_rows];
	const bool own = f->own && v->path;
	const char *path = own ? v->path : v->registered_path;
	const bool works = own || (!f->own && f->misc && v->registered && v->enabled && v->fixed);

	*ret = (struct wpar_runs){ .how = own ? WPAR_RUN_OWN : WPAR_RUN_SYSTEM, .row = row };
	if (works && v->tried >= 0) {
		ret->interpreter = strdup(path);
		return ret->interpreter ? 0 : par_oom(err);
	}
	ret->how = WPAR_RUN_NOT;
	ret->why = why_not(row, f, v);
	return ret->why ? 0 : par_oom(err);
}

int wpar_runs_plan(const char *machine, const struct wpar_run_facts *f, struct wpar_runs *ret,
		   struct par_error **err)
{
	const struct wpar_machine_row *row = wpar_machine_row(machine);

	*ret = (struct wpar_runs){ .how = WPAR_RUN_NATIVE, .row = row };
	if (strcmp(wpar_machine_name(machine), wpar_machine_name(f->machine)) == 0)
		return 0;
	if (!row) {
		ret->how = WPAR_RUN_NOT;
		ret->why = strdup("no interpreter for them is known");
		return ret->why ? 0 : par_oom(err);
	}
	if (f->small && strcmp(row->part_of, wpar_machine_name(f->machine)) == 0)
		return 0;
	return plan_interpreted(row, f, ret, err);
}
