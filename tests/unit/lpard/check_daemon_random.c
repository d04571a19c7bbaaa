/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators, clients, the connection, the configuration and the hypervisor's calls in random
 * orders.  A failure prints its seed; PAR_TEST_SEED=N runs that order again.
 */
#include "hypervisor_gate.h"
#include "random.h"

#define DEEDS	200
#define CLIENTS 6
#define NAMES	4

static struct over_fake o;
static struct test_random order; /* the order is the seed's alone, as far as threads let it */
static int clients[CLIENTS];	 /* -1: none */
static unsigned int asked[CLIENTS], heard[CLIENTS];

static unsigned int pick(unsigned int n)
{
	return test_random(&order, n);
}

static void begin_order(unsigned int seed)
{
	test_random_begin(&order, seed);
	fprintf(stderr, "# PAR_TEST_SEED=%u\n", order.seed);
}

static const char *pick_name(void)
{
	static const char *const names[NAMES] = { "lp1", "lp2", "deaf1", "nostart1" };

	return names[pick(NAMES)];
}

static void configure(bool other)
{
	over_fake_configure(&o,
			    other ? "[system SYS]\nuri = fake:///\n[system NEW]\nuri = fake:///\n"
				  : "[system SYS]\nuri = fake:///\n");
	lpar_daemon_reload(&o.daemon, &o.options);
}

/* Count the replies that are there. */
static void listen_to(int i)
{
	char text[16384];
	ssize_t n;

	while (clients[i] >= 0 && (n = read(clients[i], text, sizeof(text))) > 0) {
		for (ssize_t k = 0; k < n; k++)
			heard[i] += text[k] == '\0';
	}
}

static void leave(int i)
{
	if (clients[i] >= 0)
		close(clients[i]);
	clients[i] = -1;
	asked[i] = heard[i] = 0;
}

static void ask(int i)
{
	static const char *const more[] = { "", ",\"immediate\":true", ",\"restart\":true",
					    ",\"immediate\":true,\"restart\":true" };
	const char *name = pick_name();
	autofree char *of_lpar = par_strdup_printf(
		"{\"resource\":\"lpar\",\"system\":\"SYS\",\"lpar\":\"%s\"}", name);
	autofree char *set = par_strdup_printf(
		"{\"resource\":\"lpar\",\"system\":\"SYS\",\"attributes\":[{\"name\":\"name\",\"op\":"
		"\"set\",\"value\":\"%s\"},{\"name\":\"auto_start\",\"op\":\"set\",\"value\":\"%u\"}]}",
		name, pick(2));

	if (clients[i] < 0)
		clients[i] = over_fake_dial(&o);
	/* A call that waits is enough: the next would only wait behind it. */
	if (asked[i] - heard[i] > 2)
		return;
	asked[i]++;
	switch (pick(7)) {
	case 0:
		over_fake_say_make(clients[i], name);
		break;
	case 1:
		over_fake_say(clients[i], "Remove", of_lpar, "");
		break;
	case 2:
		over_fake_say(clients[i], "Change", set, "");
		break;
	case 3:
	case 4:
		over_fake_say_state(clients[i], name, "on", ",\"profile\":\"default\"");
		break;
	case 5:
		over_fake_say_state(clients[i], name, "shutdown", more[pick(4)]);
		break;
	default:
		over_fake_say(clients[i], "List", "{\"resource\":\"lpar\",\"system\":\"SYS\"}", "");
		break;
	}
}

static void do_something(void)
{
	static const enum gate some[] = { GATE_DEFINE, GATE_SAVE, GATE_START, GATE_STOP };
	struct hv *hv = over_fake_system(&o, "SYS")->hv;
	int i = (int)pick(CLIENTS);

	switch (pick(16)) {
	case 0:
		leave(i);
		break;
	case 1:
		gate_close(some[pick(4)]);
		break;
	case 2:
	case 3:
		gate_open(some[pick(4)], pick(4) == 0);
		break;
	case 4:
		hv_fake_connection(hv, pick(3) > 0);
		break;
	case 5:
		configure(pick(2));
		break;
	case 6:
	case 7:
		for (unsigned int n = pick(10); n > 0; n--)
			over_fake_step(&o);
		break;
	default:
		ask(i);
		break;
	}
	listen_to(i);
}

static bool all_is_quiet(void)
{
	struct lpar_managed *system = over_fake_system(&o, "SYS");

	for (int i = 0; i < CLIENTS; i++) {
		listen_to(i);
		if (clients[i] >= 0 && heard[i] < asked[i])
			return false;
	}
	for (size_t i = 0; i < system->n_lpars; i++) {
		if (system->lpars[i]->job || system->lpars[i]->reserved)
			return false;
	}
	return lpar_managed_up(system);
}

/* Whatever happened: every client that stayed is answered, no LPAR stays held, lpard serves. */
START_TEST(random_order)
{
	begin_order(1000u * (unsigned int)_i + 7);
	over_fake_start(&o, "[system SYS]\nuri = fake:///\n");
	gates_install(over_fake_system(&o, "SYS"));
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = -1;
		asked[i] = heard[i] = 0;
	}
	over_fake_make(&o, "lp1");
	over_fake_make(&o, "deaf1");
	for (int i = 0; i < DEEDS; i++) {
		do_something();
		over_fake_step(&o);
	}
	for (int g = 0; g < GATES; g++)
		gate_open((enum gate)g, false);
	hv_fake_connection(over_fake_system(&o, "SYS")->hv, true);
	over_fake_until(&o, all_is_quiet());
	ck_assert_ptr_nonnull(strstr(over_fake_call(&o, "GetVersion", "{}"), "version"));
	for (int i = 0; i < CLIENTS; i++) {
		ck_assert_msg(clients[i] < 0 || heard[i] == asked[i], "seed %u: %u of %u answers",
			      order.seed, heard[i], asked[i]);
		leave(i);
	}
	over_fake_end(&o);
}
END_TEST

/* The same, and the daemon ends in the middle of it. */
START_TEST(random_end)
{
	begin_order(77u * (unsigned int)_i + 3);
	over_fake_start(&o, "[system SYS]\nuri = fake:///\n");
	gates_install(over_fake_system(&o, "SYS"));
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = -1;
		asked[i] = heard[i] = 0;
	}
	over_fake_make(&o, "lp1");
	for (int i = 0; i < 40; i++) {
		do_something();
		over_fake_step(&o);
	}
	for (int g = 0; g < GATES; g++)
		gate_open((enum gate)g, pick(2));
	over_fake_end(&o);
	for (int i = 0; i < CLIENTS; i++)
		leave(i);
}
END_TEST

static Suite *random_suite(void)
{
	Suite *s = suite_create("daemon random");
	TCase *t = tcase_create("daemon random");

	tcase_set_timeout(t, 120);
	tcase_set_tags(t, "no-valgrind"); /* too slow for its time limits */
	tcase_add_loop_test(t, random_order, 0, 6);
	tcase_add_loop_test(t, random_end, 0, 6);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(random_suite)
