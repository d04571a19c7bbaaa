/* SPDX-License-Identifier: Apache-2.0 */
/* An archive looked through from its first to its last member: see scan.h. */
#include "wparctl/archive/helper/scan.h"

#include "wparctl/archive/helper/aix.h"
#include "wparctl/archive/helper/backup.h"
#include "wparctl/archive/helper/elf.h"
#include "wparctl/archive/helper/judge.h"
#include "wparctl/archive/helper/say_hex.h"
#include "wparctl/archive/helper/identify.h"
#include "wparctl/archive/helper/oci_plan.h"
#include "wparctl/archive/helper/walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KINDS 16	    /* of programs; more are not told apart */
#define MAX_LIBC  (8 << 20) /* bytes of a C library that are searched for its version */

struct kind {
	const char *machine;
	int bits;
	uint64_t count, align;
	char name[MAX_NAME + 1];
};

struct scan {
	struct extract *a;
	struct identify id;
	bool list;
	uint64_t files, folders, links, devices, setuid, bytes;
	int64_t uid, gid;
	struct kind kinds[MAX_KINDS];
	size_t n_kinds;
	uint32_t kernel;
	char kernel_name[MAX_NAME + 1];
	char libc[64];
	char init[16];
	char refused[512];
	char program[MAX_NAME + 1]; /* that layers say is to run, without its folder; "": none */
	bool program_seen;
};

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static bool ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static struct kind *kind_of(struct scan *s, const struct elf_facts *f)
{
	const char *machine = wpar_elf_machine(f);
	const int bits = f->wide ? 64 : 32;

	for (size_t i = 0; i < s->n_kinds; i++) {
		if (strcmp(s->kinds[i].machine, machine) == 0 && s->kinds[i].bits == bits)
			return &s->kinds[i];
	}
	if (s->n_kinds == MAX_KINDS)
		return NULL;
	s->kinds[s->n_kinds] = (struct kind){ .machine = machine, .bits = bits };
	return &s->kinds[s->n_kinds++];
}

static void note_elf(struct scan *s, const struct elf_facts *f, const char *name)
{
	struct kind *k = kind_of(s, f);

	if (k) {
		k->count++;
		if (!k->align || f->align < k->align) {
			k->align = f->align;
			snprintf(k->name, sizeof(k->name), "%s", name);
		}
	}
	if (f->kernel > s->kernel) {
		s->kernel = f->kernel;
		snprintf(s->kernel_name, sizeof(s->kernel_name), "%s", name);
	}
}

/* "GNU C Library (Debian GLIBC 2.31-13) stable release version 2.31." */
static void note_glibc(struct scan *s, const char *data, size_t len)
{
	static const char words[] = "release version ";
	const char *at = memmem(data, len, words, strlen(words));
	size_t n = 0;

	if (!at)
		return;
	at += strlen(words);
	while (at + n < data + len && n < 15 && (at[n] == '.' || (at[n] >= '0' && at[n] <= '9')))
		n++;
	while (n > 0 && at[n - 1] == '.')
		n--;
	if (n > 0)
		snprintf(s->libc, sizeof(s->libc), "glibc %.*s", (int)n, at);
}

static bool is_glibc(const char *base)
{
	return strcmp(base, "libc.so.6") == 0 ||
	       (strncmp(base, "libc-2.", 7) == 0 && ends_with(base, ".so"));
}

