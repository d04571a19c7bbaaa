/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of flags for manual pages, from the table that parses them. */
#include "wparctl/spec/keys.h"

#include <stdio.h>

static void print_stanza(enum wpar_stanza stanza, FILE *f)
{
	fprintf(f, "## %s, stanza %s\n\n", wpar_stanza_flag(stanza), wpar_stanza_name(stanza));
	for (size_t i = 0; i < wpar_n_keys; i++) {
		const struct wpar_key *key = &wpar_keys[i];

		auto_buf refusal = { 0 };

		if (key->stanza != stanza || !wpar_key_is_known(key))
			continue;
		if (key->refused)
			par_buf_printf(&refusal, "Refused: %s", key->refused);
		par_field_print_doc(&key->field, refusal.data, f);
	}
	if (stanza == WPAR_STANZA_SECURITY) {
		fputs("The privileges are ", f);
		wpar_privs_print(f);
		fputs("; one has PV\\_NET\\_RAWSOCK only when it is given.\n\n", f);
	}
}

void wpar_keys_print_doc(FILE *f)
{
	static const enum wpar_stanza order[] = { WPAR_STANZA_RESOURCES, WPAR_STANZA_MOUNT,
						  WPAR_STANZA_DEVICE,	 WPAR_STANZA_SECURITY,
						  WPAR_STANZA_NETWORK,	 WPAR_STANZA_ROUTE,
						  WPAR_STANZA_KEXT,	 WPAR_STANZA_COPY };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(order); i++)
		print_stanza(order[i], f);
}
