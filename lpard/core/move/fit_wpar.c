/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the WPAR in the target: what it brings along, what it needs there, what is taken. */
#include "lpard/core/move/fit_priv.h"

#include <inttypes.h>
#include <string.h>

#define DIFFERENT_SHOWN 32
#define TEXT_SIZE	512

static const char *text_of(const char *s)
{
	return s && *s ? s : "none";
}

static void make_state(struct move_look *l, const struct move_test *t)
{
	const char *state = text_of(l->wpar->state);
	const bool active = strcmp(state, "Active") == 0;
	const bool stopped = strcmp(state, "Defined") == 0;

	move_add(l, t, state, "", active || (l->kind == LPAR_MOVE_STATIC && stopped));
}

static void make_type(struct move_look *l, const struct move_test *t)
{
	move_add(l, t, text_of(l->wpar->type), "", par_streq(l->wpar->type, "system"));
}

static void make_checkpointable(struct move_look *l, const struct move_test *t)
{
	move_add(l, t, l->wpar->checkpointable ? "yes" : "no", "", l->wpar->checkpointable);
}

static void make_obstacles(struct move_look *l, const struct move_test *t)
{
	const struct par_move_obstacles *o = &l->wpar->obstacles;

	for (size_t i = 0; i < o->n; i++)
		move_add_named(l, o->v[i].test, t->needs[l->kind] == MOVE_REQUIRED, o->v[i].remedy,
			       o->v[i].value, "", false);
	if (o->n == 0)
		move_add(l, t, "all comes along", "", true);
}

static void make_program(struct move_look *l, const struct move_test *t)
{
	if (l->wpar->program)
		move_add(l, t, l->wpar->program, l->there->program ? l->wpar->program : "none",
			 l->there->program);
}

/* What the target says of the file with the number @i; NULL: nothing. */
static const struct par_move_file *answer(const struct move_look *l, size_t i)
{
	const struct par_move_files *there = &l->there->files;

	return i < there->n && par_streq(there->v[i].path, l->wpar->files.v[i].path) &&
			       there->v[i].size > 0
		       ? &there->v[i]
		       : NULL;
}

static bool same_file(const struct par_move_file *a, const struct par_move_file *b)
{
	return b && a->size == b->size && par_streq(a->build_id, b->build_id);
}

static void describe_file(const struct par_move_file *f, const char *path, char ret[TEXT_SIZE])
{
	if (!f)
		snprintf(ret, TEXT_SIZE, "%s is not there", path);
	else if (f->build_id)
		snprintf(ret, TEXT_SIZE, "%s, build %s", path, f->build_id);
	else
		snprintf(ret, TEXT_SIZE, "%s, %" PRIu64 " bytes", path, f->size);
}

static void make_files(struct move_look *l, const struct move_test *t)
{
	const struct par_move_files *here = &l->wpar->files;
	char a[TEXT_SIZE], b[TEXT_SIZE];
	size_t different = 0;

	for (size_t i = 0; i < here->n; i++) {
		const struct par_move_file *there = answer(l, i);

		if (same_file(&here->v[i], there) || different++ >= DIFFERENT_SHOWN)
			continue;
		describe_file(&here->v[i], here->v[i].path, a);
		describe_file(there, here->v[i].path, b);
		move_add(l, t, a, b, false);
	}
	if (different > 0 && different <= DIFFERENT_SHOWN)
		return;
	snprintf(a, sizeof(a), "%zu files", here->n);
	snprintf(b, sizeof(b), "%zu the same", here->n - different);
	move_add(l, t, a, b, different == 0);
}

static void make_name(struct move_look *l, const struct move_test *t)
{
	const struct par_move_claims *c = &l->there->claims;
	bool taken = false;

	for (size_t i = 0; i < c->n; i++)
		taken |= par_streq(c->v[i].name, l->wpar->name);
	move_add(l, t, text_of(l->wpar->name), taken ? "defined" : "free", !taken);
}

/* One thing that a single WPAR can have: whose is it there? */
static void unique(struct move_look *l, const struct move_test *t, const char *value,
		   const char *owner)
{
	autofree char *there = owner ? par_strdup_printf("of '%s'", owner) : strdup("free");

	l->fit->failed |= !there;
	move_add(l, t, value, there, !owner);
}

static void make_host_name(struct move_look *l, const struct move_test *t)
{
	const struct par_move_claims *c = &l->there->claims;
	const char *owner = NULL;

	for (size_t i = 0; i < c->n && !owner; i++) {
		if (l->wpar->hostname && par_streq(c->v[i].hostname, l->wpar->hostname))
			owner = text_of(c->v[i].name);
	}
	if (!owner && l->wpar->hostname && par_streq(l->there->host, l->wpar->hostname))
		owner = "Global";
	unique(l, t, text_of(l->wpar->hostname), owner);
}

