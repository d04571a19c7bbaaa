/* SPDX-License-Identifier: Apache-2.0 */
/* See processes.h.  The files are described in proc(5). */
#include "wparctl/resources/processes.h"

#include "lpard/common/fs.h"
#include "lpard/common/text.h"
#include "wparctl/resources/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#define COMMAND_MAX 4096
#define PASSWD_MAX  (1 << 20)
/* From the kernel's devices.txt */
#define MAJOR_TTY      4
#define MAJOR_HVC      229
#define MAJOR_PTS      136
#define MAJOR_PTS_LAST 143
#define TTY_SERIAL     64 /* minor of ttyS0 */

void wpar_processes_done(struct wpar_processes *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].command);
	free(p->v);
	*p = (struct wpar_processes){ 0 };
}

bool wpar_process_group(const char *text, const char *top, char ret[WPAR_NAME_MAX + 1])
{
	size_t len = strlen(top);
	const char *at = strstr(text, "0::");

	/* The line of version 2: the only one, or one of several. */
	while (at && at != text && at[-1] != '\n')
		at = strstr(at + 1, "0::");
	if (!at)
		return false;
	at += strlen("0::");
	if (strncmp(at, top, len) != 0 || at[len] != '/')
		return false;
	at += len + 1;
	len = strcspn(at, "/\n");
	/* .keepers: processes of ours */
	if (len == 0 || len > WPAR_NAME_MAX || at[0] == '.')
		return false;
	memcpy(ret, at, len);
	ret[len] = '\0';
	return true;
}

static void put_tty(unsigned int device, char ret[16])
{
	unsigned int major_ = major(device), minor_ = minor(device);

	if (major_ >= MAJOR_PTS && major_ <= MAJOR_PTS_LAST)
		snprintf(ret, 16, "pts/%u", minor_ + (major_ - MAJOR_PTS) * 256);
	else if (major_ == MAJOR_HVC)
		snprintf(ret, 16, "hvc%u", minor_);
	else if (major_ == MAJOR_TTY && minor_ >= TTY_SERIAL)
		snprintf(ret, 16, "ttyS%u", minor_ - TTY_SERIAL);
	else if (major_ == MAJOR_TTY)
		snprintf(ret, 16, "tty%u", minor_);
	else
		snprintf(ret, 16, "?");
}

/* PID (NAME) STATE PPID …: a name may have any bytes, ")" and line breaks too. */
bool wpar_process_stat(const char *text, struct wpar_process *ret)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long long user, system, started, virtual;
	long long pages;
	unsigned int device;
	int ppid;

	*ret = (struct wpar_process){ .wpar = WPAR_GLOBAL };
	if (!open || !close || close < open ||
	    sscanf(close,
		   ") %c %d %*d %*d %u %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d "
		   "%llu %llu %lld",
		   &ret->state, &ppid, &device, &user, &system, &started, &virtual, &pages) != 8)
		return false;
	ret->ppid = ppid;
	ret->cpu_ticks = user + system;
	ret->started_ticks = started;
	ret->virtual_memory = virtual;
	ret->memory = (uint64_t)(pages > 0 ? pages : 0) * (uint64_t)sysconf(_SC_PAGESIZE);
	put_tty(device, ret->tty);
	ret->command = par_strdup_printf("[%.*s]", (int)(close - open - 1), open + 1);
	par_text_clean(ret->command, COMMAND_MAX, PAR_TEXT_LINE);
	return true;
}

/* The last number of a line "NSpid:	4711	1". */
void wpar_process_status(const char *text, struct wpar_process *p)
{
	const char *uid = strstr(text, "\nUid:"), *pids = strstr(text, "\nNSpid:");
	const char *end = pids ? strchr(pids + 1, '\n') : NULL;
	unsigned int real, effective;
	int pid;

	p->pid_inside = p->pid;
	if (uid && sscanf(uid, "\nUid: %u %u", &real, &effective) == 2)
		p->uid = effective;
	while (end && end > pids && end[-1] != '\t' && end[-1] != ' ')
		end--;
	if (end && sscanf(end, "%d", &pid) == 1)
		p->pid_inside = pid;
}

bool wpar_process_user(const char *passwd, uid_t uid, char ret[33])
{
	for (const char *line = passwd; line && *line;) {
		const char *end = strchr(line, '\n');
		unsigned int id;
		char name[33];

		if (sscanf(line, "%32[^:\n]:%*[^:\n]:%u:", name, &id) == 2 && id == uid) {
			par_text_clean(name, sizeof(name) - 1, PAR_TEXT_LINE);
			memcpy(ret, name, sizeof(name));
			return true;
		}
		line = end ? end + 1 : NULL;
	}
	return false;
}

/* What else a reading of all processes knows. */
struct reading {
	const char *wpar;
	bool global;
	char *top;	       /* the WPARs' group */
	struct par_buf passwd; /* of the WPAR that was the last one */
	char passwd_of[WPAR_NAME_MAX + 1];
};

