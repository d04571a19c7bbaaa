/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers: see oci.h.  Which there are says oci_plan.c.  A layer's file is read as a whole and its
 * digest compared, each time; what must not be there any more is taken away before a layer's own
 * members come.
 */
#include "wparctl/archive/helper/oci.h"

#include "wparctl/archive/helper/oci_plan.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MEMBERS_MAX 100000 /* of a layout: a few for each layer */
#define WHITEOUT    ".wh."
#define OPAQUE	    ".wh..wh..opq"

/* A file of a layout in an archive. */
struct place {
	char *name;
	char *link; /* it is a symbolic link to that one */
	uint64_t offset, number;
};

struct layout {
	struct extract *a;
	const struct walk *w;
	struct place *places;
	size_t n, cap;
	bool plain; /* an archive that is not compressed: offsets can be gone to */
};

/* A file of a layout, being read. */
struct blob {
	struct archive *outer; /* at the member; NULL: */
	int fd;
	struct par_sha256 digest;
	uint64_t size;
	int failed;
	uint8_t data[65536];
};

bool oci_is_layout(const char *name)
{
	static const char *const names[] = { "oci-layout", "index.json", "manifest.json",
					     "repositories", "blobs" };
	const size_t hex = strspn(name, "0123456789abcdef");

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return strncmp(name, "blobs/sha256", 12) == 0 ||
	       (hex == 64 && (!name[64] || name[64] == '/' || strcmp(name + 64, ".json") == 0 ||
			      strcmp(name + 64, ".tar") == 0));
}

/* "../ID/layer.tar" of "OTHER/layer.tar", as older programs save a layer that is there twice */
static char *link_of(struct archive_entry *e)
{
	const char *target = archive_entry_symlink(e);

	if (archive_entry_filetype(e) != AE_IFLNK || !target)
		return NULL;
	return strdup(strncmp(target, "../", 3) == 0 ? target + 3 : target);
}

static int note_place(struct layout *l, struct archive *ar, struct archive_entry *e)
{
	char name[MAX_NAME + 1];
	struct place *v;
	int r = wpar_tree_normalise(l->a, archive_entry_pathname(e), name);

	if (r < 0)
		return r;
	if (l->n == MEMBERS_MAX)
		return wpar_extract_fail(l->a, E2BIG, "it has too many members");
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		v = reallocarray(l->places, l->cap, sizeof(*v));
		if (!v)
			return wpar_extract_fail(l->a, ENOMEM, "out of memory");
		l->places = v;
	}
	v = &l->places[l->n];
	*v = (struct place){ .name = strdup(name),
			     .link = link_of(e),
			     .offset = (uint64_t)archive_read_header_position(ar),
			     .number = l->n };
	if (!v->name)
		return wpar_extract_fail(l->a, ENOMEM, "out of memory");
	l->n++;
	return 0;
}

static int note_places(struct layout *l, struct archive *ar, struct archive_entry *e)
{
	int r = note_place(l, ar, e);

	while (r == 0) {
		r = archive_read_next_header(ar, &e);
		if (r == ARCHIVE_EOF)
			break;
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return wpar_extract_fail_archive(l->a, ar);
		r = note_place(l, ar, e);
	}
	if (r < 0)
		return r;
	l->plain = !wpar_input_is_packed(l->a) && archive_filter_code(ar, 0) == ARCHIVE_FILTER_NONE;
	return wpar_extract_drain(l->a);
}

/* The last one of that name counts, as in any archive. */
static const struct place *find_place(const struct layout *l, const char *name)
{
	for (int links = 0; links < 4; links++) {
		const struct place *found = NULL;

		for (size_t i = 0; i < l->n; i++) {
			if (strcmp(l->places[i].name, name) == 0)
				found = &l->places[i];
		}
		if (!found || !found->link)
			return found;
		name = found->link;
	}
	return NULL;
}

static void blob_close(struct blob *b)
{
	if (b->outer)
		archive_read_free(b->outer);
	if (b->fd >= 0)
		close(b->fd);
	free(b);
}

/* In an archive: 1, it was found */
static int open_place(struct layout *l, struct blob *b, const char *name)
{
	const struct place *place = find_place(l, name);
	struct archive_entry *e;
	uint64_t at;
	int r;

	if (!place)
		return 0;
	r = wpar_extract_rewind(l->a, l->plain ? place->offset : 0);
	if (r < 0)
		return r;
	b->outer = wpar_extract_open();
	if (!b->outer)
		return wpar_extract_fail(l->a, ENOMEM, "out of memory");
	if (archive_read_open(b->outer, l->a, NULL, wpar_extract_read, NULL) != ARCHIVE_OK)
		return wpar_extract_fail_archive(l->a, b->outer);
	for (at = l->plain ? place->number : 0;; at++) {
		r = archive_read_next_header(b->outer, &e);
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return wpar_extract_fail_archive(l->a, b->outer);
		if (at == place->number)
			break;
	}
	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e))
		return wpar_extract_fail(l->a, EBADMSG, "a file of its layout is no file");
	return 1;
}