/* Up to @size bytes of the member's contents; the number of them, or -1 */
static ssize_t read_contents(struct archive *ar, char *data, size_t size)
{
	size_t n = 0;

	while (n < size) {
		la_ssize_t got = archive_read_data(ar, data + n, size - n);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

static void look_into(struct scan *s, const char *name, const char *data, size_t n)
{
	const char *base = base_of(name);
	struct elf_facts f;

	if (!wpar_elf_look(data, n, &f))
		return;
	note_elf(s, &f, name);
	if (is_glibc(base))
		note_glibc(s, data, n);
	else if (strcmp(base, "busybox") == 0)
		wpar_identify_busybox(&s->id, data, n);
	else if (strncmp(base, "ld-musl-", 8) == 0 && !s->libc[0])
		snprintf(s->libc, sizeof(s->libc), "musl -");
}

static const char *kind_of_init(const char *target)
{
	const char *base = base_of(target);

	return strcmp(base, "systemd") == 0	     ? "systemd"
	       : strcmp(base, "busybox") == 0	     ? "busybox"
	       : strcmp(base, "upstart") == 0	     ? "upstart"
	       : strstr(base, "openrc")		     ? "openrc"
	       : strcmp(base, "init") == 0 || !*base ? "sysvinit"
						     : "other";
}

static void note_init(struct scan *s, struct archive_entry *e, const char *name)
{
	const char *target = archive_entry_symlink(e);

	if (strcmp(name, "sbin/init") != 0 && strcmp(name, "usr/sbin/init") != 0)
		return;
	snprintf(s->init, sizeof(s->init), "%s", kind_of_init(target ? target : ""));
}

static void note_refused(struct scan *s, const char *why)
{
	if (!s->refused[0])
		snprintf(s->refused, sizeof(s->refused), "%s", why);
}

static void count_member(struct scan *s, struct archive_entry *e)
{
	const mode_t type = archive_entry_filetype(e);

	s->folders += type == AE_IFDIR;
	s->devices += type == AE_IFCHR || type == AE_IFBLK;
	s->links += type == AE_IFLNK || archive_entry_hardlink(e);
	if (type == AE_IFREG && !archive_entry_hardlink(e)) {
		s->files++;
		s->setuid += (archive_entry_perm(e) & 06000) && (archive_entry_perm(e) & 0111);
		if (archive_entry_size(e) > 0)
			s->bytes += wpar_extract_contents(e, (uint64_t)archive_entry_size(e));
	}
	if (archive_entry_uid(e) > s->uid)
		s->uid = archive_entry_uid(e);
	if (archive_entry_gid(e) > s->gid)
		s->gid = archive_entry_gid(e);
}

static int show_data(struct extract *a, struct archive *ar, struct archive_entry *e)
{
	char *text;
	ssize_t n;

	if (archive_entry_size(e) > MAX_IMAGE_DATA)
		return wpar_extract_fail(a, EFBIG, "its image.data is too large");
	text = malloc(MAX_IMAGE_DATA);
	n = text ? read_contents(ar, text, MAX_IMAGE_DATA) : 0;
	if (n > 0) {
		fputs("data ", stdout);
		wpar_put_hex(text, (size_t)n);
		putchar('\n');
	}
	free(text);
	return n < 0 ? wpar_extract_fail_archive(a, ar) : 0;
}

static void show_member(struct archive_entry *e, const char *name)
{
	printf("member %o %lld %lld %lld ", (unsigned int)archive_entry_mode(e),
	       (long long)archive_entry_uid(e), (long long)archive_entry_gid(e),
	       archive_entry_size_is_set(e) ? (long long)archive_entry_size(e) : 0LL);
	wpar_put_hex(name, strlen(name));
	putchar('\n');
}

static bool is_data(struct archive_entry *e, const char *name)
{
	return strcmp(base_of(name), "image.data") == 0 && archive_entry_filetype(e) == AE_IFREG &&
	       !archive_entry_hardlink(e);
}

/* How many bytes of the member's contents are looked at? */
static size_t wanted_bytes(const struct extract *a, struct archive_entry *e, const char *name)
{
	const char *base = base_of(name);

	if (!wpar_walk_has_contents(a, e))
		return 0;
	if (wpar_identify_text(name) >= 0)
		return wpar_identify_most(wpar_identify_text(name), archive_entry_size(e));
	if (archive_entry_size(e) < 64)
		return 0;
	return is_glibc(base) || strcmp(base, "busybox") == 0 ? MAX_LIBC : ELF_LOOK_AT;
}

/*
 * Of a backup, in which some files may come more than once, it is what it says of itself, if it
 * does; what it has more is refused by walk_member.c.
 */
static int check_free(struct extract *a, const struct scan *s)
{
	const bool says = a->is_backup && a->declared_kib;
	const uint64_t kib = says ? a->declared_kib : s->bytes >> 10;

	if (!a->room_kib || kib <= a->room_kib)
		return 0;
	return wpar_extract_fail(a, ENOSPC, "its files have more than the %llu MiB that are free",
				 (unsigned long long)(a->room_kib >> 10));
}

static int take_contents(struct extract *a, struct scan *s, const char *name, const char *data,
			 size_t n)
{
	const int text = wpar_identify_text(name);

	if (text < 0) {
		look_into(s, name, data, n);
		return 0;
	}
	return wpar_identify_put(&s->id, text, a->layer, data, n)
		       ? 0
		       : wpar_extract_fail(a, ENOMEM, "out of memory");
}

/*
 * A member of a backup is compared with what that says of itself.  What is wrong with it is no
 * error of who looks at it, unless the archive cannot be read on.
 */
static int compare_backup(struct scan *s, struct archive *ar, struct archive_entry *e,
			  const char *name)
{
	struct extract *a = s->a;
	int r;

	archive_clear_error(ar);
	r = wpar_backup_member(a->backup, ar, e, name);
	if (r >= 0 || archive_errno(ar) != 0)
		return r;
	note_refused(s, a->why);
	a->why[0] = '\0';
	a->backup = NULL;
	return 0;
}

/* The first @want bytes of the member into @data; returns how many there are, or -1 */
static ssize_t read_member(struct scan *s, struct archive *ar, struct archive_entry *e,
			   const char *name, char *data, size_t want)
{
	struct extract *a = s->a;
	int r;

	if (!a->backup)
		return data ? read_contents(ar, data, want) : 0;
	a->tee = data;
	a->tee_size = want;
	a->tee_len = 0;
	r = compare_backup(s, ar, e, name);
	a->tee = NULL;
	return r < 0 ? -1 : (ssize_t)a->tee_len;
}

static int scan_contents(struct scan *s, struct archive *ar, struct archive_entry *e,
			 const char *name)
{
	struct extract *a = s->a;
	const size_t want = wanted_bytes(a, e, name);
	char *data = want ? calloc(1, want) : NULL;
	ssize_t n;
	int r = want && !data ? wpar_extract_fail(a, ENOMEM, "out of memory") : check_free(a, s);

	if (r == 0) {
		n = read_member(s, ar, e, name, data, want);
		if (n < 0)
			r = wpar_extract_fail_archive(a, ar);
		else if (data)
			r = take_contents(a, s, name, data, (size_t)n);
	}
	free(data);
	return r;
}

/* What mkwpar would refuse it for.  Members behind the first such one are no more looked at. */
static void check_member(struct scan *s, struct archive_entry *e, const char *name)
{
	if (s->refused[0] || wpar_judge_member(s->a, e, name) == 0)
		return;
	note_refused(s, s->a->why);
	s->a->why[0] = '\0';
}

/* Of the folder of a backup, or image.data as the first member. */
static int scan_description(struct scan *s, struct archive *ar, struct archive_entry *e,
			    const char *name)
{
	struct extract *a = s->a;

	if (a->entries == 1 && wpar_backup_is_first(name) && !s->list)
		a->backup = wpar_backup_begin(a, false);
	if (!a->backup)
		return is_data(e, name) ? show_data(a, ar, e) : 0;
	return compare_backup(s, ar, e, name);
}

static int scan_member(void *user, struct archive *ar, struct archive_entry *e, const char *name)
{
	struct scan *s = user;

	if (s->list)
		show_member(e, *name ? name : ".");
	if (wpar_walk_is_description(s->a, name))
		return scan_description(s, ar, e, name);
	count_member(s, e);
	check_member(s, e, name);
	note_init(s, e, name);
	s->program_seen |= strcmp(base_of(name), s->program) == 0;
	wpar_identify_name(&s->id, name);
	return scan_contents(s, ar, e, name);
}

static int scan_bad_name(void *user, struct archive_entry *e)
{
	struct scan *s = user;
	const char *path = archive_entry_pathname(e);
	char name[MAX_NAME + 1];

	note_refused(s, s->a->why);
	s->a->why[0] = '\0';
	snprintf(name, sizeof(name), "%.4000s", path ? path : "?");
	if (s->list)
		show_member(e, name);
	count_member(s, e);
	return 0;
}

static void show_name(const char *name)
{
	wpar_put_hex(name, strlen(name));
	putchar('\n');
}

static void show(const struct extract *a, const struct scan *s)
{
	const uint64_t said = a->declared_kib << 10;
	const uint64_t bytes = a->is_backup && said && said < s->bytes ? said : s->bytes;

	for (size_t i = 0; i < s->n_kinds; i++) {
		const struct kind *k = &s->kinds[i];

		printf("elf %s %d %" PRIu64 " %" PRIu64 " ", k->machine, k->bits, k->count,
		       k->align);
		show_name(k->name);
	}
	if (s->kernel) {
		printf("kernel %u.%u.%u ", s->kernel >> 16, s->kernel >> 8 & 0xff,
		       s->kernel & 0xff);
		show_name(s->kernel_name);
	}
	if (s->libc[0])
		printf("libc %s\n", s->libc);
	if (s->init[0])
		printf("init %s\n", s->init);
	printf("format %s\n", a->format);
	printf("ids %lld %lld\n", (long long)s->uid, (long long)s->gid);
	printf("count %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
	       " %" PRIu64 "\n",
	       a->entries, s->files, s->folders, s->links, s->devices, s->setuid, bytes);
	wpar_identify_show(&s->id);
	if (s->program[0] && !s->program_seen)
		puts("lacks program");
	if (s->refused[0])
		printf("refused %s\n", s->refused);
}

static void scan_aix_member(void *user, const struct aix_member *m)
{
	struct scan *s = user;

	if (s->list) {
		printf("member %o %u %u %" PRIu64 " ", m->mode, m->uid, m->gid, m->size);
		show_name(strncmp(m->name, "./", 2) == 0 && m->name[2] ? m->name + 2 : m->name);
	}
	s->folders += S_ISDIR(m->mode);
	s->links += S_ISLNK(m->mode);
	s->devices += S_ISCHR(m->mode) || S_ISBLK(m->mode);
	s->files += S_ISREG(m->mode);
	s->bytes += S_ISREG(m->mode) ? m->size : 0;
	s->uid = m->uid > s->uid ? m->uid : s->uid;
	s->gid = m->gid > s->gid ? m->gid : s->gid;
}

static int scan_gone(void *user, const char *name, bool inner)
{
	struct scan *s = user;

	(void)inner;
	wpar_identify_gone(&s->id, name, s->a->layer);
	return 0;
}

static void show_config(const char *key, const char *value)
{
	if (!value)
		return;
	printf("config %s ", key);
	show_name(value);
}

static void scan_image(void *user, const struct oci_image *image)
{
	struct scan *s = user;

	if (image->arguments.n)
		snprintf(s->program, sizeof(s->program), "%s", base_of(image->arguments.v[0]));
	show_config("architecture", image->architecture);
	show_config("created", image->created);
	show_config("user", image->user);
	show_config("directory", image->directory);
	for (size_t i = 0; i < image->environment.n; i++)
		show_config("environment", image->environment.v[i]);
	for (size_t i = 0; i < image->arguments.n; i++)
		show_config("argument", image->arguments.v[i]);
}

int wpar_scan_run(struct extract *a, bool list)
{
	static struct scan s;
	const struct walk w = { .member = scan_member,
				.bad_name = scan_bad_name,
				.gone = scan_gone,
				.in_order = true,
				.image = scan_image,
				.aix_member = scan_aix_member,
				.user = &s };
	int r;

	s = (struct scan){ .a = a, .list = list };
	r = wpar_walk(a, &w);
	if (r == 0 && a->backup && wpar_backup_end(a->backup) < 0)
		note_refused(&s, a->why);
	if (r == 0)
		show(a, &s);
	wpar_identify_done(&s.id);
	return r;
}
