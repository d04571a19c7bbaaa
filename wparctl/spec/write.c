/* SPDX-License-Identifier: Apache-2.0 */
/* AIX's stanza grammar, written: what parse.c reads back the same. */
#include "lpard/common/stanza.h"
#include "wparctl/spec/keys.h"

static void put_record(enum wpar_stanza stanza, const void *record, struct par_buf *out)
{
	auto_buf body = { 0 };
	bool any = false;

	if (stanza == WPAR_STANZA_GENERAL)
		par_buf_puts(&body, "\tformat = \"1\"\n");
	for (size_t i = 0; i < wpar_n_keys; i++) {
		auto_buf value = { 0 };

		if (wpar_keys[i].stanza != stanza ||
		    !wpar_key_format(&wpar_keys[i], record, &value))
			continue;
		any = true;
		par_buf_printf(&body, "\t%s = ", wpar_keys[i].field.name);
		par_stanza_put_value(&body, value.data ? value.data : "");
		par_buf_putc(&body, '\n');
		body.failed |= value.failed;
	}
	if (any)
		par_buf_printf(out, "%s%s:\n%s", out->len ? "\n" : "", wpar_stanza_name(stanza),
			       body.data);
	out->failed |= body.failed;
}

int wpar_spec_write(const struct wpar_spec *s, struct par_buf *out, struct par_error **err)
{
	for (size_t stanza = 0; stanza < WPAR_STANZA_COUNT; stanza++) {
		const void *record;

		for (size_t i = 0; (record = wpar_record_get(s, (enum wpar_stanza)stanza, i)); i++)
			put_record((enum wpar_stanza)stanza, record, out);
	}
	if (out->failed)
		return par_oom(err);
	return 0;
}
