/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files in which a system says what it is are handed on as they are: what follows from them
 * is decided by wparctl (versioned/derive.c), which trusts none of it.
 */
#include "wparctl/archive/helper/identify.h"

#include "wparctl/archive/helper/say_hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const text_names[] = {
	"etc/os-release",     "usr/lib/os-release", "etc/debian_version", "etc/redhat-release",
	"etc/centos-release", "etc/SuSE-release",   "etc/system-release", "etc/slackware-version",
	"etc/alpine-release", "etc/lsb-release",    "etc/arch-release",	  "etc/hostname",
	"etc/passwd",	      "etc/group",
};
_Static_assert(sizeof(text_names) / sizeof(text_names[0]) == IDENTIFY_TEXTS, "one place for each");

static const struct {
	const char *manager, *name; /* of its data base, or what is in it */
} managers[] = {
	{ "dpkg", "var/lib/dpkg/status" },
	{ "rpm", "var/lib/rpm/Packages" },
	{ "rpm", "var/lib/rpm/rpmdb.sqlite" },
	{ "rpm", "usr/lib/sysimage/rpm/rpmdb.sqlite" },
	{ "rpm", "usr/lib/sysimage/rpm/Packages.db" },
	{ "apk", "lib/apk/db/installed" },
	{ "apk", "usr/lib/apk/db/installed" },
	{ "pacman", "var/lib/pacman/local" },
	{ "slackware", "var/log/packages" },
};

int wpar_identify_text(const char *name)
{
	for (int i = 0; i < IDENTIFY_TEXTS; i++) {
		if (strcmp(text_names[i], name) == 0)
			return i;
	}
	return -1;
}

/* Of users and groups all are there, or none: who is not listed is not there. */
static bool is_list(int text)
{
	return strcmp(text_names[text], "etc/passwd") == 0 ||
	       strcmp(text_names[text], "etc/group") == 0;
}

size_t wpar_identify_most(int text, int64_t size)
{
	if (!is_list(text))
		return IDENTIFY_TEXT_MAX;
	return size <= IDENTIFY_NAMES_MAX ? IDENTIFY_NAMES_MAX : 0;
}

void wpar_identify_name(struct identify *id, const char *name)
{
	const size_t len = strcspn(name, "/");

	for (size_t i = 0; i < sizeof(managers) / sizeof(managers[0]); i++) {
		if (strcmp(managers[i].name, name) == 0)
			id->manager = managers[i].manager;
	}
	if (len == 0 || id->tops > 1)
		return;
	if (id->tops == 1) {
		id->tops += strncmp(id->top, name, len) != 0 || id->top[len];
		return;
	}
	id->tops = len < sizeof(id->top) ? 1 : 2;
	if (id->tops == 1)
		snprintf(id->top, sizeof(id->top), "%.*s", (int)len, name);
}

bool wpar_identify_put(struct identify *id, int text, int layer, const void *data, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return false;
	memcpy(copy, data, len);
	free(id->texts[text]);
	id->texts[text] = copy;
	id->lens[text] = len;
	id->layers[text] = layer;
	return true;
}

void wpar_identify_gone(struct identify *id, const char *name, int layer)
{
	const size_t len = strlen(name);

	for (int i = 0; i < IDENTIFY_TEXTS; i++) {
		if (id->layers[i] < layer && strncmp(text_names[i], name, len) == 0 &&
		    (len == 0 || text_names[i][len] == '/' || !text_names[i][len])) {
			free(id->texts[i]);
			id->texts[i] = NULL;
		}
	}
}

void wpar_identify_busybox(struct identify *id, const void *data, size_t len)
{
	static const char words[] = "BusyBox v";
	const char *at = memmem(data, len, words, strlen(words));
	size_t n = 0;

	if (!at)
		return;
	at += strlen(words);
	while (at + n < (const char *)data + len && n < sizeof(id->busybox) - 1 &&
	       (at[n] == '.' || (at[n] >= '0' && at[n] <= '9')))
		n++;
	if (n > 0)
		snprintf(id->busybox, sizeof(id->busybox), "%.*s", (int)n, at);
}

void wpar_identify_show(const struct identify *id)
{
	for (int i = 0; i < IDENTIFY_TEXTS; i++) {
		if (id->texts[i] && id->lens[i] > 0) {
			printf("text %s ", text_names[i]);
			wpar_put_hex(id->texts[i], id->lens[i]);
			putchar('\n');
		}
	}
	if (id->busybox[0])
		printf("busybox %s\n", id->busybox);
	if (id->manager)
		printf("manager %s\n", id->manager);
	if (id->tops == 1) {
		fputs("top ", stdout);
		wpar_put_hex(id->top, strlen(id->top));
		putchar('\n');
	}
}

void wpar_identify_done(struct identify *id)
{
	for (int i = 0; i < IDENTIFY_TEXTS; i++)
		free(id->texts[i]);
	*id = (struct identify){ 0 };
}