static void make_directory(struct move_look *l, const struct move_test *t)
{
	const struct par_move_claims *c = &l->there->claims;
	const char *owner = NULL;

	for (size_t i = 0; i < c->n && !owner; i++) {
		if (l->wpar->directory && par_streq(c->v[i].directory, l->wpar->directory))
			owner = text_of(c->v[i].name);
	}
	unique(l, t, text_of(l->wpar->directory), owner);
}

static bool has_server(const struct par_move_wpar *w)
{
	for (size_t i = 0; i < w->file_systems.n; i++) {
		if (w->file_systems.v[i].host)
			return true;
	}
	return false;
}

/* Who changes files on a server has the ids there: they cannot be others. */
static void make_ids(struct move_look *l, const struct move_test *t)
{
	const struct par_move_wpar *w = l->wpar;
	const struct par_move_claims *c = &l->there->claims;
	const bool required = t->needs[l->kind] == MOVE_REQUIRED || has_server(w);
	const char *owner = NULL;
	char a[TEXT_SIZE], b[TEXT_SIZE];

	for (size_t i = 0; i < c->n && !owner; i++) {
		if (c->v[i].idrange > 0 && c->v[i].idbase < w->idbase + w->idrange &&
		    w->idbase < c->v[i].idbase + c->v[i].idrange)
			owner = text_of(c->v[i].name);
	}
	snprintf(a, sizeof(a), "%" PRIu64 " and %" PRIu64 " more", w->idbase,
		 w->idrange > 0 ? w->idrange - 1 : 0);
	snprintf(b, sizeof(b), owner ? "of '%s'" : "free", owner);
	move_add_named(l, t->name, required, t->remedy, a, b, !owner);
}

static const char *address_owner(const struct par_move_facts *f, const char *address)
{
	for (size_t i = 0; i < f->claims.n; i++) {
		if (par_strv_find(&f->claims.v[i].addresses, address) >= 0)
			return text_of(f->claims.v[i].name);
	}
	return par_strv_find(&f->addresses, address) >= 0 ? "Global" : NULL;
}

static void make_addresses(struct move_look *l, const struct move_test *t)
{
	const struct par_move_addresses *a = &l->wpar->addresses;

	for (size_t i = 0; i < a->n; i++) {
		const char *address = text_of(a->v[i].address);

		unique(l, t, address, address_owner(l->there, address));
	}
}

/* What the target says of the address with the number @i; NULL: nothing. */
static const struct par_move_address *network(const struct move_look *l, size_t i)
{
	const struct par_move_addresses *n = &l->there->networks;

	return i < n->n && par_streq(n->v[i].address, l->wpar->addresses.v[i].address) ? &n->v[i]
										       : NULL;
}

static void describe_network(const struct par_move_address *a, char ret[TEXT_SIZE])
{
	if (a && a->subnet)
		snprintf(ret, TEXT_SIZE, "%s on %s", a->subnet, text_of(a->interface));
	else
		snprintf(ret, TEXT_SIZE, "none");
}

static void make_networks(struct move_look *l, const struct move_test *t)
{
	for (size_t i = 0; i < l->wpar->addresses.n; i++) {
		const struct par_move_address *here = &l->wpar->addresses.v[i];
		const struct par_move_address *there = network(l, i);
		char a[TEXT_SIZE], b[TEXT_SIZE];

		describe_network(here, a);
		describe_network(there, b);
		move_add(l, t, a, b,
			 there && there->subnet && par_streq(here->subnet, there->subnet));
	}
}

static const char *port_of(const struct lpar_move_side *side, const struct par_move_address *a)
{
	for (size_t i = 0; a && a->mac && i < side->n_ports; i++) {
		if (strcmp(side->ports[i].mac, a->mac) == 0)
			return side->ports[i].network;
	}
	return NULL;
}

/* Of interfaces that lpard has given the LPARs: what is bridged in the guest nobody here sees. */
static void make_vlans(struct move_look *l, const struct move_test *t)
{
	for (size_t i = 0; i < l->wpar->addresses.n; i++) {
		const char *here = port_of(l->source, &l->wpar->addresses.v[i]);
		const char *there = port_of(l->target, network(l, i));

		if (here)
			move_add(l, t, here, there ? there : "not known", par_streq(here, there));
	}
}

static const char *token(const struct par_strv *tokens, size_t i)
{
	return i < tokens->n && *tokens->v[i] ? tokens->v[i] : NULL;
}

