/* SPDX-License-Identifier: Apache-2.0 */
/* What a specification must have, and what it gets where nothing is given. */
#include "lpard/common/uuid.h"
#include "wparctl/spec/keys.h"
#include "wparctl/spec/obstacles.h"

#include <string.h>

static int fill(char **field, const char *value)
{
	if (*field)
		return 0;
	*field = value ? strdup(value) : NULL;
	return *field ? 0 : -ENOMEM;
}

char *wpar_default_directory(const char *name)
{
	return par_strdup_printf(WPAR_BASE_DIR "/%s", name);
}

int wpar_spec_defaults(struct wpar_spec *s, struct par_error **err)
{
	bool system = s->type == WPAR_SYSTEM;
	autofree char *directory = system ? wpar_default_directory(s->name) : strdup("/");
	char uuid[PAR_UUID_LEN];
	int r = par_uuid_make(uuid);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not get random bytes");
	if (wpar_spec_is_versioned(s))
		s->private_usr = true; /* a versioned WPAR shares nothing */
	if (fill(&s->hostname, s->name) < 0 || fill(&s->directory, directory) < 0 ||
	    fill(&s->owner, "root") < 0 || fill(&s->uuid, uuid) < 0)
		return par_oom(err);
	return wpar_spec_fill_mounts(s, err);
}

static int bad(struct par_error **err, const char *text)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s", text);
}

/* Without a host name of its own a WPAR gets its name for one, which has stricter rules. */
static int check_hostname(const struct wpar_spec *s, struct par_error **err)
{
	const struct wpar_key *key = wpar_key_find(WPAR_STANZA_GENERAL, "hostname");

	if (key->field.valid(s->hostname ? s->hostname : s->name))
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"the name %s cannot be the host name, too (%s): give one with -h", s->name,
			key->field.must_be);
}

int wpar_spec_check(const struct wpar_spec *s, struct par_error **err)
{
	int r;

	if (!s->name)
		return bad(err, "the workload partition has no name");
	r = wpar_name_check(s->name, err);
	if (r < 0)
		return r;
	r = check_hostname(s, err);
	if (r < 0)
		return r;
	if (s->type == WPAR_SYSTEM && par_streq(s->directory, "/"))
		return bad(err, "the base directory of a system workload partition cannot be /");
	if (s->type == WPAR_SYSTEM && s->user)
		return bad(err, "only an application workload partition is the job of a user");
	if (s->type == WPAR_APPLICATION && s->version.image_digest)
		return bad(err, "a versioned workload partition is always a system one");
	if (s->idrange && s->idbase > UINT32_MAX - s->idrange)
		return bad(err, "the range of ids does not fit");
	for (size_t i = 0; i < s->n_addresses; i++) {
		if (!s->addresses[i].address)
			return bad(err, "a network has no \"address\"");
		for (size_t j = 0; j < i; j++) {
			if (par_streq(s->addresses[j].address, s->addresses[i].address))
				return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
						"the address %s is given twice",
						s->addresses[i].address);
		}
	}
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct wpar_route *t = &s->routes[i];

		if (!t->destination || !t->gateway)
			return bad(err, "a route needs \"rtdest\" and \"rtgateway\"");
		if (t->type && strcmp(t->type, "net") != 0 && strcmp(t->type, "host") != 0)
			return bad(err, "\"rttype\" is net or host");
	}
	for (size_t i = 0; i < s->n_devices; i++) {
		if (!s->devices[i].name == !s->devices[i].id)
			return bad(err, "a device needs either \"devname\" or \"devid\"");
	}
	for (size_t i = 0; i < s->n_kexts; i++) {
		if (!s->kexts[i].path)
			return bad(err, "a kernel extension needs \"kext\"");
	}
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (!s->mounts[i].directory)
			return bad(err, "a mount has no \"directory\"");
		for (size_t j = 0; j < i; j++) {
			if (par_streq(s->mounts[j].directory, s->mounts[i].directory))
				return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
						"%s is mounted twice", s->mounts[i].directory);
		}
	}
	return 0;
}

/* Two devices of one name, or one whose name would be a folder of the other's. */
static int check_device_names(const struct wpar_spec *s, size_t i, struct par_error **err)
{
	const char *inside = wpar_device_inside(&s->devices[i]);

	for (size_t j = 0; j < i; j++) {
		const char *other = s->devices[j].name ? wpar_device_inside(&s->devices[j]) : NULL;

		if (!other)
			continue;
		if (strcmp(other, inside) == 0)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"two devices would be %s in the workload partition",
					inside);
		if (wpar_path_is_within(other, inside) || wpar_path_is_within(inside, other))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"-D: %s and %s cannot both be devices in the workload "
					"partition: one would lie below the other",
					other, inside);
	}
	return 0;
}