static int read_of(int proc, const char *name, size_t max, struct par_buf *ret)
{
	autofd int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	autofree char *data = NULL;
	ssize_t n;

	if (fd < 0)
		return -errno;
	data = malloc(max);
	n = data ? read(fd, data, max) : -1;
	if (n < 0)
		return data ? -errno : -ENOMEM;
	par_buf_clear(ret);
	return par_buf_put(ret, data, (size_t)n);
}

/* The words of the command line, which end in a NUL each; of a thread of the kernel none. */
static void take_command(int proc, struct wpar_process *p)
{
	auto_buf b = { 0 };

	if (read_of(proc, "cmdline", COMMAND_MAX, &b) < 0 || b.len == 0 || !b.data[0])
		return;
	while (b.len && !b.data[b.len - 1])
		b.len--;
	for (size_t i = 0; i < b.len; i++)
		b.data[i] = b.data[i] ? b.data[i] : ' ';
	free(p->command);
	p->command = par_buf_steal(&b);
	par_text_clean(p->command, COMMAND_MAX, PAR_TEXT_LINE);
}

static void take_user(int proc, struct reading *r, struct wpar_process *p)
{
	auto_buf map = { 0 };
	unsigned int inside, outside;

	if (strcmp(p->wpar, WPAR_GLOBAL) != 0 && read_of(proc, "uid_map", 4096, &map) == 0 &&
	    map.data && sscanf(map.data, "%u %u", &inside, &outside) == 2 && p->uid >= outside)
		p->uid = p->uid - outside + inside;
	if (strcmp(r->passwd_of, p->wpar) != 0) {
		autofd int root = openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

		par_buf_clear(&r->passwd);
		if (root >= 0 && par_fs_read_in(root, "/etc/passwd", PASSWD_MAX, &r->passwd) < 0)
			par_buf_clear(&r->passwd);
		snprintf(r->passwd_of, sizeof(r->passwd_of), "%s", p->wpar);
	}
	if (!r->passwd.len || !wpar_process_user(r->passwd.data, p->uid, p->user))
		snprintf(p->user, sizeof(p->user), p->uid ? "%u" : "root", (unsigned int)p->uid);
}

static bool is_wanted(const struct reading *r, const char *wpar)
{
	if (r->wpar)
		return strcmp(wpar, r->wpar) == 0;
	return r->global || strcmp(wpar, WPAR_GLOBAL) != 0;
}

/* 1: taken; 0: not wanted, or it has ended; -ENOMEM */
static int take_process(int proc, pid_t pid, struct reading *r, struct wpar_process *ret)
{
	char wpar[WPAR_NAME_MAX + 1] = WPAR_GLOBAL;
	auto_buf b = { 0 };

	if (read_of(proc, "cgroup", 4096, &b) < 0 || !b.data)
		return 0;
	if (!r->top || !wpar_process_group(b.data, r->top, wpar))
		snprintf(wpar, sizeof(wpar), WPAR_GLOBAL);
	if (!is_wanted(r, wpar) || read_of(proc, "stat", 4096, &b) < 0 || !b.data ||
	    !wpar_process_stat(b.data, ret))
		return 0;
	memcpy(ret->wpar, wpar, sizeof(wpar));
	ret->pid = ret->pid_inside = pid;
	if (read_of(proc, "status", 8192, &b) == 0 && b.data)
		wpar_process_status(b.data, ret);
	take_command(proc, ret);
	take_user(proc, r, ret);
	return ret->command ? 1 : -ENOMEM;
}

static int add_process(struct wpar_processes *list, int proc, pid_t pid, struct reading *r)
{
	struct wpar_process *more =
		(list->n & (list->n - 1)) == 0
			? reallocarray(list->v, list->n ? list->n * 2 : 1, sizeof(*more))
			: list->v;
	int taken;

	if (!more)
		return -ENOMEM;
	list->v = more;
	taken = take_process(proc, pid, r, &list->v[list->n]);
	list->n += taken > 0;
	return taken < 0 ? taken : 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct wpar_process *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static int read_all(struct reading *r, struct wpar_processes *ret, struct par_error **err)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int failed = 0;

	if (!dir)
		return par_fail(err, PAR_E_SYSTEM, errno, "/proc cannot be read");
	while (failed == 0 && (e = readdir(dir))) {
		autofd int proc = -1;
		uint64_t pid;

		if (par_parse_u64(e->d_name, INT32_MAX, &pid) < 0)
			continue;
		proc = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc >= 0)
			failed = add_process(ret, proc, (pid_t)pid, r);
	}
	closedir(dir);
	return failed < 0 ? par_oom(err) : 0;
}

int wpar_processes_get(const char *wpar, bool global, struct wpar_processes *ret,
		       struct par_error **err)
{
	struct reading r = { .wpar = wpar, .global = global, .top = wpar_cgroup_top() };
	int failed = read_all(&r, ret, err);

	free(r.top);
	par_buf_done(&r.passwd);
	if (failed < 0) {
		wpar_processes_done(ret);
		return failed;
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_pid);
	return 0;
}
