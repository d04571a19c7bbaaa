/* SPDX-License-Identifier: Apache-2.0 */
/* The difference of two plans of mounts: see mount_change.h. */
#include "wparctl/filesystem/mount_change.h"

#include <string.h>

void wpar_mount_change_done(struct wpar_mount_change *c)
{
	wpar_mount_plan_done(&c->add);
	wpar_mount_plan_done(&c->resize);
	wpar_mount_plan_done(&c->drop);
}

bool wpar_mount_change_is_empty(const struct wpar_mount_change *c)
{
	return !c->add.n_ops && !c->resize.n_ops && !c->drop.n_ops;
}

static const struct wpar_mount_op *op_for(const struct wpar_mount_plan *p,
					  const struct wpar_mount_op *like)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		if (p->ops[i].kind == like->kind && strcmp(p->ops[i].target, like->target) == 0)
			return &p->ops[i];
	}
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a ? par_streq(a, b) : !b;
}

/* The same but for the options of a file system that is made for the WPAR. */
static bool is_same_place(const struct wpar_mount_op *a, const struct wpar_mount_op *b)
{
	return a->flags == b->flags && a->mode == b->mode && same_text(a->source, b->source) &&
	       same_text(a->object, b->object) && same_text(a->fstype, b->fstype);
}

static int move_op(struct wpar_mount_plan *to, struct wpar_mount_op *op)
{
	struct wpar_mount_op *more = reallocarray(to->ops, to->n_ops + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	to->ops = more;
	more[to->n_ops++] = *op;
	*op = (struct wpar_mount_op){ .kind = op->kind };
	return 0;
}

static int move_head(struct wpar_mount_plan *to, const struct wpar_mount_plan *from)
{
	to->directory = strdup(from->directory);
	to->run = strdup(from->run);
	to->global_name = strdup(from->global_name);
	to->idbase = from->idbase;
	to->idrange = from->idrange;
	to->has_nfs = from->has_nfs;
	return to->directory && to->run && to->global_name ? 0 : -ENOMEM;
}

/* What a bind of the WPAR's own files hides, or is hidden by, is not to be had while it runs. */
static int check_add(const struct wpar_mount_plan *old, const struct wpar_mount_op *op,
		     struct par_error **err)
{
	if (op->kind == WPAR_OP_FOLDER || op->flags & WPAR_OP_DEVICE)
		return 0;
	if (op->kind == WPAR_OP_BIND && op->flags & WPAR_OP_PRIVATE)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"-M directory=%s: only a namefs or an nfs can be added while the "
				"workload partition is active; stop it first",
				op->target);
	for (size_t i = 0; i < old->n_ops; i++) {
		const struct wpar_mount_op *o = &old->ops[i];

		if (o->kind == WPAR_OP_BIND && strcmp(o->target, op->target) != 0 &&
		    wpar_path_is_within(o->target, op->target))
			return par_fail(
				err, PAR_E_WRONG_STATE, 0,
				"-M directory=%s: it would hide %s, which is mounted below; "
				"stop the workload partition first",
				op->target, o->target);
	}
	return 0;
}

static int check_drop(const struct wpar_mount_plan *new, const struct wpar_mount_op *op,
		      struct par_error **err)
{
	if (op->kind == WPAR_OP_BIND && op->flags & WPAR_OP_PRIVATE)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"-M directory=%s: only a namefs or an nfs can be taken away while "
				"the workload partition is active; stop it first",
				op->target);
	for (size_t i = 0; op->flags & (WPAR_OP_NAMEFS | WPAR_OP_NFS) && i < new->n_ops; i++) {
		const struct wpar_mount_op *o = &new->ops[i];

		if (o->kind == WPAR_OP_BIND && wpar_path_is_within(o->target, op->target))
			return par_fail(err, PAR_E_WRONG_STATE, 0,
					"-M directory=%s: %s is mounted below it; stop the "
					"workload partition first",
					op->target, o->target);
	}
	return 0;
}

static int fail_other(const struct wpar_mount_op *op, struct par_error **err)
{
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			"%s of an active workload partition cannot become another file system, "
			"device or directory; stop the workload partition first",
			op->target);
}

/* A folder made below /dev stays: it does no harm, and another device may be in it. */
static int find_dropped(struct wpar_mount_plan *old, const struct wpar_mount_plan *new,
			struct wpar_mount_change *ret, struct par_error **err)
{
	for (size_t i = old->n_ops; i-- > 0;) {
		struct wpar_mount_op *op = &old->ops[i];
		int r;

		if (op_for(new, op) || op->kind == WPAR_OP_FOLDER)
			continue;
		if (op->kind != WPAR_OP_BIND)
			return fail_other(op, err);
		r = check_drop(new, op, err);
		if (r < 0)
			return r;
		if (move_op(&ret->drop, op) < 0)
			return par_oom(err);
		/* The places of the others are still compared. */
		op->target = strdup("");
		if (!op->target)
			return par_oom(err);
	}
	return 0;
}

static int find_added(const struct wpar_mount_plan *old, struct wpar_mount_plan *new,
		      struct wpar_mount_change *ret, struct par_error **err)
{
	for (size_t i = 0; i < new->n_ops; i++) {
		struct wpar_mount_op *op = &new->ops[i];
		const struct wpar_mount_op *before = op_for(old, op);
		int r;

		if (before && is_same_place(before, op) && same_text(before->data, op->data))
			continue;
		if (before && (op->kind != WPAR_OP_FS || !is_same_place(before, op)))
			return fail_other(op, err);
		if (!before && op->kind != WPAR_OP_BIND && op->kind != WPAR_OP_FOLDER)
			return fail_other(op, err);
		r = before ? 0 : check_add(old, op, err);
		if (r < 0)
			return r;
		if (move_op(before ? &ret->resize : &ret->add, op) < 0)
			return par_oom(err);
		op->target = strdup("");
		if (!op->target)
			return par_oom(err);
	}
	return 0;
}

int wpar_mount_change_build(struct wpar_mount_plan *old, struct wpar_mount_plan *new,
			    struct wpar_mount_change *ret, struct par_error **err)
{
	auto_mount_change c = { 0 };
	int r;

	if (move_head(&c.add, new) < 0 || move_head(&c.resize, new) < 0 ||
	    move_head(&c.drop, old) < 0)
		return par_oom(err);
	r = find_dropped(old, new, &c, err);
	if (r < 0)
		return r;
	r = find_added(old, new, &c, err);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct wpar_mount_change){ 0 };
	return 0;
}

int wpar_mount_change_print(const struct wpar_mount_change *c, struct par_buf *out)
{
	for (size_t i = 0; i < c->add.n_ops; i++) {
		const struct wpar_mount_op *op = &c->add.ops[i];

		par_buf_printf(out, "add %s%s%s%s\n", op->target, op->source ? " from " : "",
			       op->source ? op->source : "",
			       op->flags & WPAR_OP_READONLY ? " ro" : "");
	}
	for (size_t i = 0; i < c->resize.n_ops; i++)
		par_buf_printf(out, "resize %s %s\n", c->resize.ops[i].target,
			       c->resize.ops[i].data ? c->resize.ops[i].data : "");
	for (size_t i = 0; i < c->drop.n_ops; i++)
		par_buf_printf(out, "drop %s\n", c->drop.ops[i].target);
	return out->failed ? -ENOMEM : 0;
}