static void make_file_systems(struct move_look *l, const struct move_test *t)
{
	const struct par_move_file_systems *f = &l->wpar->file_systems;
	size_t asked = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct par_move_file_system *fs = &f->v[i];
		char a[TEXT_SIZE];
		const char *there;

		if (!fs->host)
			continue;
		there = token(&l->there->tokens, asked++);
		snprintf(a, sizeof(a), "%s: %s:%s", text_of(fs->directory), fs->host,
			 text_of(fs->device));
		move_add(l, t, a,
			 !there			       ? "not reachable"
			 : par_streq(there, fs->token) ? "the same"
						       : "another content",
			 there && par_streq(there, fs->token));
	}
}

/* A backup has no files of a server, and a new workload partition needs its own directories. */
static void make_server_files(struct move_look *l, const struct move_test *t)
{
	static const char *const own[] = { "/", "/home", "/tmp", "/var" };
	const struct par_move_file_systems *f = &l->wpar->file_systems;

	for (size_t i = 0; i < f->n; i++) {
		for (size_t k = 0; f->v[i].host && k < PAR_ARRAY_SIZE(own); k++) {
			if (par_streq(f->v[i].directory, own[k]))
				move_add(l, t, own[k], "", false);
		}
	}
}

/* Each of @all, which is there unless it is among @missing. */
static void present(struct move_look *l, const struct move_test *t, const struct par_strv *all,
		    const struct par_strv *missing)
{
	for (size_t i = 0; i < all->n; i++) {
		const bool fits = par_strv_find(missing, all->v[i]) < 0;

		move_add(l, t, all->v[i], fits ? "there" : "missing", fits);
	}
}

static void make_devices(struct move_look *l, const struct move_test *t)
{
	present(l, t, &l->wpar->devices, &l->there->devices);
}

static void make_kexts(struct move_look *l, const struct move_test *t)
{
	present(l, t, &l->wpar->kexts, &l->there->kexts);
}

static const struct par_move_own_test *own_test(const struct par_move_facts *f, const char *name)
{
	for (size_t i = 0; i < f->own_tests.n; i++) {
		if (par_streq(f->own_tests.v[i].name, name))
			return &f->own_tests.v[i];
	}
	return NULL;
}

static void make_own(struct move_look *l, const struct move_test *t)
{
	const struct par_move_own_tests *o = &l->here->own_tests;

	for (size_t i = 0; i < o->n; i++) {
		const struct par_move_own_test *here = &o->v[i];
		const struct par_move_own_test *there = own_test(l->there, here->name);

		move_add_named(l, here->name, !here->optional, t->remedy, here->value,
			       there ? there->value : "not in /etc/wpars/move.d there",
			       here->passed && there && there->passed);
	}
}

const struct move_test move_tests_wpar[] = {
	{ "type", ALWAYS, make_type,
	  "an application workload partition ends with its command; start it there anew" },
	{ "state", ALWAYS, make_state,
	  "a live move takes an Active workload partition along, --kind static also a Defined "
	  "one" },
	{ "checkpointable", LIVE_ONLY, make_checkpointable, "chwpar -c makes it so" },
	{ "processes", LIVE_ONLY, make_obstacles, NULL },
	{ "program", LIVE_ONLY, make_program,
	  "put the wparctl of that build into /var/lib/wpars/programs of that LPAR, by its "
	  "build-id" },
	{ "mapped-files", LIVE_ONLY, make_files,
	  "boot both LPARs from the same image, and restart what runs an older file" },
	{ "name", ALWAYS, make_name, "remove or rename the one that is there" },
	{ "host-name", ALWAYS, make_host_name, "give one of them another host name (chwpar -h)" },
	{ "base-directory", ALWAYS, make_directory,
	  "give one of them another base directory (chwpar -d)" },
	{ "id-range", LIVE_MORE, make_ids,
	  "its ids belong to another workload partition there; move it to another LPAR" },
	{ "address", ALWAYS, make_addresses, "give one of them another address (chwpar -N)" },
	{ "network", ALWAYS, make_networks,
	  "give that LPAR an interface in this network (virtual_eth_adapters)" },
	{ "vlan", HINT, make_vlans,
	  "give both LPARs adapters of the same virtual switch and VLAN" },
	{ "file-system", ALWAYS, make_file_systems,
	  "export it to that LPAR, too, and see that both names mean the same server" },
	{ "server-directory", STATIC_ONLY, make_server_files,
	  "a static move copies no files of a server, and cannot fill its directories anew; one "
	  "that lies on a server moves live" },
	{ "device", ALWAYS, make_devices,
	  "list it in /etc/wpars/devexports of that LPAR, where it has to be there" },
	{ "kernel-extension", HINT, make_kexts, "put that file into that LPAR, too" },
	{ "own", ALWAYS, make_own, "what the administrator tests there by a program of that name" },
};
const size_t move_n_tests_wpar = PAR_ARRAY_SIZE(move_tests_wpar);
