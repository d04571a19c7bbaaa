/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of lswpar's output: table, delimited, paragraphs, everything (-L), JSON. */
#include "wparctl/commands/lswpar/views.h"

#include <string.h>

#define RULE_WIDTH  65
#define MOUNT_SHOWN 21 /* characters of a mount point that -L shows before "..." */
#define WRAP_AT	    72 /* the list of privileges in -L and -S */
#define MAX_COLUMNS 32

typedef void (*row_fn)(const struct wpar_ls_request *q, const struct wpar_ls_row *row, void *user);

static void each_row(const struct wpar_ls_request *q, row_fn fn, void *user)
{
	for (size_t i = 0; i < q->n_wpars; i++) {
		size_t n = wpar_ls_view_count(q->view, &q->wpars[i]);

		for (size_t j = 0; j < n; j++) {
			struct wpar_ls_row row = { .wpar = &q->wpars[i], .index = j };

			fn(q, &row, user);
		}
	}
}

struct table {
	size_t width[MAX_COLUMNS];
	size_t rows;
	FILE *out;
};

static void measure(const struct wpar_ls_request *q, const struct wpar_ls_row *row, void *user)
{
	struct table *t = user;

	t->rows++;
	for (size_t i = 0; q->fields[i]; i++) {
		auto_buf b = { 0 };

		q->fields[i]->put(row, &b);
		if (b.len > t->width[i])
			t->width[i] = b.len;
	}
}

/* Every cell is filled up to its width, the last too, as AIX does. */
static void put_cell(const struct table *t, size_t i, const char *text)
{
	fprintf(t->out, "%s%-*s", i ? "  " : "", (int)t->width[i], text);
}

static void print_line(const struct wpar_ls_request *q, const struct wpar_ls_row *row, void *user)
{
	const struct table *t = user;

	for (size_t i = 0; q->fields[i]; i++) {
		auto_buf b = { 0 };

		q->fields[i]->put(row, &b);
		put_cell(t, i, b.data ? b.data : "");
	}
	fputc('\n', t->out);
}

void wpar_ls_print_table(const struct wpar_ls_request *q, FILE *out)
{
	struct table t = { .out = out };
	size_t total = 0;

	for (size_t i = 0; q->fields[i]; i++)
		t.width[i] = strlen(q->fields[i]->heading);
	each_row(q, measure, &t);
	if (t.rows == 0)
		return;
	if (!q->quiet) {
		for (size_t i = 0; q->fields[i]; i++) {
			put_cell(&t, i, q->fields[i]->heading);
			total += t.width[i] + (i ? 2 : 0);
		}
		fputc('\n', out);
		while (total--)
			fputc('-', out);
		fputc('\n', out);
	}
	each_row(q, print_line, &t);
}

/* A delimiter within a value gets a backslash, so that an IPv6 address stays one field. */
static void put_escaped(const char *s, const char *delimiter, FILE *out)
{
	size_t len = strlen(delimiter);

	while (*s) {
		if (strncmp(s, delimiter, len) == 0)
			fputc('\\', out);
		fputc(*s++, out);
	}
}

static void print_delimited_line(const struct wpar_ls_request *q, const struct wpar_ls_row *row,
				 void *user)
{
	FILE *out = user;

	for (size_t i = 0; q->fields[i]; i++) {
		auto_buf b = { 0 };

		q->fields[i]->put(row, &b);
		if (i)
			fputs(q->delimiter, out);
		put_escaped(b.data ? b.data : "", q->delimiter, out);
	}
	fputc('\n', out);
}

void wpar_ls_print_delimited(const struct wpar_ls_request *q, FILE *out)
{
	if (q->n_wpars == 0)
		return;
	if (!q->quiet) {
		fputc('#', out);
		for (size_t i = 0; q->fields[i]; i++)
			fprintf(out, "%s%s", i ? q->delimiter : "", q->fields[i]->name);
		fputc('\n', out);
	}
	each_row(q, print_delimited_line, out);
}

static void put_rule(char c, FILE *out)
{
	for (int i = 0; i < RULE_WIDTH; i++)
		fputc(c, out);
	fputc('\n', out);
}

/* "Label:   value", no blanks at the end; a long comma list goes on below itself. */
static void print_labelled(const char *label, const char *value, unsigned int column, FILE *out)
{
	size_t at = column;

	if (!*value) {
		fprintf(out, "%s\n", label);
		return;
	}
	fprintf(out, "%-*s", (int)column, label);
	while (*value) {
		size_t len = strcspn(value, ",");

		len += value[len] == ',';
		if (at > column && at + len > WRAP_AT) {
			fprintf(out, "\n%*s", (int)column, "");
			at = column;
		}
		fwrite(value, 1, len, out);
		value += len;
		at += len;
	}
	fputc('\n', out);
}

static void print_paragraph(const struct wpar_ls_view *view, const struct wpar_ls_wpar *w,
			    FILE *out)
{
	struct wpar_ls_row row = { .wpar = w };

	for (size_t i = 0; i < view->n_fields; i++) {
		auto_buf b = { 0 };

		if (!view->fields[i].label ||
		    (view->fields[i].versioned && !w->spec.version.image_digest))
			continue;
		view->fields[i].put(&row, &b);
		print_labelled(view->fields[i].label, b.data ? b.data : "", view->value_column,
			       out);
	}
}

