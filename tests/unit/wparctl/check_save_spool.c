/* SPDX-License-Identifier: Apache-2.0 */
/* check_save_spool.c - what is copied first and written later is what is written at once */
#include "harness.h"
#include "lpard/common/fs.h"
#include "wparctl/archive/helper/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DESCRIPTORS 10 /* more than those of save.h, which are none of the harness's */

static struct save s;
static struct par_buf archive;
static char tree[40];

static int put(void *user, const void *data, size_t len)
{
	(void)user;
	if (s.spool)
		return save_spool_bytes(s.spool, data, len);
	par_buf_put(&archive, data, len);
	return archive.failed ? -ENOMEM : 0;
}

static void work_file(int number)
{
	int fd = memfd_create("work", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, number), number);
	close(fd);
}

static void write_at(const char *name, const void *data, size_t len, off_t at, off_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, data, len, at), (ssize_t)len);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	close(fd);
}

/* One of each kind; contents of no byte, of a few, of more than is copied at once, with holes. */
static void make_tree(void)
{
	const size_t len = 3000001;
	char *much = malloc(len);

	ck_assert_ptr_nonnull(much);
	for (size_t i = 0; i < len; i++)
		much[i] = (char)(i * i >> 7);
	strcpy(tree, "/tmp/check-save-spool-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(tree));
	ck_assert_int_eq(chdir(tree), 0);
	write_at("empty", "", 0, 0, 0);
	write_at("few", "few", 3, 0, 3);
	write_at("many", much, len, 0, (off_t)len);
	write_at("hole", much, 100000, 1 << 20, 5 << 20);
	write_at("nothing", "", 0, 0, 1 << 20);
	ck_assert_int_eq(mkdir("folder", 0750), 0);
	write_at("folder/x", much, 70000, 0, 70000);
	ck_assert_int_eq(link("folder/x", "folder/y"), 0);
	ck_assert_int_eq(symlink("many", "link"), 0);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	free(much);
}

static void begin(void)
{
	memset(&s, 0, sizeof(s));
	par_buf_clear(&archive);
	for (int i = SAVE_SPOOL; i <= SAVE_SUMS; i++)
		work_file(i);
	s.walk.trees[0] =
		(struct save_tree){ .name = strdup("."),
				    .fd = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	s.walk.n_trees = 1;
	ck_assert_int_ge(s.walk.trees[0].fd, 0);
	s.tar = (struct save_tar){ .put = put };
	ck_assert_int_eq(save_sums_begin(&s.sums), 0);
}

/* The text of checksums, and the archive without it. */
static char *end(void)
{
	uint64_t size = 0;
	struct par_buf text = { 0 };

	ck_assert_int_eq(save_sums_end(&s.sums, 0, &size), 0);
	ck_assert_int_eq(save_tar_end(&s.tar), 0);
	ck_assert_int_eq(lseek(SAVE_SUMS, 0, SEEK_SET), 0);
	ck_assert_int_eq(par_fs_read_fd(SAVE_SUMS, 1 << 20, &text), 0);
	ck_assert_uint_eq(text.len, size);
	close(s.walk.trees[0].fd);
	free(s.walk.trees[0].name);
	fclose(s.sums.file);
	par_buf_done(&s.sums.line);
	for (int i = 0; i < 2; i++) {
		if (s.names[i].file)
			fclose(s.names[i].file);
	}
	return text.data;
}

static void drain(void)
{
	struct save_spool *spool = s.spool;

	s.spool = NULL;
	ck_assert_int_eq(save_spool_drain(&s, spool), 0);
	save_spool_free(spool);
}

START_TEST(the_same)
{
	struct par_buf direct = { 0 };
	char *text, *spooled;

	make_tree();
	begin();
	ck_assert_int_eq(save_pass(&s), 0);
	text = end();
	par_buf_put(&direct, archive.data, archive.len);

	begin();
	s.spool = save_spool_new(SAVE_SPOOL);
	ck_assert_int_eq(save_pass(&s), 0);
	/* Nothing of it was digested or written, but it counts. */
	ck_assert_uint_eq(archive.len, 0);
	ck_assert_uint_eq(s.sums.bytes, 3 + 3000001 + (5 << 20) + (1 << 20) + 70000);
	fflush(s.sums.file);
	ck_assert_int_eq(lseek(SAVE_SUMS, 0, SEEK_END), (off_t)strlen("savewpar-checksums 2\n"));
	drain();
	spooled = end();
	ck_assert_str_eq(spooled, text);
	ck_assert_uint_eq(archive.len, direct.len);
	ck_assert(memcmp(archive.data, direct.data, direct.len) == 0);
	ck_assert_int_eq(lseek(SAVE_SPOOL, 0, SEEK_END), 0);
	free(spooled);
	free(text);
	par_buf_done(&direct);
	par_buf_done(&archive);
}
END_TEST

/* What is changed when it was copied is as it was. */
START_TEST(copied)
{
	struct par_buf direct = { 0 };
	char *text, *spooled;

	make_tree();
	begin();
	ck_assert_int_eq(save_pass(&s), 0);
	text = end();
	par_buf_put(&direct, archive.data, archive.len);

	begin();
	s.spool = save_spool_new(SAVE_SPOOL);
	ck_assert_int_eq(save_pass(&s), 0);
	write_at("many", "changed", 7, 100, 200);
	ck_assert_int_eq(unlink("few"), 0);
	drain();
	spooled = end();
	ck_assert_str_eq(spooled, text);
	ck_assert_uint_eq(archive.len, direct.len);
	ck_assert(memcmp(archive.data, direct.data, direct.len) == 0);
	free(spooled);
	free(text);
	par_buf_done(&direct);
	par_buf_done(&archive);
}
END_TEST

/* A file that is shorter than its header says, by who is not held up: zeros, as at once. */
START_TEST(shorter)
{
	struct save_extent one = { 0, 300000 };
	const struct save_extents x = { .v = &one, .n = 1 };
	struct save_contents c = { .name = "./short", .size = 300000, .extents = &x };
	char *text, *spooled;

	make_tree();
	write_at("short", "0123456789", 10, 20000, 20010);
	begin();
	c.fd = open("short", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(save_contents_put(&s, &c), 0);
	text = end();

	begin();
	s.spool = save_spool_new(SAVE_SPOOL);
	ck_assert_int_eq(save_spool_file(s.spool, &c), 0);
	drain();
	spooled = end();
	ck_assert_str_eq(spooled, text);
	ck_assert_ptr_nonnull(strstr(text, " 300000 ./short\n"));
	close(c.fd);
	free(spooled);
	free(text);
	par_buf_done(&archive);
}
END_TEST

/* A disk that is full is told, and what follows is not taken for whole. */
START_TEST(full)
{
	struct save_spool *p;
	struct save_extent one = { 0, 300000 };
	const struct save_extents x = { .v = &one, .n = 1 };
	struct save_contents c = { .name = "./zero", .size = 300000, .extents = &x };
	char bytes[100000] = { 0 };
	int fd = open("/dev/full", O_RDWR | O_CLOEXEC);

	p = save_spool_new(fd);
	ck_assert_int_eq(save_spool_bytes(p, bytes, 100), 0);
	ck_assert_int_eq(save_spool_bytes(p, bytes, sizeof(bytes)), -ENOSPC);
	ck_assert_int_eq(save_spool_bytes(p, bytes, 1), -ENOSPC);
	ck_assert_int_eq(save_spool_say(p, "left", "./x", "why"), -ENOSPC);
	c.fd = fd;
	ck_assert_int_eq(save_spool_file(p, &c), -ENOSPC);
	memset(&s, 0, sizeof(s));
	ck_assert_int_eq(save_spool_drain(&s, p), -ENOSPC);
	ck_assert_str_eq(s.why, "what has changed cannot be kept on the disk: No space left on "
				"device");
	save_spool_free(p);
	close(fd);
}
END_TEST

static void remove_tree(void)
{
	static const char *const names[] = { "empty", "few",	  "many",     "hole", "nothing",
					     "link",  "folder/x", "folder/y", "pipe", "short" };

	if (chdir(tree) < 0)
		return;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++)
		unlink(names[i]);
	rmdir("folder");
	rmdir(tree);
}

static Suite *spool_suite(void)
{
	Suite *suite = suite_create("save_spool");
	TCase *t = tcase_create("save_spool");

	while (open("/dev/null", O_RDONLY | O_CLOEXEC) < DESCRIPTORS)
		;
	tcase_add_checked_fixture(t, NULL, remove_tree);
	tcase_add_test(t, the_same);
	tcase_add_test(t, copied);
	tcase_add_test(t, shorter);
	tcase_add_test(t, full);
	suite_add_tcase(suite, t);
	return suite;
}

PAR_TEST_MAIN(spool_suite)