/* In a directory, whose links lead nowhere. */
static int open_file(struct layout *l, struct blob *b, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	struct stat st;

	b->fd = (int)syscall(SYS_openat2, l->a->layout, name, &how, sizeof(how));
	if (b->fd < 0 && errno == ENOENT)
		return 0;
	if (b->fd < 0 || fstat(b->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return wpar_extract_fail(l->a, EBADMSG, "a file of its layout is no file");
	return 1;
}

/* NULL: an error, with a sentence, or @ret_absent */
static struct blob *blob_open(struct layout *l, const char *name, bool *ret_absent)
{
	struct blob *b = malloc(sizeof(*b));
	int r;

	*ret_absent = false;
	if (!b) {
		wpar_extract_fail(l->a, ENOMEM, "out of memory");
		return NULL;
	}
	b->outer = NULL;
	b->fd = -1;
	b->size = 0;
	b->failed = 0;
	par_sha256_init(&b->digest);
	r = l->a->is_layout ? open_file(l, b, name) : open_place(l, b, name);
	if (r > 0)
		return b;
	*ret_absent = r == 0;
	blob_close(b);
	return NULL;
}

/* The next bytes, into b->data; 0: the end, negative: an error with a sentence */
static ssize_t blob_read(struct layout *l, struct blob *b)
{
	ssize_t n;

	if (b->outer) {
		n = archive_read_data(b->outer, b->data, sizeof(b->data));
		if (n < 0)
			return wpar_extract_fail_archive(l->a, b->outer);
	} else {
		do {
			n = read(b->fd, b->data, sizeof(b->data));
		} while (n < 0 && errno == EINTR);
		if (n < 0)
			return wpar_extract_fail(l->a, errno, "could not read it: %s",
						 strerror(errno));
	}
	par_sha256_put(&b->digest, b->data, (size_t)n);
	b->size += (uint64_t)n;
	return n;
}

static int get_text(void *user, const char *name, size_t max, struct par_buf *ret,
		    struct par_error **err)
{
	struct layout *l = user;
	bool absent;
	struct blob *b = blob_open(l, name, &absent);
	ssize_t n = 0;

	if (!b)
		return absent ? par_fail(err, PAR_E_NOT_FOUND, 0, "it has no '%s'", name)
			      : par_fail(err, PAR_E_CORRUPT, 0, "%s", l->a->why);
	while ((n = blob_read(l, b)) > 0 && ret->len + (size_t)n <= max && !ret->failed)
		par_buf_put(ret, b->data, (size_t)n);
	blob_close(b);
	if (n < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "%s", l->a->why);
	if (n > 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "its '%s' is too large", name);
	return ret->failed ? par_oom(err) : 0;
}

/* A layer's file as libarchive reads it. */
struct layer_input {
	struct layout *l;
	struct blob *b;
};

static la_ssize_t read_layer(struct archive *ar, void *user, const void **buffer)
{
	const struct layer_input *in = user;
	const ssize_t n = blob_read(in->l, in->b);

	if (n < 0)
		archive_set_error(ar, EBADMSG, "%s", in->l->a->why);
	*buffer = in->b->data;
	return n;
}

static struct archive *open_layer(struct layer_input *in)
{
	struct archive *ar = archive_read_new();

	if (!ar)
		return NULL;
	archive_read_support_format_tar(ar);
	archive_read_support_format_empty(ar);
	archive_read_support_filter_gzip(ar);
	archive_read_support_filter_zstd(ar);
	archive_read_support_filter_xz(ar);
	archive_read_support_filter_bzip2(ar);
	archive_read_open(ar, in, NULL, read_layer, NULL); /* an error is the next one's */
	return ar;
}

/* What of a layer is wanted. */
enum pass { PASS_GONE, PASS_MEMBERS, PASS_ALL };

static int take_gone(struct layout *l, char *name)
{
	char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;

	if (strcmp(base, OPAQUE) == 0) {
		*(slash ? slash : name) = '\0';
		return l->w->gone(l->w->user, name, true);
	}
	if (strncmp(base, ".wh..wh.", 8) == 0)
		return 0; /* notes of a file system that makes layers */
	memmove(base, base + strlen(WHITEOUT), strlen(base + strlen(WHITEOUT)) + 1);
	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return wpar_extract_fail(l->a, EPERM, "a layer takes away what has a bad name");
	return l->w->gone(l->w->user, name, false);
}

static bool is_whiteout(const char *name)
{
	const char *slash = strrchr(name, '/');

	return strncmp(slash ? slash + 1 : name, WHITEOUT, strlen(WHITEOUT)) == 0;
}

static int take_layer_member(struct layout *l, enum pass pass, struct archive *ar,
			     struct archive_entry *e)
{
	char name[MAX_NAME + 1];
	int r = wpar_tree_normalise(l->a, archive_entry_pathname(e), name);

	if (r < 0 && !l->w->bad_name)
		return r;
	if (r < 0 || !is_whiteout(name))
		return pass == PASS_GONE ? 0 : wpar_walk_member(l->a, l->w, ar, e);
	return pass == PASS_MEMBERS || !l->w->gone ? 0 : take_gone(l, name);
}

static int walk_tar(struct layout *l, enum pass pass, struct archive *ar)
{
	struct archive_entry *e;
	uint64_t n = 0;
	int r;

	while ((r = archive_read_next_header(ar, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		if (++n > WPAR_ARCHIVE_MEMBERS)
			return wpar_extract_fail(l->a, E2BIG, "it has too many members");
		r = take_layer_member(l, pass, ar, e);
		if (r < 0)
			return r;
	}
	return r == ARCHIVE_EOF ? 0 : wpar_extract_fail_archive(l->a, ar);
}

static int check_layer(struct layout *l, struct blob *b, const struct oci_layer *layer)
{
	char digest[65];
	ssize_t n;

	while ((n = blob_read(l, b)) > 0)
		;
	if (n < 0)
		return (int)n;
	par_sha256_finish(&b->digest, digest);
	if (strcmp(digest, layer->digest) != 0 ||
	    (layer->size != UINT64_MAX && layer->size != b->size))
		return wpar_extract_fail(l->a, EBADMSG,
					 "its layer %d is not what its size and digest say",
					 l->a->layer);
	return 0;
}

static int walk_layer(struct layout *l, const struct oci_layer *layer, enum pass pass)
{
	struct layer_input in = { .l = l };
	struct archive *ar;
	bool absent;
	int r;

	in.b = blob_open(l, layer->name, &absent);
	if (!in.b)
		return absent ? wpar_extract_fail(l->a, EBADMSG, "its layer %d is missing",
						  l->a->layer)
			      : -EBADMSG;
	ar = open_layer(&in);
	r = ar ? walk_tar(l, pass, ar) : wpar_extract_fail(l->a, ENOMEM, "out of memory");
	if (ar)
		archive_read_free(ar);
	if (r >= 0 || r == -EBADMSG) {
		/* That it is another one says more than that it cannot be read. */
		const int other = check_layer(l, in.b, layer);

		r = other < 0 ? other : r;
	}
	blob_close(in.b);
	return r;
}

static int walk_image(struct layout *l)
{
	const struct oci_texts texts = { get_text, l };
	auto_oci_image image = { 0 };
	auto_error err = NULL;
	struct utsname u;

	if (uname(&u) < 0)
		return wpar_extract_fail(l->a, errno, "could not tell the architecture");
	if (oci_plan(&texts, u.machine, &image, &err) < 0)
		return wpar_extract_fail(l->a, EBADMSG, "%s", err ? err->msg : "it is damaged");
	l->a->format = image.format;
	if (l->w->image)
		l->w->image(l->w->user, &image);
	for (size_t i = 0; i < image.n_layers; i++) {
		const struct oci_layer *layer = &image.layers[i];
		int r = 0;

		l->a->layer = (int)i + 1;
		if (i > 0 && !l->w->in_order)
			r = walk_layer(l, layer, PASS_GONE);
		if (r < 0)
			return r;
		r = walk_layer(l, layer, l->w->in_order ? PASS_ALL : PASS_MEMBERS);
		if (r < 0)
			return r;
	}
	return 0;
}

int oci_walk_archive(struct extract *a, const struct walk *w, struct archive *ar,
		     struct archive_entry *e)
{
	struct layout l = { .a = a, .w = w };
	const int noted = note_places(&l, ar, e);
	const int r = noted < 0 ? noted : walk_image(&l);

	for (size_t i = 0; i < l.n; i++) {
		free(l.places[i].name);
		free(l.places[i].link);
	}
	free(l.places);
	return r;
}

int oci_digest_folder(struct extract *a)
{
	struct layout l = { .a = a };
	auto_error err = NULL;
	auto_buf text = { 0 };

	if (get_text(&l, "index.json", OCI_TEXT_MAX, &text, &err) < 0)
		return wpar_extract_fail(a, EBADMSG, "%s", err ? err->msg : "it is damaged");
	par_sha256_put(&a->digest, text.data ? text.data : "", text.len);
	return 0;
}

int oci_walk_folder(struct extract *a, const struct walk *w)
{
	struct layout l = { .a = a, .w = w };
	int r = oci_digest_folder(a);

	return r < 0 ? r : walk_image(&l);
}