/* The fields of a -L table: fields with a label where there are any, else all but the name. */
static const struct wpar_ls_field *section_fields(const struct wpar_ls_view *view)
{
	for (size_t i = 0; i < view->n_fields; i++) {
		if (view->fields[i].label)
			return &view->fields[i];
	}
	return view->fields + 1;
}

/* Texts at fixed columns; a text that is too long pushes the next on by a blank. */
static void print_columns(const struct wpar_ls_view *view, const struct wpar_ls_row *row, FILE *out)
{
	const struct wpar_ls_field *fields = section_fields(view);
	size_t n = view->n_fields - (size_t)(fields - view->fields);
	auto_buf line = { 0 };

	for (size_t i = 0; i < n; i++) {
		auto_buf b = { 0 };

		if (!row)
			par_buf_puts(&b, fields[i].heading);
		else
			fields[i].put(row, &b);
		if (row && b.len == 0 && strcmp(fields[i].name, "device") == 0)
			par_buf_putc(&b, '-'); /* no column but the first may be missed */
		if (b.len == 0)
			continue;
		if (i > 0 && line.len >= view->columns[i])
			par_buf_putc(&line, ' ');
		while (line.len < view->columns[i])
			par_buf_putc(&line, ' ');
		if (row && strcmp(fields[i].name, "mountpoint") == 0 &&
		    b.len > MOUNT_SHOWN + strlen("..."))
			par_buf_printf(&line, "%.*s...", MOUNT_SHOWN, b.data);
		else
			par_buf_puts(&line, b.data);
	}
	fprintf(out, "%s\n", line.data ? line.data : "");
}

static void print_section_table(const struct wpar_ls_view *view, const struct wpar_ls_wpar *w,
				FILE *out)
{
	size_t n = wpar_ls_view_count(view, w);

	print_columns(view, NULL, out);
	put_rule('-', out);
	for (size_t i = 0; i < n; i++) {
		struct wpar_ls_row row = { .wpar = w, .index = i };

		print_columns(view, &row, out);
	}
}

static void print_heading(const struct wpar_ls_wpar *w, FILE *out)
{
	put_rule('=', out);
	fprintf(out, "%s - %s\n", w->spec.name, wpar_state_word(w->state));
	put_rule('=', out);
}

void wpar_ls_print_paragraphs(const struct wpar_ls_request *q, FILE *out)
{
	for (size_t i = 0; i < q->n_wpars; i++) {
		print_heading(&q->wpars[i], out);
		print_paragraph(q->view, &q->wpars[i], out);
		fputc('\n', out);
	}
}

void wpar_ls_print_everything(const struct wpar_ls_request *q, FILE *out)
{
	for (size_t i = 0; i < q->n_wpars; i++) {
		const struct wpar_ls_wpar *w = &q->wpars[i];

		print_heading(w, out);
		for (size_t j = 0; j < wpar_ls_n_views; j++) {
			const struct wpar_ls_view *view = &wpar_ls_views[j];

			if (!view->title || (view->flag == 'X' && w->spec.n_kexts == 0))
				continue;
			fprintf(out, "%s\n", view->title);
			if (view->layout == WPAR_LS_PARAGRAPH)
				print_paragraph(view, w, out);
			else
				print_section_table(view, w, out);
			fputc('\n', out);
		}
	}
}

static void put_json_text(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out); /* a specification has printable ASCII only */
	}
	fputc('"', out);
}

/* The fields of one row as members, without the fields in @skip_head. */
static void put_json_members(const struct wpar_ls_view *view, const struct wpar_ls_row *row,
			     size_t skip_head, FILE *out)
{
	for (size_t i = skip_head; i < view->n_default; i++) {
		auto_buf b = { 0 };

		view->fields[i].put(row, &b);
		fputs(i > skip_head ? ", " : "", out);
		put_json_text(view->fields[i].name, out);
		fputs(": ", out);
		put_json_text(b.data ? b.data : "", out);
	}
}

static void put_json_view(const struct wpar_ls_view *view, const struct wpar_ls_wpar *w, FILE *out)
{
	bool list = view->layout == WPAR_LS_TABLE;
	size_t n = wpar_ls_view_count(view, w);

	fputs(",\n    ", out);
	put_json_text(view->json, out);
	fputs(list ? ": [" : ": ", out);
	for (size_t i = 0; i < n; i++) {
		struct wpar_ls_row row = { .wpar = w, .index = i };

		fputs(i ? ", {" : "{", out);
		put_json_members(view, &row, list ? 1 : 2, out);
		fputc('}', out);
	}
	fputs(list ? "]" : "", out);
}

void wpar_ls_print_json(const struct wpar_ls_request *q, FILE *out)
{
	fputs("[", out);
	for (size_t i = 0; i < q->n_wpars; i++) {
		struct wpar_ls_row row = { .wpar = &q->wpars[i] };

		fputs(i ? ",\n  {" : "\n  {", out);
		put_json_members(wpar_ls_view_find('G'), &row, 0, out);
		for (size_t j = 0; j < wpar_ls_n_views; j++) {
			if (wpar_ls_views[j].json)
				put_json_view(&wpar_ls_views[j], &q->wpars[i], out);
		}
		fputs("\n  }", out);
	}
	fputs(q->n_wpars ? "\n]\n" : "]\n", out);
}
