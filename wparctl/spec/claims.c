/* SPDX-License-Identifier: Apache-2.0 */
/* What all WPARs have that no other may have, and the index that saves reading: see claims.h. */
#include "wparctl/spec/claims.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <string.h>
#include <time.h>

#define INDEX	  WPAR_RUN_DIR "/.claims"
#define INDEX_MAX (64 << 20)
#define NS_OF_S	  1000000000LL

/* So many files are read as quickly as an index is written. */
#define FEW 32

/*
 * The kernel's clock of files goes in steps, of 10 ms at most: a file that changed just before it
 * was read may change again, and have the same time.
 */
#define SETTLED_NS (100 * 1000 * 1000LL)

/* The claims of the index, to be found by type and name. */
struct known {
	struct wpar_claim *v;
	size_t n;
	uint32_t *slots; /* 1 and the place in @v; 0: free */
	size_t n_slots;	 /* a power of two, larger than n */
};

struct load {
	struct known known;
	struct wpar_claims *ret;
	size_t capacity; /* of ret->v */
	int64_t now_ns;
};

static void known_done(struct known *k)
{
	free(k->v);
	free(k->slots);
}

void wpar_claims_done(struct wpar_claims *c)
{
	for (size_t i = 0; i < c->n_records; i++)
		free(c->records[i]);
	free(c->records);
	free(c->v);
	free(c->index);
	par_error_free(&c->unreadable);
	free(c->unreadable_name);
	*c = (struct wpar_claims){ 0 };
}

static size_t hash_of(enum wpar_type type, const char *name, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)type;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

static int known_order(struct known *k)
{
	for (k->n_slots = 64; k->n_slots < 2 * k->n;)
		k->n_slots *= 2;
	k->slots = calloc(k->n_slots, sizeof(*k->slots));
	if (!k->slots)
		return -ENOMEM;
	for (size_t i = 0; i < k->n; i++) {
		size_t at = hash_of(k->v[i].type, k->v[i].name, strlen(k->v[i].name));

		while (k->slots[at & (k->n_slots - 1)])
			at++;
		k->slots[at & (k->n_slots - 1)] = (uint32_t)i + 1;
	}
	return 0;
}

static const struct wpar_claim *known_find(const struct known *k, enum wpar_type type,
					   const char *name, size_t len)
{
	size_t at = hash_of(type, name, len);
	uint32_t slot;

	if (k->n == 0)
		return NULL;
	for (; (slot = k->slots[at & (k->n_slots - 1)]); at++) {
		const struct wpar_claim *c = &k->v[slot - 1];

		if (c->type == type && strncmp(c->name, name, len) == 0 && c->name[len] == '\0')
			return c;
	}
	return NULL;
}

/* The bytes of the index, when it is one that only root can have written. */
static char *read_index(size_t *ret_len)
{
	autofree char *path = wpar_path(INDEX);
	autofd int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	autofree char *data = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022) || st.st_size <= 0 ||
	    st.st_size > INDEX_MAX)
		return NULL;
	data = malloc((size_t)st.st_size);
	if (!data || read(fd, data, (size_t)st.st_size) != st.st_size)
		return NULL;
	*ret_len = (size_t)st.st_size;
	return take_ptr(data);
}

/* An index that cannot be used is as none: then all is read. */
static int load_index(struct load *l)
{
	size_t len = 0;
	int r;

	l->ret->index = read_index(&len);
	if (!l->ret->index)
		return 0;
	r = wpar_claims_parse(l->ret->index, len, &l->known.v, &l->known.n);
	if (r == -EINVAL)
		return 0;
	return r < 0 ? r : known_order(&l->known);
}

static struct wpar_claim *claim_add(struct load *l)
{
	struct wpar_claims *c = l->ret;

	if (c->n == l->capacity) {
		const size_t more = l->capacity ? 2 * l->capacity : l->known.n + FEW;
		struct wpar_claim *v = reallocarray(c->v, more, sizeof(*v));

		if (!v)
			return NULL;
		c->v = v;
		l->capacity = more;
	}
	return &c->v[c->n++];
}

/* Only a plain file of the folder's own file system is known again. */
static void stamp_of(const struct stat *st, dev_t device, struct wpar_claim_stamp *ret)
{
	*ret = (struct wpar_claim_stamp){ 0 };
	if (!S_ISREG(st->st_mode) || st->st_dev != device)
		return;
	ret->inode = st->st_ino;
	ret->size = (uint64_t)st->st_size;
	ret->changed_ns = st->st_ctim.tv_sec * NS_OF_S + st->st_ctim.tv_nsec;
}

/* A record of its own for a specification that was read. */
static int add_read(struct load *l, const struct wpar_spec *s, const struct wpar_claim_stamp *stamp)
{
	struct wpar_claims *c = l->ret;
	auto_buf record = { 0 };
	struct wpar_claim *claim;
	char **records;
	int r = wpar_claim_encode(s, stamp, &record);
	const size_t len = record.len;

	if (r < 0)
		return r;
	claim = claim_add(l);
	records = reallocarray(c->records, c->n_records + 1, sizeof(*records));
	if (records)
		c->records = records;
	if (!claim || !records)
		return -ENOMEM;
	records[c->n_records] = par_buf_steal(&record);
	return wpar_claim_decode(records[c->n_records++], len, claim);
}

