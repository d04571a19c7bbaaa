/* SPDX-License-Identifier: Apache-2.0 */
/* The media disk of the configuration: see media.h. */
#include "lpard/daemon/systems/media.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

/* The digest last read, and of what: a definition of 1,000 LPARs reads the file once. */
static struct {
	pthread_mutex_t lock;
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
	char sha256[65];
} last = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool is_last(const struct stat *st)
{
	return last.sha256[0] && last.dev == st->st_dev && last.ino == st->st_ino &&
	       last.size == st->st_size && last.mtime.tv_sec == st->st_mtim.tv_sec &&
	       last.mtime.tv_nsec == st->st_mtim.tv_nsec;
}

static int know(const struct stat *st, const char *path, struct fw_image *image,
		struct par_error **err)
{
	struct fw_image_file *f = &image->files[FW_IMAGE_MEDIA];

	memcpy(f->sha256, last.sha256, sizeof(f->sha256));
	f->size = (uint64_t)st->st_size;
	f->name = strdup(path);
	return f->name ? 0 : par_oom(err);
}

int lpar_media_add(const char *path, struct fw_image *image, struct par_error **err)
{
	struct stat st;
	int r;

	if (image->files[FW_IMAGE_MEDIA].name)
		return 0;
	if (stat(path, &st) < 0)
		return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, errno,
				"could not open the media disk \"%s\"%s", path,
				errno == ENOENT ? ": it is not there" : "");
	pthread_mutex_lock(&last.lock);
	if (is_last(&st)) {
		r = know(&st, path, image, err);
	} else {
		r = fw_image_set_media(image, path, err);
		if (r == 0) {
			/* A file that changed while it was read has another time next time. */
			memcpy(last.sha256, image->files[FW_IMAGE_MEDIA].sha256,
			       sizeof(last.sha256));
			last.dev = st.st_dev;
			last.ino = st.st_ino;
			last.size = st.st_size;
			last.mtime = st.st_mtim;
		}
	}
	pthread_mutex_unlock(&last.lock);
	return r;
}