/* The name of a device inside; every WPAR has some of its own. */
static int check_device(const struct wpar_spec *s, size_t i, struct par_error **err)
{
	const struct wpar_device *d = &s->devices[i];
	const char *inside = wpar_device_inside(d);
	bool standard;
	int r;

	if (!d->name)
		return 0; /* devid: wpar_spec_check_supported() */
	r = check_device_names(s, i, err);
	if (r < 0)
		return r;
	standard = wpar_device_is_standard(inside);
	if (standard && strcmp(inside, d->name) == 0)
		return 0;
	if (standard)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-D virtualname=%s: every workload partition has that device",
				inside);
	if (!wpar_path_is_within(inside, "/dev") || strcmp(inside, "/dev") == 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-D devname=%s: its name in the workload partition must lie below "
				"/dev (virtualname=)",
				d->name);
	return 0;
}

/* A mask belongs to IPv4, a length of the prefix to IPv6. */
static int check_address(const struct wpar_address *a, struct par_error **err)
{
	bool six = strchr(a->address, ':') != NULL;

	if (a->mask_prefix && (strchr(a->mask_prefix, '.') == NULL) != six)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-N: netmask= goes with address=, prefixlen= with address6= (%s "
				"has %s)",
				a->address, a->mask_prefix);
	if (six && a->broadcast)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-N: broadcast= goes with address= only");
	return 0;
}

/*
 * Beside base directories such names are ours: /wpars/.volumes has the images of others.  A
 * specification that has one can be read, so that rmwpar removes such a WPAR.
 */
static int check_base(const struct wpar_spec *s, struct par_error **err)
{
	if (s->type != WPAR_SYSTEM || !s->directory || !strstr(s->directory, "/."))
		return 0;
	return par_fail(
		err, PAR_E_INVALID_ARGUMENT, 0,
		"the base directory %s has a part that begins with a dot: choose another one",
		s->directory);
}

int wpar_spec_check_rules(const struct wpar_spec *s, struct par_error **err)
{
	int r = wpar_spec_check(s, err);

	if (r < 0)
		return r;
	r = check_base(s, err);
	for (size_t i = 0; i < s->n_devices && r == 0; i++)
		r = check_device(s, i, err);
	for (size_t i = 0; i < s->n_addresses && r == 0; i++)
		r = check_address(&s->addresses[i], err);
	if (r < 0)
		return r;
	r = wpar_spec_check_privs(s, err);
	return r < 0 ? r : wpar_spec_check_mounts(s, err);
}

/* The flag of mkwpar that gives it, for the general stanza. */
static char flag_of(const char *key)
{
	static const struct {
		const char *key;
		char flag;
	} flags[] = { { "xwparipc", 'x' }, { "architecture", 'H' } };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(flags); i++) {
		if (strcmp(flags[i].key, key) == 0)
			return flags[i].flag;
	}
	return 0;
}

/* Is all that the stanza can have refused? */
static bool all_refused(enum wpar_stanza stanza)
{
	for (size_t i = 0; i < wpar_n_keys; i++) {
		if (wpar_keys[i].stanza == stanza && !wpar_keys[i].refused)
			return false;
	}
	return true;
}

static int fail_refused(const struct wpar_key *key, struct par_error **err)
{
	const char *flag = wpar_stanza_flag(key->stanza), *name = key->field.name;

	if (flag && all_refused(key->stanza))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s: %s", flag, key->refused);
	if (flag)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s %s=: %s", flag, name,
				key->refused);
	if (flag_of(name))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "-%c (%s): %s", flag_of(name), name,
				key->refused);
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "\"%s\": %s", name, key->refused);
}

static bool is_set(const struct wpar_spec *s, const struct wpar_key *key)
{
	const void *record;

	for (size_t i = 0; (record = wpar_record_get(s, key->stanza, i)); i++) {
		if (par_field_is_set(&key->field, record))
			return true;
	}
	return false;
}

/* @general: that stanza; else the others, which may be why something is set in it (-I, -i). */
static int check_stanzas(const struct wpar_spec *s, bool general, struct par_error **err)
{
	for (size_t i = 0; i < wpar_n_keys; i++) {
		const struct wpar_key *key = &wpar_keys[i];

		if (key->refused && (key->stanza == WPAR_STANZA_GENERAL) == general &&
		    is_set(s, key))
			return fail_refused(key, err);
	}
	return 0;
}

/* What is marked so can be checkpointed. */
static int check_checkpointable(const struct wpar_spec *s, struct par_error **err)
{
	struct wpar_obstacle o;

	if (!s->checkpointable || !wpar_obstacle(s, 0, &o))
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"-c (checkpointable): with %s \"%s\" there can be no checkpoint: %s",
			o.test, o.value, o.remedy);
}

int wpar_spec_check_supported(const struct wpar_spec *s, struct par_error **err)
{
	int r = check_stanzas(s, false, err);

	if (r < 0)
		return r;
	r = check_stanzas(s, true, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < s->n_devices; i++) {
		if (par_streq(s->devices[i].type, "adapter"))
			return par_fail(
				err, PAR_E_NOT_SUPPORTED, 0,
				"-D devtype=adapter: Linux has no device nodes of adapters; "
				"devname= exports the devices of one");
	}
	return check_checkpointable(s, err);
}