static int note_unreadable(struct wpar_claims *c, const char *name, struct par_error **why)
{
	if (c->unreadable && strcmp(c->unreadable_name, name) <= 0)
		return 0;
	free(c->unreadable_name);
	c->unreadable_name = strdup(name);
	if (!c->unreadable_name)
		return -ENOMEM;
	par_error_free(&c->unreadable);
	par_error_move(&c->unreadable, why);
	return 0;
}

/* @stamp was taken before: a change of the file since then makes it another one. */
static int read_one(struct load *l, enum wpar_type type, const char *name,
		    struct wpar_claim_stamp *stamp)
{
	auto_error why = NULL;
	auto_spec s = { 0 };

	if (wpar_name_check(name, NULL) < 0)
		return 0;
	if (wpar_spec_load(name, &s, &why) < 0)
		return why && why->id == PAR_E_NOT_FOUND ? 0 : note_unreadable(l->ret, name, &why);
	if (s.type != type || stamp->changed_ns > l->now_ns - SETTLED_NS)
		stamp->inode = 0;
	return add_read(l, &s, stamp);
}

static int load_one(struct load *l, enum wpar_type type, int dir, dev_t device, const char *file)
{
	const size_t len = strlen(file);
	const struct wpar_claim *known;
	struct wpar_claim_stamp stamp = { 0 };
	autofree char *name = NULL;
	struct stat st;

	if (len <= 3 || strcmp(file + len - 3, ".cf") != 0)
		return 0;
	if (fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
		stamp_of(&st, device, &stamp);
	known = known_find(&l->known, type, file, len - 3);
	if (known && wpar_claim_stamp_equal(&known->stamp, &stamp)) {
		struct wpar_claim *c = claim_add(l);

		if (!c)
			return -ENOMEM;
		*c = *known;
		return 0;
	}
	name = strndup(file, len - 3);
	return name ? read_one(l, type, name, &stamp) : -ENOMEM;
}

static int load_folder(struct load *l, enum wpar_type type, struct par_error **err)
{
	autofree char *folder = wpar_path("%s", wpar_spec_folder(type));
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *e;
	struct stat st;
	int r = 0;

	if (!dir && folder && errno == ENOENT)
		return 0;
	if (!dir)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not read '%s'",
				wpar_spec_folder(type));
	if (fstat(dirfd(dir), &st) < 0)
		r = -errno;
	while (r == 0 && (e = readdir(dir)))
		r = load_one(l, type, dirfd(dir), st.st_dev, e->d_name);
	closedir(dir);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "could not read '%s'", wpar_spec_folder(type))
		     : 0;
}

/* No error when it cannot be written: the next command reads more files then. */
static void save_index(const struct wpar_claims *c)
{
	autofree char *path = wpar_path(INDEX);
	auto_buf text = { 0 };

	if (!path || wpar_claims_write(c->v, c->n, &text) < 0)
		return;
	par_fs_replace_clear(AT_FDCWD, path);
	if (par_fs_replace_volatile(AT_FDCWD, path, text.data, text.len, 0644) < 0)
		unlink(path);
}

static int load_all(unsigned int flags, struct load *l, struct par_error **err)
{
	struct timespec now;
	int r = flags & WPAR_CLAIMS_ANEW ? 0 : load_index(l);

	if (r < 0)
		return par_oom(err);
	clock_gettime(CLOCK_REALTIME, &now);
	l->now_ns = now.tv_sec * NS_OF_S + now.tv_nsec;
	r = load_folder(l, WPAR_SYSTEM, err);
	if (r < 0)
		return r;
	r = load_folder(l, WPAR_APPLICATION, err);
	if (r < 0)
		return r;
	if ((flags & WPAR_CLAIMS_SAVE) && ((flags & WPAR_CLAIMS_ANEW) || l->ret->n_records > FEW))
		save_index(l->ret);
	return 0;
}

int wpar_claims_load(unsigned int flags, struct wpar_claims *ret, struct par_error **err)
{
	struct load l = { .ret = ret };
	int r;

	wpar_claims_done(ret);
	r = load_all(flags, &l, err);
	known_done(&l.known);
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct wpar_claim *)a)->name, ((const struct wpar_claim *)b)->name);
}

void wpar_claims_sort(struct wpar_claims *c)
{
	if (c->n > 1)
		qsort(c->v, c->n, sizeof(*c->v), by_name);
}

const struct wpar_claim *wpar_claims_find(const struct wpar_claims *c, const char *name)
{
	const struct wpar_claim key = { .name = name };

	return c->n > 0 ? bsearch(&key, c->v, c->n, sizeof(*c->v), by_name) : NULL;
}
