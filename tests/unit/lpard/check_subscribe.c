/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribe: what a client hears, when it is slow, and when it goes. */
#include "daemon_over_fake.h"
#include "lpard/daemon/systems/events.h"
#include "random.h"

static struct over_fake o;

static void setup(void)
{
	over_fake_start(&o, "[system SYS]\nuri = fake:///?lpars=2\n[system TWO]\nuri = "
			    "fake:///?lpars=1\n");
	over_fake_until(&o, lpar_managed_up(over_fake_system(&o, "TWO")));
}

static void teardown(void)
{
	over_fake_end(&o);
}

static struct par_buf read_ahead[1024]; /* by descriptor */

static void hang_up(int fd)
{
	par_buf_done(&read_ahead[fd]);
	close(fd);
}

/* The next reply.  Many bytes at a time: over_fake_hear() is for answers, not for floods. */
static const char *next_reply(int fd)
{
	static struct par_buf reply;
	struct par_buf *b = &read_ahead[fd];
	uint64_t end_ms = par_now_ms() + OVER_FAKE_LIMIT_MS;
	const char *end;

	while (!b->len || !(end = memchr(b->data, '\0', b->len))) {
		char bytes[65536];
		ssize_t n = read(fd, bytes, sizeof(bytes));

		ck_assert_uint_lt(par_now_ms(), end_ms);
		ck_assert_int_ne(n, 0);
		if (n > 0)
			ck_assert_int_eq(par_buf_put(b, bytes, (size_t)n), 0);
		else
			over_fake_step(&o);
	}
	par_buf_done(&reply);
	par_buf_put(&reply, b->data, (size_t)(end - b->data) + 1);
	par_buf_drop(b, reply.len);
	return reply.data;
}

/* What one reply says; events is borrowed from root. */
struct heard {
	struct json_object *root;
	struct json_object *events;
	size_t n;
	uint64_t number, lost;
};

static void heard_done(struct heard *h)
{
	json_object_put(h->root);
}
#define auto_heard par_cleanup(heard_done) struct heard

static void hear(int fd, struct heard *ret)
{
	const char *text = next_reply(fd);
	struct json_object *parameters = NULL;
	bool continues = false;

	*ret = (struct heard){ 0 };
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(par_json_parse(text, strlen(text), &ret->root, NULL), 0);
	ck_assert_msg(par_json_bool(ret->root, "continues", true, &continues, NULL) == 0, "%s",
		      text);
	ck_assert(continues);
	ck_assert_int_eq(par_json_object(ret->root, "parameters", true, &parameters, NULL), 0);
	ck_assert_int_eq(par_json_array(parameters, "events", true, 1000, &ret->events, NULL), 0);
	ck_assert_int_eq(par_json_u64(parameters, "number", true, UINT32_MAX, &ret->number, NULL),
			 0);
	ck_assert_int_eq(par_json_u64(parameters, "lost", false, UINT32_MAX, &ret->lost, NULL), 0);
	ret->n = json_object_array_length(ret->events);
}

static const char *member(struct json_object *event, const char *key)
{
	const char *text = "";

	ck_assert_int_eq(par_json_string(event, key, false, &text, NULL), 0);
	return text;
}

static uint64_t number_of(struct json_object *event)
{
	uint64_t n = 0;

	ck_assert_int_eq(par_json_u64(event, "number", true, UINT32_MAX, &n, NULL), 0);
	return n;
}

static int subscribe(const char *parameters)
{
	int fd = over_fake_dial(&o);
	auto_heard first;

	over_fake_say(fd, "Subscribe", parameters, ",\"more\":true");
	hear(fd, &first);
	ck_assert_uint_eq(first.n, 0);
	ck_assert_uint_eq(first.lost, 0);
	ck_assert_uint_eq(first.number, lpar_events_last(o.daemon.events));
	return fd;
}

