/* SPDX-License-Identifier: Apache-2.0 */
/* A new configuration while the daemon serves: see life.h. */
#include "lpard/common/log.h"
#include "lpard/daemon/life.h"
#include "lpard/daemon/server/server.h"
#include "lpard/daemon/systems/managed_life.h"

#include <string.h>

static bool same_settings(const struct lpar_config_system *a, const struct lpar_config_system *b)
{
	return par_streq(a->name, b->name) && par_streq(a->uri, b->uri) &&
	       par_streq(a->pool, b->pool) && par_streq(a->pool_path, b->pool_path) &&
	       par_streq(a->network, b->network) && par_streq(a->type_model, b->type_model) &&
	       par_streq(a->serial, b->serial) && par_streq(a->description, b->description) &&
	       a->accel == b->accel;
}

/* Is the system configured, with the settings that it was connected with? */
static bool still_configured(const struct lpar_config *c, const struct lpar_managed *system)
{
	for (size_t i = 0; i < c->n_systems; i++) {
		if (same_settings(system->config, &c->systems[i]))
			return true;
	}
	return false;
}

static bool has_system(const struct lpar_daemon *d, const char *name)
{
	for (size_t i = 0; i < d->n_systems; i++) {
		if (strcmp(d->systems[i]->name, name) == 0)
			return true;
	}
	return false;
}

/* A system whose settings changed is removed and connects anew. */
static void update_systems(struct lpar_daemon *d)
{
	const struct lpar_config *c = d->config;

	for (size_t i = d->n_systems; i-- > 0;) {
		if (!still_configured(c, d->systems[i]))
			lpar_managed_remove(d->systems[i]);
	}
	for (size_t i = 0; i < c->n_systems; i++) {
		auto_error err = NULL;

		if (!has_system(d, c->systems[i].name) &&
		    lpar_daemon_add_system(d, &c->systems[i], &err) < 0)
			par_log(PAR_LOG_ERR, "%s", par_error_text(err));
	}
}

void lpar_daemon_reload(struct lpar_daemon *d, const struct lpar_daemon_options *o)
{
	struct lpar_server_config door;
	auto_error err = NULL;

	if (lpar_daemon_configure(d, o, &err) < 0) {
		par_log(PAR_LOG_ERR, "configuration not read again: %s", par_error_text(err));
		lpar_daemon_audit(d, "Reload", err);
		return;
	}
	door = lpar_daemon_door(d, o);
	lpar_server_limits(d->server, &door);
	update_systems(d);
	lpar_daemon_audit(d, "Reload", NULL);
	par_log(PAR_LOG_NOTICE, "configuration read again, systems: %zu", d->n_systems);
}
