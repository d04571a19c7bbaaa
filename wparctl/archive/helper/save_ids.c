/* SPDX-License-Identifier: Apache-2.0 */
/* Owners that are others in the archive: those of files, and those that access lists name. */
#include "wparctl/archive/helper/save_tar.h"

#include <errno.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>
#include <string.h>

int save_ids_add(struct save_ids *ids, uint32_t from, uint32_t to)
{
	struct save_id *more = reallocarray(ids->v, ids->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	ids->v = more;
	more[ids->n++] = (struct save_id){ from, to };
	return 0;
}

uint32_t save_ids_get(const struct save_ids *ids, uint32_t id)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (ids->v[i].from == id)
			return ids->v[i].to;
	}
	return id;
}

void save_ids_of_list(const struct save_owners *o, void *value, size_t len)
{
	struct posix_acl_xattr_header *h = value;
	struct posix_acl_xattr_entry *e = (struct posix_acl_xattr_entry *)(h + 1);

	if (len < sizeof(*h) || le32toh(h->a_version) != POSIX_ACL_XATTR_VERSION)
		return;
	for (size_t n = (len - sizeof(*h)) / sizeof(*e); n > 0; n--, e++) {
		const uint16_t tag = le16toh(e->e_tag);

		if (tag == ACL_USER)
			e->e_id = htole32(save_ids_get(&o->users, le32toh(e->e_id)));
		else if (tag == ACL_GROUP)
			e->e_id = htole32(save_ids_get(&o->groups, le32toh(e->e_id)));
	}
}