/* "State:Not Activated>Starting" and the like, a ";" behind each, until one is @last */
static char *hear_until(int fd, const char *last)
{
	struct par_buf b = { 0 };

	while (!b.data || !strstr(b.data, last)) {
		auto_heard h;

		hear(fd, &h);
		for (size_t i = 0; i < h.n; i++) {
			struct json_object *e = json_object_array_get_idx(h.events, i);

			par_buf_printf(&b, "%s", member(e, "event"));
			if (*member(e, "now"))
				par_buf_printf(&b, ":%s>%s", member(e, "was"), member(e, "now"));
			if (*member(e, "code"))
				par_buf_printf(&b, ":%s", member(e, "code"));
			if (*member(e, "operation"))
				par_buf_printf(&b, ":%s", member(e, "operation"));
			if (*member(e, "result"))
				par_buf_printf(&b, ":%s", member(e, "result"));
			par_buf_putc(&b, ';');
		}
	}
	return par_buf_steal(&b);
}

static void in_order(const char *text, const char *const *words, size_t n)
{
	const char *at = text;

	for (size_t i = 0; i < n; i++) {
		const char *found = strstr(at, words[i]);

		ck_assert_msg(found != NULL, "%s is not behind the others in: %s", words[i], text);
		at = found + strlen(words[i]);
	}
}

static void change_state(const char *name, const char *operation, const char *more)
{
	int fd = over_fake_dial(&o);

	over_fake_say_state(fd, name, operation, more);
	ck_assert_ptr_nonnull(over_fake_hear(&o, fd));
	close(fd);
}

START_TEST(life_of_an_lpar)
{
	static const char *const words[] = {
		"JobStarted:Create;",
		"LparAdded:>Not Activated;",
		"JobEnded:Create:ok;",
		"JobStarted:Activate;",
		"State:Not Activated>Starting;",
		"LparChanged;",
		"Boot;",
		"Refcode:CA00E130;",
		"State:Starting>Running;",
		"JobEnded:Activate:ok;",
		"JobStarted:ShutdownImmediate;",
		"State:Running>Not Activated;",
		"Refcode:00000000;",
		"JobEnded:ShutdownImmediate:ok;",
		"JobStarted:ShutdownImmediate;",
		"JobEnded:ShutdownImmediate:WrongState;",
		"JobStarted:Remove;",
		"LparRemoved;",
		"JobEnded:Remove:ok;",
	};
	int fd = subscribe("{\"system\":\"SYS\",\"lpar\":\"lp1\"}");
	autofree char *text = NULL;

	over_fake_make(&o, "lp1");
	over_fake_make(&o, "lp2"); /* not of interest */
	change_state("lp1", "on", ",\"profile\":\"default\"");
	change_state("lp1", "shutdown", ",\"immediate\":true");
	change_state("lp1", "shutdown", ",\"immediate\":true");
	ck_assert_str_eq(
		over_fake_call(&o, "Remove",
			       "{\"resource\":\"lpar\",\"system\":\"SYS\",\"lpar\":\"lp1\"}"),
		"{\"parameters\":{}}");
	text = hear_until(fd, "JobEnded:Remove:");
	in_order(text, words, PAR_ARRAY_SIZE(words));
	ck_assert_ptr_nonnull(strstr(text, "JobProgress:Activate;"));
	ck_assert_ptr_null(strstr(text, "Agent")); /* here nobody answers the hello */
	hang_up(fd);
}
END_TEST

START_TEST(failed_activation)
{
	static const char *const words[] = {
		"JobStarted:Activate;",
		"State:Not Activated>Starting;",
		"JobEnded:Activate:NoResources;",
	};
	int fd = subscribe(
		"{\"system\":\"SYS\",\"events\":[\"JobStarted\",\"State\",\"JobEnded\"]}");
	autofree char *text = NULL;

	over_fake_make(&o, "nomem");
	change_state("nomem", "on", ",\"profile\":\"default\"");
	text = hear_until(fd, "JobEnded:Activate:");
	in_order(text, words, PAR_ARRAY_SIZE(words));
	ck_assert_ptr_nonnull(strstr(text, ">Error;"));
	ck_assert_ptr_null(strstr(text, "LparAdded"));
	hang_up(fd);
}
END_TEST

