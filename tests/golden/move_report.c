/* SPDX-License-Identifier: Apache-2.0 */
/*
 * move_report.c - prints the report on a move as migrwpar -o v does
 *
 *	move-report live|static json|table|list|details SOURCE TARGET...
 *
 * SOURCE and TARGETs are files with facts; a TARGET that is none is an LPAR that does not answer.
 */
#include "lpard/cli/move_table.h"
#include "lpard/core/move/report.h"

#include <string.h>

#define TARGETS_MOST 16

static int read_facts(const char *path, struct par_move_facts *ret)
{
	char text[65536];
	autofile FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	return par_move_facts_read(text, n, ret, NULL);
}

int main(int argc, char **argv)
{
	struct par_move_facts source = { 0 }, facts[TARGETS_MOST] = { 0 };
	struct lpar_move_port port = { "525400000001", (char *)"ETHERNET0, VLAN 1" };
	struct lpar_move_side side = {
		.lpar = "lpar01", .facts = &source, .ports = &port, .n_ports = 1
	};
	struct lpar_move_target targets[TARGETS_MOST] = { 0 };
	auto_json answer = json_object_new_object();
	auto_error err = NULL;
	const int kind = argc > 4 ? par_word_find(lpar_move_kind_words, argv[1]) : -1;
	const int n = argc - 4;
	int r;

	if (kind < 0 || n > TARGETS_MOST || read_facts(argv[3], &source) < 0)
		return 2;
	for (int i = 0; i < n; i++) {
		targets[i] = (struct lpar_move_target){ .system = "sys1",
							.side = { .lpar = argv[4 + i] },
							.why = "no agent answers in the LPAR" };
		if (read_facts(argv[4 + i], &facts[i]) == 0)
			targets[i].side.facts = &facts[i];
	}
	if (par_json_put(answer, "reports",
			 lpar_move_reports((enum lpar_move_kind)kind, &side, targets, (size_t)n)) <
	    0)
		return 2;
	if (strcmp(argv[2], "json") == 0) {
		par_json_print(stdout, answer);
		r = 0;
	} else {
		r = cli_move_print(stdout, answer, strcmp(argv[2], "table") != 0,
				   strcmp(argv[2], "details") == 0, &err);
		printf("%d%s%s\n", r, err ? ": " : "", err ? par_error_text(err) : "");
	}
	for (int i = 0; i < n; i++)
		par_move_facts_done(&facts[i]);
	par_move_facts_done(&source);
	return 0;
}
