/* SPDX-License-Identifier: Apache-2.0 */
/* A limit for what is started again and again: see respawn.h. */
#include "wparctl/srcmstr/respawn.h"

bool wpar_respawn_allow(struct wpar_respawn *r, time_t now, bool *ret_begins)
{
	if (ret_begins)
		*ret_begins = false;
	if (r->held_until && now < r->held_until)
		return false;
	if (r->held_until || now - r->first >= WPAR_RESPAWN_WITHIN)
		*r = (struct wpar_respawn){ .first = now };
	if (r->starts >= WPAR_RESPAWN_TIMES) {
		r->held_until = now + WPAR_RESPAWN_HOLD;
		if (ret_begins)
			*ret_begins = true;
		return false;
	}
	r->starts++;
	return true;
}

time_t wpar_respawn_wait(const struct wpar_respawn *r, time_t now)
{
	return r->held_until > now ? r->held_until - now : 0;
}
