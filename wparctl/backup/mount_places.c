/* SPDX-License-Identifier: Apache-2.0 */
/* Names and the file systems in which they lie: see mount_places.h. */
#include "wparctl/backup/mount_places.h"

#include "lpard/common/str.h"
#include "wparctl/spec/spec.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wpar_mount_table_done(struct wpar_mount_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].root);
		free(t->v[i].point);
	}
	free(t->v);
	*t = (struct wpar_mount_table){ 0 };
}

void wpar_mount_unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		    text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*to = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0');
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

static bool parse_line(const char *line, struct wpar_mounted_at *m, char root[PATH_MAX],
		       char point[PATH_MAX])
{
	char text[3 * PATH_MAX];
	const char *dash;
	unsigned long long id, parent;

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
	dash = strstr(text, " - ");
	if (!dash || sscanf(dash, " - %63s", m->kind) != 1 ||
	    sscanf(text, "%llu %llu %u:%u %4095s %4095s", &id, &parent, &m->major, &m->minor, root,
		   point) != 6)
		return false;
	m->id = id;
	m->parent = parent;
	wpar_mount_unescape(root);
	wpar_mount_unescape(point);
	return true;
}

static int add_line(struct wpar_mount_table *t, const char *line)
{
	struct wpar_mounted_at m = { .top = true }, *more;
	char root[PATH_MAX], point[PATH_MAX];

	if (!parse_line(line, &m, root, point))
		return 0;
	more = reallocarray(t->v, t->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	t->v = more;
	m.root = strdup(root);
	m.point = strdup(point);
	more[t->n++] = m;
	return m.root && m.point ? 0 : -ENOMEM;
}

int wpar_mount_table_parse(const char *mountinfo, struct wpar_mount_table *ret)
{
	*ret = (struct wpar_mount_table){ 0 };
	for (const char *l = mountinfo; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (add_line(ret, l) < 0) {
			wpar_mount_table_done(ret);
			return -ENOMEM;
		}
	}
	for (size_t i = 0; i < ret->n; i++) {
		for (size_t j = 0; j < ret->n; j++)
			ret->v[i].top &= i == j || ret->v[j].id != ret->v[i].parent;
	}
	return 0;
}

char *wpar_path_moved(const char *path, const char *from, const char *to)
{
	const char *rest = path + (strcmp(from, "/") == 0 ? 0 : strlen(from));

	if (strcmp(rest, "/") == 0)
		rest = "";
	if (strcmp(to, "/") == 0)
		return strdup(*rest ? rest : "/");
	return par_strdup_printf("%s%s", to, rest);
}

/* The one that is met first on the way to @name, of those that are mounted on @on. */
static const struct wpar_mounted_at *met_next(const struct wpar_mount_table *t, const char *name,
					      const struct wpar_mounted_at *on)
{
	const struct wpar_mounted_at *found = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct wpar_mounted_at *m = &t->v[i];

		if (m == on || (on ? m->parent != on->id : !m->top) ||
		    !wpar_path_is_within(name, m->point) ||
		    (found && strlen(m->point) >= strlen(found->point)))
			continue;
		found = m;
	}
	return found;
}

const struct wpar_mounted_at *wpar_mount_seen_at(const struct wpar_mount_table *t, const char *name)
{
	const struct wpar_mounted_at *seen = NULL, *next;

	/* Each step goes to another one; what is no tree ends, too. */
	for (size_t steps = 0; steps <= t->n && (next = met_next(t, name, seen)); steps++)
		seen = next;
	return seen;
}
