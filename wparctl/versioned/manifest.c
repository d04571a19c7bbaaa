/* SPDX-License-Identifier: Apache-2.0 */
/* The list of an image's files, made and compared: see manifest.h. */
#include "wparctl/versioned/manifest.h"

#include "lpard/common/contents.h"
#include "lpard/common/fs.h"
#include "lpard/common/sha256.h"

#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <string.h>
#include <sys/xattr.h>

#define LIST_MAX  ((size_t)1 << 30) /* bytes of a list: four million names */
#define XATTR_MAX 65536		    /* bytes of an attribute, and of the names of all */
#define CHUNK	  262144

static void put_name(struct par_buf *b, const char *name)
{
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		if (*p <= ' ' || *p == '%' || *p >= 0x7f)
			par_buf_printf(b, "%%%02X", *p);
		else
			par_buf_putc(b, (char)*p);
	}
}

/* A whole chunk, but at the end of the file. */
static ssize_t read_chunk(int fd, char *chunk, off_t at)
{
	size_t len = 0;

	while (len < CHUNK) {
		ssize_t n = pread(fd, chunk + len, CHUNK - len, at + (off_t)len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static bool is_zeros(const char *chunk, size_t len)
{
	return len > 0 && chunk[0] == 0 && memcmp(chunk, chunk + 1, len - 1) == 0;
}

/*
 * A chunk of zeros counts as a hole, wherever it is one: it costs nothing where it is, and the
 * digest is the same where it is not, as after a copy.
 */
static int sum_up(int fd, off_t size, char *chunk, struct par_contents *sum)
{
	off_t at = 0;

	while (at < size) {
		const off_t data = lseek(fd, at, SEEK_DATA);
		ssize_t n;

		if (data < 0 && errno == ENXIO)
			break;
		if (data >= at + CHUNK) {
			const off_t next = data - data % CHUNK;

			par_contents_hole(sum, (uint64_t)(next - at));
			at = next;
		}
		n = read_chunk(fd, chunk, at);
		if (n <= 0)
			return n < 0 ? (int)n : -EAGAIN;
		if (is_zeros(chunk, (size_t)n))
			par_contents_hole(sum, (uint64_t)n);
		else
			par_contents_data(sum, chunk, (size_t)n);
		at += n;
	}
	if (at < size)
		par_contents_hole(sum, (uint64_t)(size - at));
	return 0;
}

static int put_contents(const FTSENT *e, struct par_buf *b)
{
	autofd int fd = open(e->fts_accpath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autofree char *chunk = malloc(CHUNK);
	struct par_contents sum;
	char hex[PAR_SHA256_TEXT];
	int r;

	if (fd < 0)
		return -errno;
	if (!chunk)
		return -ENOMEM;
	par_contents_begin(&sum, PAR_CONTENTS_EXTENTS);
	r = sum_up(fd, e->fts_statp->st_size, chunk, &sum);
	if (r < 0)
		return r;
	par_contents_end(&sum, hex);
	return par_buf_puts(b, hex);
}

static int put_target(const FTSENT *e, struct par_buf *b)
{
	char target[4096], hex[PAR_SHA256_TEXT];
	ssize_t n = readlink(e->fts_accpath, target, sizeof(target));
	struct par_sha256 sha;

	if (n < 0)
		return -errno;
	par_sha256_init(&sha);
	par_sha256_put(&sha, target, (size_t)n);
	par_sha256_finish(&sha, hex);
	return par_buf_puts(b, hex);
}

static int put_xattr(struct par_sha256 *sha, const char *path, const char *name, char *value)
{
	ssize_t n = lgetxattr(path, name, value, XATTR_MAX);

	if (n < 0)
		return -errno;
	par_sha256_put(sha, name, strlen(name) + 1);
	par_sha256_put(sha, &n, sizeof(n));
	par_sha256_put(sha, value, (size_t)n);
	return 0;
}

/* "-": it has none.  In the order of their names, whatever the file system's is. */
static int put_xattrs(const FTSENT *e, struct par_buf *b)
{
	char names[4096], hex[PAR_SHA256_TEXT];
	ssize_t len = llistxattr(e->fts_accpath, names, sizeof(names));
	autofree char *value = NULL;
	auto_strv list = { 0 };
	struct par_sha256 sha;

	if (len == 0 || (len < 0 && errno == EOPNOTSUPP))
		return par_buf_putc(b, '-');
	value = malloc(XATTR_MAX);
	if (len < 0 || !value)
		return len < 0 ? -errno : -ENOMEM;
	for (char *p = names; p < names + len; p += strlen(p) + 1) {
		if (par_strv_add(&list, p) < 0)
			return -ENOMEM;
	}
	par_strv_sort(&list);
	par_sha256_init(&sha);
	for (size_t i = 0; i < list.n; i++) {
		int r = put_xattr(&sha, e->fts_accpath, list.v[i], value);

		if (r < 0)
			return r;
	}
	par_sha256_finish(&sha, hex);
	return par_buf_put(b, hex, 32);
}

static char kind_of(const struct stat *st)
{
	return S_ISREG(st->st_mode)   ? 'f'
	       : S_ISDIR(st->st_mode) ? 'd'
	       : S_ISLNK(st->st_mode) ? 'l'
				      : 'p';
}

/* The line of a file, without its end. */
static int put_file(const FTSENT *e, const char *name, struct par_buf *b)
{
	const struct stat *st = e->fts_statp;
	const char kind = kind_of(st);
	int r;

	par_buf_printf(b, "%c %o %u %u %jd %jd.%ld ", kind, (unsigned int)(st->st_mode & 07777),
		       (unsigned int)st->st_uid, (unsigned int)st->st_gid,
		       kind == 'd' ? (intmax_t)0 : (intmax_t)st->st_size, (intmax_t)st->st_mtime,
		       st->st_mtim.tv_nsec);
	r = put_xattrs(e, b);
	if (r < 0)
		return r;
	par_buf_putc(b, ' ');
	r = kind == 'f'	  ? put_contents(e, b)
	    : kind == 'l' ? put_target(e, b)
			  : par_buf_putc(b, '-');
	if (r < 0)
		return r;
	par_buf_putc(b, ' ');
	put_name(b, name);
	return b->failed ? -ENOMEM : 0;
}

typedef int take_file(void *user, const FTSENT *e, const char *name);

/* @each: with the name below root/, "." of itself; in no certain order. */
static int walk_root(int folder, take_file *each, void *user)
{
	char top[64];
	char *const paths[] = { top, NULL };
	FTSENT *e;
	FTS *fts;
	int r = 0, failed;

	/* Its own working directory is what fts uses for deep trees. */
	snprintf(top, sizeof(top), "/proc/self/fd/%d/root", folder);
	fts = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
	if (!fts)
		return -errno;
	while (r == 0 && (errno = 0, e = fts_read(fts))) {
		const char *name = e->fts_path + strlen(top);

		if (e->fts_info == FTS_DP)
			continue;
		if (e->fts_info == FTS_ERR || e->fts_info == FTS_DNR || e->fts_info == FTS_NS)
			r = -(e->fts_errno ? e->fts_errno : EIO);
		else
			r = each(user, e, *name ? name + 1 : ".");
	}
	failed = r < 0 ? -r : errno;
	fts_close(fts);
	return -failed;
}

static int write_file_line(void *user, const FTSENT *e, const char *name)
{
	FILE *f = user;
	auto_buf line = { 0 };
	int r = put_file(e, name, &line);

	if (r < 0)
		return r;
	return fputs(line.data, f) < 0 || fputc('\n', f) < 0 ? -errno : 0;
}

static int write_list(int folder)
{
	int fd = openat(folder, WPAR_MANIFEST, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
	autofile FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	int r;

	if (!f)
		return -errno;
	r = walk_root(folder, write_file_line, f);
	if (r < 0)
		return r;
	return fflush(f) != 0 || fsync(fileno(f)) < 0 ? -errno : 0;
}

int wpar_manifest_write(int folder, struct par_error **err)
{
	int r = write_list(folder);

	return r < 0 ? par_fail(err, r == -ENOSPC || r == -EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
				-r, "could not write the list of the image's files")
		     : 0;
}

/* The list in memory: its lines by name. */
struct list {
	char *text;
	struct line {
		char *facts, *name;
		bool seen;
	} * v;
	size_t n;
	struct wpar_manifest_report *report;
};

static void list_done(struct list *l)
{
	free(l->text);
	free(l->v);
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int cut_lines(struct list *l)
{
	char *save = NULL;
	size_t n = 0, cap = 0;

	for (char *t = strtok_r(l->text, "\n", &save); t; t = strtok_r(NULL, "\n", &save)) {
		char *name = strrchr(t, ' ');

		if (!name)
			return -EBADMSG;
		if (n == cap) {
			struct line *v = reallocarray(l->v, cap ? cap * 2 : 1024, sizeof(*v));

			if (!v)
				return -ENOMEM;
			l->v = v;
			cap = cap ? cap * 2 : 1024;
		}
		*name = '\0';
		l->v[n++] = (struct line){ .facts = t, .name = name + 1 };
		l->n = n;
	}
	if (l->n == 0)
		return -EBADMSG;
	qsort(l->v, l->n, sizeof(*l->v), compare_lines);
	return 0;
}

static int read_list(int folder, struct list *l)
{
	autofd int fd = openat(folder, WPAR_MANIFEST, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	auto_buf text = { 0 };
	int r;

	if (fd < 0)
		return -errno;
	r = par_fs_read_fd(fd, LIST_MAX, &text);
	if (r < 0)
		return r;
	l->text = par_buf_steal(&text);
	return l->text ? cut_lines(l) : -ENOMEM;
}

static void say_differs(struct list *l, const char *name, const char *how)
{
	l->report->differ++;
	if (l->report->differs)
		l->report->differs(l->report->user, name, how);
}

/* Which of the facts is another one: the words of both lines, in turn. */
static const char *what_differs(char *was, char *is)
{
	static const char *const words[] = {
		"it is of another kind", "its mode differs",	"its owner differs",
		"its group differs",	 "its size differs",	"its time differs",
		"its attributes differ", "its contents differ",
	};
	char *save_was = NULL, *save_is = NULL;
	const char *a = strtok_r(was, " ", &save_was), *b = strtok_r(is, " ", &save_is);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(words); i++) {
		if (!par_streq(a, b))
			return words[i];
		a = strtok_r(NULL, " ", &save_was);
		b = strtok_r(NULL, " ", &save_is);
	}
	return "it differs";
}

static int compare_file(void *user, const FTSENT *e, const char *name)
{
	struct list *l = user;
	auto_buf line = { 0 };
	struct line key = { 0 }, *found;
	int r = put_file(e, name, &line);

	if (r < 0)
		return r;
	l->report->files++;
	key.name = strrchr(line.data, ' ') + 1;
	key.name[-1] = '\0';
	found = bsearch(&key, l->v, l->n, sizeof(key), compare_lines);
	if (!found) {
		say_differs(l, key.name, "it was not in the image");
		return 0;
	}
	found->seen = true;
	if (strcmp(found->facts, line.data) != 0)
		say_differs(l, key.name, what_differs(found->facts, line.data));
	return 0;
}

int wpar_manifest_verify(int folder, struct wpar_manifest_report *report, struct par_error **err)
{
	par_cleanup(list_done) struct list l = { .report = report };
	int r = read_list(folder, &l);

	if (r == -ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "it has no list of its files");
	if (r < 0)
		return par_fail(err, r == -EBADMSG ? PAR_E_CORRUPT : PAR_E_SYSTEM, -r,
				"its list of files cannot be read");
	report->files = report->differ = 0;
	r = walk_root(folder, compare_file, &l);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "its files cannot be read");
	for (size_t i = 0; i < l.n; i++) {
		if (!l.v[i].seen)
			say_differs(&l, l.v[i].name, "it is missing");
	}
	return 0;
}