START_TEST(filters)
{
	int all = subscribe("{}"), two = subscribe("{\"system\":\"TWO\"}");
	int id = subscribe("{\"system\":\"SYS\",\"id\":2,\"events\":[\"State\"]}");
	struct lpar_managed *sys = over_fake_system(&o, "SYS"),
			    *other = over_fake_system(&o, "TWO");
	autofree char *a = NULL, *b = NULL, *c = NULL;

	ck_assert_int_eq(sys->hv->ops->start(sys->hv, sys->lpars[0]->uuid, false, NULL), 0);
	over_fake_until(&o, lpar_lpar_running(sys->lpars[0]));
	ck_assert_int_eq(sys->hv->ops->start(sys->hv, sys->lpars[1]->uuid, false, NULL), 0);
	over_fake_until(&o, lpar_lpar_running(sys->lpars[1]));
	ck_assert_int_eq(other->hv->ops->rename(other->hv, other->lpars[0]->uuid, "x", NULL), 0);
	a = hear_until(all, "LparChanged");
	b = hear_until(two, ";");
	c = hear_until(id, ";");
	ck_assert_ptr_nonnull(strstr(strstr(a, "Boot;") + 1, "Boot;"));
	ck_assert_str_eq(b, "LparChanged;");
	ck_assert_str_eq(c, "State:Not Activated>Running;");
	hang_up(all);
	hang_up(two);
	hang_up(id);
}
END_TEST

START_TEST(refused)
{
	static const char *const wrong[][2] = {
		{ "{\"system\":\"NONE\"}", "HSCL8018" },
		{ "{\"events\":[\"Nothing\"]}", "There is no event \\\"Nothing\\\"" },
		{ "{\"lpar\":\"lp1\"}", "\\\"system\\\" must be given" },
		{ "{\"system\":\"SYS\",\"lpar\":\"lp1\",\"id\":1}", "cannot both be given" },
		{ "{\"events\":7}", "InvalidArgument" },
	};
	int fd = over_fake_dial(&o);
	autofree char *name = NULL;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(wrong); i++) {
		const char *answer;

		over_fake_say(fd, "Subscribe", wrong[i][0], ",\"more\":true");
		answer = over_fake_hear(&o, fd);
		ck_assert_ptr_nonnull(answer);
		ck_assert_msg(strstr(answer, wrong[i][1]) != NULL, "%s", answer);
	}
	name = par_strdup_printf("{\"system\":\"SYS\",\"lpar\":\"%0300d\"}", 0);
	over_fake_say(fd, "Subscribe", name, ",\"more\":true");
	ck_assert_ptr_nonnull(strstr(over_fake_hear(&o, fd), "at most 255 bytes"));
	over_fake_say(fd, "Subscribe", "{}", "");
	ck_assert_ptr_nonnull(
		strstr(over_fake_hear(&o, fd), "\"error\":\"org.varlink.service.ExpectedMore\""));
	hang_up(fd);
}
END_TEST

static void publish(unsigned int n)
{
	while (n-- > 0)
		lpar_events_publish(o.daemon.events,
				    &(struct lpar_event){ .type = LPAR_EVENT_REFCODE,
							  .system = "SYS",
							  .uuid = "u",
							  .lpar = "lp1",
							  .code = "C0DE0000" });
}

/* Each event was heard, or is counted where it is missing. */
static void nothing_lost_silently(int fd, uint64_t first, uint64_t last, uint64_t *ret_lost)
{
	uint64_t next = first;

	while (next <= last) {
		auto_heard h;

		hear(fd, &h);
		for (size_t i = 0; i < h.n; i++)
			ck_assert_uint_eq(number_of(json_object_array_get_idx(h.events, i)),
					  next++);
		if (h.lost > 0)
			ck_assert_uint_eq(h.n, 0);
		next += h.lost;
		*ret_lost += h.lost;
		ck_assert_uint_eq(h.number, next - 1);
	}
}

