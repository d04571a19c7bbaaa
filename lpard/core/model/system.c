/* SPDX-License-Identifier: Apache-2.0 */
/* A managed system and its partitions: see system.h. */
#include "lpard/core/model/system.h"
#include "lpard/common/nearest.h"
#include "lpard/core/messages.h"
#include "lpard/core/model/partition.h"

#include <inttypes.h>
#include <string.h>

void lpar_system_done(struct lpar_system *s)
{
	free(s->name);
	free(s->type_model);
	free(s->serial);
	free(s->uuid);
	free(s->ipaddr);
	free(s->description);
	free(s->accelerator);
	free(s->default_image);
	par_strv_done(&s->images);
	*s = (struct lpar_system){ 0 };
}

bool lpar_system_matches(const struct lpar_system *s, const char *name)
{
	size_t len = s->type_model ? strlen(s->type_model) : 0;

	if (par_streq(s->name, name))
		return true;
	return len > 0 && s->serial && strncmp(name, s->type_model, len) == 0 && name[len] == '*' &&
	       strcmp(name + len + 1, s->serial) == 0;
}

/* The generation of the processors by machine type; a type that had two says which model. */
static unsigned int generation(const struct lpar_system *s)
{
	static const struct {
		const char *model;
		unsigned int power;
	} models[] = {
		{ "8247-", 8 },	   { "8284-", 8 },    { "8286-", 8 },	 { "8335-GCA", 8 },
		{ "8335-GTA", 8 }, { "8335-GTB", 8 }, { "8348-", 8 },	 { "8408-", 8 },
		{ "9080-MHE", 8 }, { "9080-MME", 8 }, { "9119-MHE", 8 }, { "9119-MME", 8 },
		{ "8335-", 9 },	   { "9008-", 9 },    { "9009-", 9 },	 { "9040-", 9 },
		{ "9080-M9S", 9 }, { "9223-", 9 },
	};

	for (size_t i = 0; s && s->type_model && i < PAR_ARRAY_SIZE(models); i++) {
		if (par_starts_with(s->type_model, models[i].model))
			return models[i].power;
	}
	return 10;
}

/* What pseries guests can have, in the HMC's order. */
static const struct {
	const char *mode;
	unsigned int power;
} compat_modes[] = {
	{ "default", 0 }, { "POWER8", 8 }, { "POWER9", 9 }, { "POWER9_base", 9 }, { "POWER10", 10 },
};

int lpar_system_put_compat_modes(const struct lpar_system *s, struct par_buf *b)
{
	unsigned int newest = generation(s);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(compat_modes); i++) {
		if (compat_modes[i].power <= newest)
			par_buf_printf(b, "%s%s", i ? "," : "", compat_modes[i].mode);
	}
	return b->failed ? -ENOMEM : 0;
}

int lpar_system_check_compat_mode(const struct lpar_system *s, const char *mode,
				  struct par_buf *why)
{
	unsigned int newest = generation(s);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(compat_modes); i++) {
		if (compat_modes[i].power <= newest && strcmp(compat_modes[i].mode, mode) == 0)
			return 0;
	}
	par_buf_puts(why, "It must be one of ");
	return lpar_system_put_compat_modes(s, why) < 0 ? -ENOMEM : -EINVAL;
}

struct lpar_partition *lpar_set_find(const struct lpar_set *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->v[i]->name, name) == 0)
			return s->v[i];
	}
	return NULL;
}

struct lpar_partition *lpar_set_find_id(const struct lpar_set *s, uint32_t id)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i]->id == id)
			return s->v[i];
	}
	return NULL;
}

/* An LPAR that was copied by other means than lpard has the id of its original. */
static bool has_id_twice(const struct lpar_set *s, uint32_t id)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->v[i]->id == id;
	return n > 1;
}

void lpar_set_hint(const struct lpar_set *s, const char *name, struct par_error **err)
{
	struct par_nearest guess = { .word = name };

	for (size_t i = 0; i < s->n; i++)
		par_nearest_try(&guess, s->v[i]->name);
	if (guess.best)
		par_error_hint(err, "Did you mean %s?", guess.best);
}

int lpar_set_get(const struct lpar_set *s, const char *name, uint32_t id,
		 struct lpar_partition **ret, struct par_error **err)
{
	struct lpar_partition *p = name ? lpar_set_find(s, name) : lpar_set_find_id(s, id);
	char text[16];
	int r;

	if (p && !name && has_id_twice(s, id))
		return par_fail(err, PAR_E_BUSY, 0, LPAR_MSG_AMBIGUOUS_ID, id);
	if (p) {
		*ret = p;
		return 0;
	}
	if (name) {
		r = par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PARTITION, name);
		lpar_set_hint(s, name, err);
		return r;
	}
	snprintf(text, sizeof(text), "%" PRIu32, id);
	return par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PARTITION_ID, text);
}

uint32_t lpar_set_free_id(const struct lpar_set *s)
{
	uint8_t taken[LPAR_ID_MAX / 8 + 1] = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i]->id <= LPAR_ID_MAX)
			taken[s->v[i]->id / 8] |= (uint8_t)(1u << s->v[i]->id % 8);
	}
	for (uint32_t id = 1; id <= LPAR_ID_MAX; id++) {
		if (!(taken[id / 8] & (1u << id % 8)))
			return id;
	}
	return 0;
}

void lpar_usage_add(struct lpar_usage *u, const struct lpar_partition *p,
		    const struct lpar_live *live)
{
	const struct lpar_current *c = p->current;

	if (!lpar_live_active(live))
		return;
	/* Whatever the definition says: what runs is used. */
	u->mem_mib += c && c->mem_mib > live->mem_mib ? c->mem_mib : live->mem_mib;
	if (!c)
		return;
	u->proc_units_x100 += c->proc_units_x100;
	if (c->profile.proc_mode == LPAR_PROC_DEDICATED)
		u->procs_dedicated += c->procs;
}
