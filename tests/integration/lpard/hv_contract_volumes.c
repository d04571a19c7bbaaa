/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor port's contract: images, disks and their pool.  See hv_contract.h. */
#include "hv_contract.h"

#include <fcntl.h>
#include <unistd.h>

static int count_calls(const char *what, uint64_t done, uint64_t total, void *user)
{
	ck_assert_ptr_nonnull(what);
	ck_assert_uint_le(done, total);
	(*(int *)user)++;
	return 0;
}

static int cancel(const char *what, uint64_t done, uint64_t total, void *user)
{
	(void)what;
	(void)done;
	(void)total;
	(void)user;
	return 1;
}

START_TEST(images)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_error err = NULL;
	int calls = 0;
	struct hv_progress progress = { count_calls, &calls }, never = { cancel, NULL };

	if (!contract.has_image)
		return;
	contract_ok(contract.hv->ops->image_remove(contract.hv, &contract.image, &err), &err);
	contract_fails(contract.hv->ops->image_ensure(contract.hv, &contract.image, &never, &err),
		       PAR_E_TIMED_OUT, &err);
	contract_ok(contract.hv->ops->image_remove(contract.hv, &contract.image, &err), &err);
	contract_ok(contract.hv->ops->image_ensure(contract.hv, &contract.image, &progress, &err),
		    &err);
	ck_assert_int_gt(calls, 0);
	calls = 0;
	contract_ok(contract.hv->ops->image_ensure(contract.hv, &contract.image, &progress, &err),
		    &err);
	ck_assert_int_eq(calls, 0); /* it was there */
	contract_fails(contract_disk(UUID_A, HV_DISK_THERE, &err), PAR_E_NOT_FOUND, &err);
	contract_ok(contract_disk(UUID_A, HV_DISK_FIRST, &err), &err);
	contract_ok(contract_disk(UUID_A, HV_DISK_FIRST, &err), &err);
	contract_ok(contract_disk(UUID_A, HV_DISK_AGAIN, &err), &err);
	contract_ok(contract_disk(UUID_A, HV_DISK_THERE, &err), &err);
	contract_fails(contract_disk(UUID_A, HV_DISK_NEW, &err), PAR_E_WRONG_STATE, &err);
	contract_fails(contract.hv->ops->image_remove(contract.hv, &contract.image, &err),
		       PAR_E_BUSY, &err);
	contract_ok(contract.hv->ops->disk_remove(contract.hv, UUID_A, &err), &err);
	contract_ok(contract.hv->ops->disk_remove(contract.hv, UUID_A, &err), &err);
	contract_ok(contract_disk(UUID_A, HV_DISK_NEW, &err), &err);
	contract_ok(contract.hv->ops->disk_remove(contract.hv, UUID_A, &err), &err);
	contract_ok(contract_define(p, NULL, &err), &err);
	contract_fails(contract.hv->ops->pool_remove(contract.hv, &err), PAR_E_BUSY, &err);
	contract_ok(contract.hv->ops->undefine(contract.hv, UUID_A, &err), &err);
	contract_ok(contract.hv->ops->pool_remove(contract.hv, &err), &err);
	contract_ok(contract.hv->ops->pool_remove(contract.hv, &err), &err);
}
END_TEST

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The pool may be one that others use, too: only what is ours by name goes, and not the pool. */
START_TEST(foreign_volumes)
{
#define POOL "/var/lib/libvirt/images/lpard/"
	static const char *const foreign[] = {
		POOL "precious.qcow2",
		POOL "0123456789ab-root.img.bak",
		POOL "0123456789AB-root.img",
		POOL "6c706172-0000-4000-8000-00000000000a-data.qcow2",
	};
	static const char *const ours[] = {
		POOL "0123456789ab-root.img",
		POOL "0123456789ab-vmlinux.complete",
		POOL "6c706172-0000-4000-8000-00000000000b-root.qcow2",
	};
	auto_error err = NULL;

	if (!contract.has_image || !par_starts_with(contract_uri(), "qemu:"))
		return;
	contract_ok(contract.hv->ops->image_ensure(contract.hv, &contract.image, NULL, &err), &err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(foreign); i++)
		close(creat(foreign[i], 0600));
	for (size_t i = 0; i < PAR_ARRAY_SIZE(ours); i++)
		close(creat(ours[i], 0600));
	contract_ok(contract.hv->ops->pool_remove(contract.hv, &err), &err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(foreign); i++)
		ck_assert_msg(exists(foreign[i]), "%s has gone", foreign[i]);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(ours); i++)
		ck_assert_msg(!exists(ours[i]), "%s is left", ours[i]);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(foreign); i++)
		unlink(foreign[i]);
	contract_ok(contract.hv->ops->pool_remove(contract.hv, &err), &err);
	ck_assert(!exists(POOL));
#undef POOL
}
END_TEST

void contract_add_volumes(TCase *tc)
{
	if (contract_is_test_driver())
		return;
	tcase_add_test(tc, images);
	tcase_add_test(tc, foreign_volumes);
}