START_TEST(slow_reader)
{
	int slow = subscribe("{\"events\":[\"Refcode\"]}"), fast;
	uint64_t lost = 0, none = 0, first = lpar_events_last(o.daemon.events) + 1;
	uint64_t second;

	publish(8000);
	second = first + 8000;
	fast = subscribe("{\"events\":[\"Refcode\"]}");
	publish(100);
	nothing_lost_silently(fast, second, second + 99, &none);
	ck_assert_uint_eq(none, 0);
	/* The slow client has not read anything so far, and reads now. */
	nothing_lost_silently(slow, first, second + 99, &lost);
	ck_assert_uint_gt(lost, 0);
	ck_assert_uint_lt(lost, 7500);
	/* From there on nothing is missing. */
	lost = 0;
	publish(500);
	nothing_lost_silently(slow, second + 100, second + 599, &lost);
	ck_assert_uint_eq(lost, 0);
	hang_up(slow);
	hang_up(fast);
}
END_TEST

START_TEST(clients_go)
{
	int fds[10];

	for (size_t i = 0; i < PAR_ARRAY_SIZE(fds); i++)
		fds[i] = subscribe("{}");
	ck_assert_uint_eq(lpar_server_clients(o.daemon.server), PAR_ARRAY_SIZE(fds));
	publish(5);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(fds); i += 2)
		hang_up(fds[i]);
	publish(3000); /* to clients that have gone, and that lpard has not noticed */
	over_fake_until(&o, lpar_server_clients(o.daemon.server) == PAR_ARRAY_SIZE(fds) / 2);
	publish(5);
	for (size_t i = 1; i < PAR_ARRAY_SIZE(fds); i += 2)
		hang_up(fds[i]);
	over_fake_until(&o, lpar_server_clients(o.daemon.server) == 0);
	publish(5);
}
END_TEST

/* Clients that come, read now and then, and go, while events of all sizes are published. */
START_TEST(random_clients)
{
	struct client {
		int fd;
		uint64_t next, lost;
	} clients[6] = { 0 };
	struct test_random rnd;

	test_random_begin(&rnd, (unsigned int)_i);
	for (int i = 0; i < 150; i++) {
		struct client *c = &clients[test_random(&rnd, PAR_ARRAY_SIZE(clients))];

		switch (test_random(&rnd, 6)) {
		case 0:
			if (c->fd > 0)
				hang_up(c->fd);
			*c = (struct client){ 0 };
			break;
		case 1:
			if (c->fd > 0)
				break;
			c->fd = subscribe("{\"events\":[\"Refcode\"]}");
			c->next = lpar_events_last(o.daemon.events) + 1;
			break;
		case 2:
			if (c->fd > 0)
				nothing_lost_silently(c->fd, c->next,
						      lpar_events_last(o.daemon.events), &c->lost);
			c->next = lpar_events_last(o.daemon.events) + 1;
			break;
		case 3:
			publish(test_random(&rnd, 2500));
			break;
		default:
			over_fake_step(&o);
		}
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(clients); i++) {
		if (clients[i].fd > 0)
			hang_up(clients[i].fd);
	}
}
END_TEST

static Suite *subscribe_suite(void)
{
	Suite *s = suite_create("subscribe");
	TCase *t = tcase_create("subscribe");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, life_of_an_lpar);
	tcase_add_test(t, failed_activation);
	tcase_add_test(t, filters);
	tcase_add_test(t, refused);
	tcase_add_test(t, slow_reader);
	tcase_add_test(t, clients_go);
	tcase_add_loop_test(t, random_clients, 1, 7);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(subscribe_suite)
