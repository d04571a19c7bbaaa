/* SPDX-License-Identifier: Apache-2.0 */
/* Answers uname(2) for a versioned WPAR: see uname_notify.h. */
#include "wparctl/versioned/uname_notify.h"

#include "lpard/common/audit_arch.h"
#include "lpard/common/fd_pass.h"
#include "lpard/common/now.h"
#include "wparctl/versioned/runs.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/*
 * SMALL: of the 32-bit programs that the same kernel may run, all of which number it 122; those of
 * x86 and POWER have two older calls of shorter answers besides.
 */
#define SMALL_UNAME 122
#if defined(__x86_64__) || (defined(__powerpc64__) && !defined(__LITTLE_ENDIAN__))
#define SMALL_OLD   109
#define SMALL_OLDER 59
#else
#define SMALL_OLD   SMALL_UNAME
#define SMALL_OLDER SMALL_UNAME
#endif
#if defined(__x86_64__)
#define SMALL AUDIT_ARCH_I386
#elif defined(__powerpc64__) && !defined(__LITTLE_ENDIAN__)
#define SMALL AUDIT_ARCH_PPC
#elif defined(__aarch64__)
#define SMALL AUDIT_ARCH_ARM
#else
#define SMALL PAR_AUDIT_ARCH
#endif

#define ANSWERED SECCOMP_RET_USER_NOTIF

static const struct sock_filter uname_filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PAR_AUDIT_ARCH, 0, 2),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_uname, 6, 5),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SMALL, 0, 4),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SMALL_UNAME, 3, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SMALL_OLD, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SMALL_OLDER, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	BPF_STMT(BPF_RET | BPF_K, ANSWERED),
};

static int uname_install_filter(int *ret_listener)
{
	struct sock_fprog prog = { .len = PAR_ARRAY_SIZE(uname_filter),
				   .filter = (struct sock_filter *)uname_filter };
	int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);

	if (fd < 0)
		return -errno;
	*ret_listener = fd;
	return 0;
}

#define FILTER_LENGTH PAR_ARRAY_SIZE(uname_filter)

/* The same filter when nobody is to be asked. */
static void make_forgotten(struct sock_filter ret[FILTER_LENGTH])
{
	memcpy(ret, uname_filter, sizeof(uname_filter));
	ret[FILTER_LENGTH - 1].k = SECCOMP_RET_ALLOW;
}

unsigned int wpar_uname_forget_filters(void *data, size_t len)
{
	struct sock_filter forgotten[FILTER_LENGTH];
	unsigned int n = 0;
	char *p = data, *end = p + len;

	make_forgotten(forgotten);
	while ((p = memmem(p, (size_t)(end - p), uname_filter, sizeof(uname_filter)))) {
		memcpy(p, forgotten, sizeof(forgotten));
		p += sizeof(forgotten);
		n++;
	}
	return n;
}

unsigned int wpar_uname_find_forgotten(const void *data, size_t len)
{
	struct sock_filter forgotten[FILTER_LENGTH];
	unsigned int n = 0;
	const char *p = data, *end = p + len;

	make_forgotten(forgotten);
	while ((p = memmem(p, (size_t)(end - p), forgotten, sizeof(forgotten)))) {
		p += sizeof(forgotten);
		n++;
	}
	return n;
}

int wpar_uname_filter_put(struct par_buf *b, unsigned int n)
{
	while (n--)
		par_buf_put(b, uname_filter, sizeof(uname_filter));
	return b->failed ? -ENOMEM : 0;
}

static void uname_put(char *field, size_t size, const char *value)
{
	if (value)
		snprintf(field, size, "%s", value);
}

int wpar_uname_make(const struct wpar_spec *s, struct utsname *ret)
{
	if (uname(ret) < 0)
		return -errno;
	uname_put(ret->nodename, sizeof(ret->nodename), s->hostname);
	uname_put(ret->release, sizeof(ret->release), s->version.kernel_release);
	uname_put(ret->version, sizeof(ret->version), s->version.kernel_version);
	/* An interpreter names the machine of its programs itself. */
	if (s->version.architecture && !wpar_machine_is_here(s->version.architecture))
		uname_put(ret->machine, sizeof(ret->machine),
			  wpar_machine_name(s->version.architecture));
	return 0;
}

#define OLD_FIELDS   5 /* without the domain */
#define OLDER_LENGTH 8 /* bytes of a field, before its NUL */

/* What the call of @d puts into the asker's memory: all, all but the domain, or the beginnings. */
static size_t make_answer(const struct seccomp_data *d, const struct utsname *answer,
			  char ret[sizeof(struct utsname)])
{
	const size_t field = sizeof(answer->sysname);

	memcpy(ret, answer, sizeof(*answer));
	if (SMALL == PAR_AUDIT_ARCH || d->arch != SMALL || d->nr == SMALL_UNAME)
		return sizeof(*answer);
	if (d->nr == SMALL_OLD)
		return OLD_FIELDS * field;
	memset(ret, 0, sizeof(*answer));
	for (size_t i = 0; i < OLD_FIELDS; i++)
		memcpy(ret + i * (OLDER_LENGTH + 1), (const char *)answer + i * field,
		       OLDER_LENGTH);
	return OLD_FIELDS * (OLDER_LENGTH + 1);
}

/* Writes into the asker's memory; once it is open, the kernel confirms that it is still the
 * asker's. */
