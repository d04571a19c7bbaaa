/* SPDX-License-Identifier: Apache-2.0 */
/* The administrator's own tests, programs in /etc/wpars/move.d: see gather.h. */
#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "lpard/common/process.h"
#include "lpard/common/text.h"
#include "wparctl/move/gather.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define TEST_MS	   10000
#define SAID_MOST  4096
#define TESTS_MOST 128
#define OPTIONAL   ".optional"

/* What it says, until it closes its output or the time is over. */
static void listen_to(int fd, uint64_t end_ms, struct par_buf *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[512];
	ssize_t n;

	while (par_left_ms(end_ms) > 0) {
		if (poll(&p, 1, par_left_ms(end_ms)) <= 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			return;
		if (ret->len + (size_t)n <= SAID_MOST)
			par_buf_put(ret, bytes, (size_t)n);
	}
}

static int wait_for_end(pid_t pid, uint64_t end_ms)
{
	int status = 0;

	if (par_wait_child(pid, (unsigned int)par_left_ms(end_ms), &status) == 0)
		return par_exit_status(status);
	par_kill_session(pid, SIGKILL);
	(void)par_wait_child(pid, TEST_MS, &status);
	return -ETIMEDOUT;
}

/* Returns its status, or -ETIMEDOUT, or why it could not be begun. */
static int run_test(const char *path, bool source, const char *wpar, struct par_buf *said)
{
	char *const argv[] = { (char *)path, (char *)(source ? "source" : "target"), (char *)wpar,
			       NULL };
	const uint64_t end_ms = par_now_ms() + TEST_MS;
	int ends[2] = { -1, -1 }, r;
	pid_t pid = 0;

	r = par_pipe(ends, NULL);
	if (r < 0)
		return r;
	r = par_spawn(
		&(struct par_spawn){
			.path = path, .argv = argv, .cwd = "/", .fds = { -1, ends[1], -1 } },
		&pid, NULL);
	close(ends[1]);
	if (r == 0) {
		listen_to(ends[0], end_ms, said);
		r = wait_for_end(pid, end_ms);
	}
	close(ends[0]);
	return r;
}

static int add(const char *path, const char *name, bool source, const char *wpar,
	       struct par_move_facts *f)
{
	struct par_move_own_test *t = par_json_rows_add(&f->own_tests, sizeof(*t));
	const size_t len = strlen(name), tail = strlen(OPTIONAL);
	auto_buf said = { 0 };
	int r;

	if (!t)
		return -ENOMEM;
	t->optional = len > tail && strcmp(name + len - tail, OPTIONAL) == 0;
	t->name = strndup(name, t->optional ? len - tail : len);
	r = run_test(path, source, wpar, &said);
	t->passed = r == 0;
	if (r == -ETIMEDOUT)
		t->value = strdup("no answer within 10 s");
	else if (said.len > 0)
		t->value = strndup(said.data, strcspn(said.data, "\n"));
	else
		t->value = r < 0 ? par_strdup_printf("%s", strerror(-r))
				 : par_strdup_printf("status %d", r);
	if (!t->name || !t->value)
		return -ENOMEM;
	par_text_clean(t->value, 256, PAR_TEXT_LINE);
	return 0;
}

static int is_candidate(const struct dirent *e)
{
	return e->d_name[0] != '.' && par_printable(e->d_name);
}

/* As run-parts(8) has it: executable, and nobody's but root's to write. */
static bool is_test(const char *path, struct par_error **err)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return false;
	if (st.st_uid == 0 && !(st.st_mode & 022))
		return true;
	par_fail(err, PAR_E_NOT_PERMITTED, 0,
		 "%s could be written to by others than root; it is not run, chown and chmod it",
		 path);
	return false;
}

static int run_all(const char *folder, struct dirent **list, int n, bool source, const char *wpar,
		   struct par_move_facts *f, struct par_error **err)
{
	for (int i = 0; i < n && f->own_tests.n < TESTS_MOST; i++) {
		autofree char *path = par_strdup_printf("%s/%s", folder, list[i]->d_name);
		auto_error why = NULL;

		if (!path)
			return par_oom(err);
		if (!is_test(path, &why)) {
			if (why)
				return par_error_move(err, &why), -EPERM;
			continue;
		}
		if (add(path, list[i]->d_name, source, wpar, f) < 0)
			return par_oom(err);
	}
	return 0;
}

int move_gather_own_tests(bool source, const char *wpar, struct par_move_facts *f,
			  struct par_error **err)
{
	autofree char *folder = wpar_path(WPAR_CONFIG_DIR "/move.d");
	struct dirent **list = NULL;
	int n, r;

	if (!folder)
		return par_oom(err);
	n = scandir(folder, &list, is_candidate, alphasort);
	if (n < 0)
		return errno == ENOENT
			       ? 0
			       : par_fail(err, PAR_E_SYSTEM, errno, "%s cannot be read", folder);
	r = run_all(folder, list, n, source, wpar, f, err);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	return r;
}
