/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds are made: see predump.h. */
#include "wparctl/checkpoint/predump.h"

#include "wparctl/checkpoint/criu_stats.h"
#include "wparctl/checkpoint/rounds.h"

#include <string.h>
#include <unistd.h>

void wpar_predump_last(int rounds, char ret[16])
{
	*ret = '\0';
	if (rounds > 0)
		snprintf(ret, 16, WPAR_CKPT_ROUND "%d", rounds);
}

static int run_round(const struct wpar_predump *p, size_t number, struct par_error **err)
{
	autofree char *folder =
		par_strdup_printf("%s/" WPAR_CKPT_ROUND "%zu", p->criu.images, number);
	struct wpar_criu_run run = p->run;
	struct wpar_criu criu = p->criu;
	auto_strv argv = { 0 };
	char previous[32];
	int r = wpar_statedir_round(p->dir, p->images, number, err);

	if (r < 0)
		return r;
	if (!folder)
		return par_oom(err);
	criu.images = folder;
	snprintf(previous, sizeof(previous), "../" WPAR_CKPT_ROUND "%zu", number - 1);
	r = wpar_criu_plan_round(&criu, p->init, number > 1 ? previous : NULL, &argv, err);
	if (r < 0)
		return r;
	run.argv = argv.v;
	return wpar_criu_run(&run, p->name, "have its memory copied", criu.log, err);
}

int wpar_predump(const struct wpar_predump *p, struct par_error **err)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t written[WPAR_ROUNDS_MOST] = { 0 };
	size_t n = 0;

	while (n < p->most && wpar_rounds_more(p->memory, written, n)) {
		struct wpar_criu_stats stats = { 0 };

		/* After a failure nobody knows any more which pages have changed since. */
		if (run_round(p, n + 1, NULL) < 0 || wpar_criu_stats_read(p->criu.work, &stats) < 0)
			return wpar_statedir_empty(p->dir, p->images, err);
		written[n++] = stats.pages * page;
	}
	return (int)n;
}