static int write_answer(int listener, const struct seccomp_notif *n, const struct utsname *answer)
{
	__u64 id = n->id;
	char path[32], text[sizeof(*answer)];
	const size_t len = make_answer(&n->data, answer, text);
	autofd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%u/mem", n->pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -EFAULT;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) < 0)
		return -ESRCH;
	if (pwrite(fd, text, len, (off_t)n->data.args[0]) != (ssize_t)len)
		return -EFAULT;
	return 0;
}

/*
 * Two processes hold the listener: one answers, the other waits for its end and then answers
 * itself, with a new one waiting.  So a kill of either is not noticed inside.
 */
struct answers {
	int listener;
	struct utsname answer;
	struct seccomp_notif *asked; /* shared by both: the question being answered; id 0: none */
};

/* Also for the question at which the process before was killed: it is delivered only once. */
static int finish_answer(const struct answers *a)
{
	struct seccomp_notif_resp resp = { .id = a->asked->id };
	int r = write_answer(a->listener, a->asked, &a->answer);

	resp.error = r;
	if (r != -ESRCH && ioctl(a->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0 &&
	    errno != ENOENT)
		r = -errno;
	else
		r = 0;
	memset(a->asked, 0, sizeof(*a->asked));
	return r;
}

static int answer_one(const struct answers *a)
{
	memset(a->asked, 0, sizeof(*a->asked));
	if (ioctl(a->listener, SECCOMP_IOCTL_NOTIF_RECV, a->asked) < 0)
		return errno == ENOENT || errno == EINTR ? 0 : -errno;
	return finish_answer(a);
}

/* Returns when the process of @pidfd has ended; exits when nobody is left to ask. */
static void stand_by(const struct answers *a, int pidfd)
{
	struct pollfd p[2] = { { .fd = a->listener }, { .fd = pidfd, .events = POLLIN } };

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (p[0].revents)
			_exit(0);
		if (p[1].revents) {
			close(pidfd);
			return;
		}
	}
}

/* Descriptor of the process that waits, or -1.  Whoever's turn has come starts one as well. */
static int start_stand_by(const struct answers *a)
{
	int self, other;
	pid_t pid;

	for (;;) {
		self = (int)syscall(SYS_pidfd_open, getpid(), 0);
		pid = self < 0 ? -1 : fork();
		if (pid != 0)
			break;
		stand_by(a, self);
		if (a->asked->id != 0)
			finish_answer(a);
	}
	other = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (self >= 0)
		close(self);
	return other;
}

#define STAND_BY_MS 100 /* most logins are over by then and need no second process */

__attribute__((noreturn)) static void answer_all(const struct answers *a)
{
	struct pollfd p[2] = { { .fd = a->listener, .events = POLLIN },
			       { .fd = -1, .events = POLLIN } };
	uint64_t due = par_now_ms() + STAND_BY_MS;

	for (;;) {
		if (poll(p, 2, p[1].fd < 0 ? STAND_BY_MS : -1) < 0) {
			if (errno != EINTR)
				break;
			continue;
		}
		if ((p[0].revents & POLLIN) && answer_one(a) < 0)
			break;
		if ((p[0].revents & (POLLHUP | POLLERR)) && !(p[0].revents & POLLIN))
			break;
		if (p[1].revents) {
			close(p[1].fd);
			p[1].fd = -1;
			waitpid(-1, NULL, WNOHANG);
		}
		if (p[1].fd < 0 && par_now_ms() >= due) {
			p[1].fd = start_stand_by(a);
			due = p[1].fd < 0 ? par_now_ms() + STAND_BY_MS : 0;
		}
	}
	_exit(0);
}

__attribute__((noreturn)) static void uname_serve(const struct wpar_spec *s, int sock)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct answers a = { .listener = -1 };
	char name[16];

	snprintf(name, sizeof(name), "uname_%s", s->name);
	prctl(PR_SET_NAME, name, 0, 0, 0);
	setsid();
	a.asked = mmap(NULL, sizeof(*a.asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (a.asked == MAP_FAILED || chdir("/") < 0 || wpar_uname_make(s, &a.answer) < 0)
		_exit(1);
	/* Nothing of the caller's is kept: its lock, above all. */
	sock = dup3(sock, 3, O_CLOEXEC) < 0 ? sock : 3;
	if (sock != 3)
		_exit(1);
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	syscall(SYS_close_range, 4u, ~0u, 0u);
	a.listener = par_fd_receive(sock);
	close(sock);
	if (a.listener >= 0)
		answer_all(&a);
	_exit(0);
}

int wpar_uname_server_start(const struct wpar_spec *s, int *ret_sock)
{
	int pair[2], status;
	pid_t pid;

	*ret_sock = -1;
	if (!s->version.image_digest)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		pid_t second = fork();

		if (second == 0) {
			close(pair[0]);
			if (pair[1] == 3 && (pair[1] = fcntl(3, F_DUPFD_CLOEXEC, 10)) < 0)
				_exit(1);
			uname_serve(s, pair[1]);
		}
		_exit(second < 0);
	}
	close(pair[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || status != 0) {
		close(pair[0]);
		return -EAGAIN;
	}
	*ret_sock = pair[0];
	return 0;
}

static int join_server(int sock)
{
	autofd int listener = -1;
	int r = uname_install_filter(&listener);

	return r < 0 ? r : par_fd_send(sock, listener);
}

int wpar_uname_server_join(int sock)
{
	int r;

	if (sock < 0)
		return 0;
	r = join_server(sock);
	close(sock);
	return r;
}

char *wpar_uname_proc_version(const struct utsname *a)
{
	return par_strdup_printf("%s version %s %s\n", a->sysname, a->release, a->version);
}

char *wpar_uname_osrelease(const struct utsname *a)
{
	return par_strdup_printf("%s\n", a->release);
}
