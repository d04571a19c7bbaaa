/* SPDX-License-Identifier: Apache-2.0 */
/* xml_merge.c: what others have put into a definition stays, and what is lpard's is lpard's. */
#include "harness.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

#define LPARD "xmlns:lpard='https://lpard.org/xmlns/lpar/1'"
#define ROOT  "<target dev='vda' bus='virtio'/>"

static const char planned[] =
	"<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>"
	"<uuid>u</uuid><metadata><lpard:lpar " LPARD " version='1'>new</lpard:lpar></metadata>"
	"<memory unit='MiB'>1024</memory><vcpu current='2'>4</vcpu>"
	"<cputune><shares>512</shares></cputune>"
	"<os><type machine='pseries'>hvm</type><kernel>/pool/new-vmlinux</kernel></os>"
	"<features><cfpc value='broken'/></features>"
	"<cpu mode='custom'><model>POWER9</model><numa><cell id='0'/></numa></cpu>"
	"<on_crash>destroy</on_crash><devices>"
	"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
	"<source file='/pool/new-root.qcow2'/>" ROOT "</disk>"
	"<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
	"<source file='/pool/0123456789ab-media.img'/><target dev='vdb'/></disk>"
	"<controller type='usb' model='none'/>"
	"<interface type='network'><mac address='52:54:00:00:00:01'/><source network='later'/>"
	"</interface>"
	"<serial type='pty'><target type='spapr-vio-serial' port='0'/></serial>"
	"<console type='pty'><target type='serial' port='0'/></console>"
	"<channel type='unix'><target type='virtio' name='org.lpard.agent.0'/></channel>"
	"<memballoon model='none'/><rng model='virtio'><backend model='builtin'/></rng>"
	"<memory model='dimm'><target><size>256</size></target></memory>"
	"<panic model='pseries'/></devices>"
	"<qemu:commandline><qemu:arg value='-machine'/><qemu:arg value='x-vof=on'/>"
	"</qemu:commandline></domain>";

/* As libvirt writes it, changed by others. */
static const char old[] =
	"<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
	"<name>a</name><uuid>u</uuid><title>the old title</title><description>why</description>"
	"<metadata><lpard:lpar " LPARD " version='1'>old</lpard:lpar>"
	"<x:backup xmlns:x='http://backup/'>theirs</x:backup></metadata>"
	"<memory unit='MiB'>2048</memory><vcpu current='1'>1</vcpu><vcpus><vcpu id='0'/></vcpus>"
	"<cputune><shares>2</shares><vcpupin vcpu='0' cpuset='1'/></cputune>"
	"<os><type machine='pseries-7.2'>hvm</type><kernel>/pool/old-vmlinux</kernel>"
	"<bootmenu enable='yes'/></os>"
	"<features><ibs value='broken'/><hap/></features>"
	"<cpu mode='host-model'><numa><cell id='0' cpus='0'/></numa></cpu>"
	"<clock offset='utc'/><on_crash>preserve</on_crash><devices><emulator>/usr/bin/q</emulator>"
	"<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/>"
	"<source file='/pool/u-root.ext'/><backingStore type='file'/>" ROOT
	"<iotune><total_iops_sec>77</total_iops_sec></iotune></disk>"
	"<disk type='file' device='disk'><source file='/pool/111111111111-media.img'/>"
	"<target dev='vdc'/></disk>"
	"<disk type='block' device='disk'><source dev='/dev/sdz'/><target dev='vdb'/></disk>"
	"<disk type='file' device='cdrom'><source file='/iso'/><target dev='sda'/></disk>"
	"<controller type='usb' index='0' model='none'/><controller type='scsi' index='0'/>"
	"<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/>"
	"<bandwidth><inbound average='9'/></bandwidth></interface>"
	"<interface type='network'><mac address='52:54:00:00:00:02'/></interface>"
	"<interface type='network'><mac address='52:54:00:ff:ff:ff'/></interface>"
	"<serial type='pty'><log file='/log'/><target type='spapr-vio-serial' port='0'/></serial>"
	"<console type='pty'><target type='serial' port='0'/></console>"
	"<channel type='unix'><target type='virtio' name='org.lpard.agent.0'/>"
	"<alias name='ours'/></channel>"
	"<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
	"<memballoon model='none'/><rng model='virtio'><backend model='builtin'/></rng>"
	"<memory model='dimm'><target><size>512</size></target></memory>"
	"<panic model='pseries'/></devices>"
	"<qemu:commandline><qemu:arg value='-prom-env'/><qemu:arg value='auto-boot?=false'/>"
	"<qemu:arg value='-theirs'/><qemu:env name='E' value='1'/></qemu:commandline></domain>";

static char *merge(const char *disk)
{
	struct hv_nic_plan nics[] = { { .mac = "52:54:00:00:00:01" },
				      { .mac = "52:54:00:00:00:02" } };
	struct hv_xml_before before = {
		.pool_path = "/pool", .disk = disk, .nics = nics, .n_nics = PAR_ARRAY_SIZE(nics)
	};
	auto_error err = NULL;
	char *ret = NULL;

	ck_assert_msg(hv_xml_merge(planned, old, &before, &ret, &err) == 0, "%s",
		      err ? err->msg : "?");
	return ret;
}

static unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
		n++;
	return n;
}

START_TEST(what_is_not_ours_stays)
{
	static const char *const stays[] = {
		"the old title",
		">why<",
		"theirs</x:backup>",
		"vcpupin",
		"bootmenu",
		"<hap/>",
		"<clock offset=\"utc\"/>",
		"/usr/bin/q",
		"/pool/u-root.ext",
		"cache=\"none\"",
		">77<",
		"/dev/sdz",
		"/iso",
		"type=\"scsi\"",
		"average=\"9\"",
		"52:54:00:ff:ff:ff",
		"/log",
		"\"ours\"",
		"org.qemu.guest_agent.0",
		"-theirs",
		"name=\"E\"",
	};
	autofree char *xml = merge(NULL);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(stays); i++)
		ck_assert_msg(count(xml, stays[i]) == 1, "%s: %s", stays[i], xml);
}
END_TEST

START_TEST(what_is_ours_is_planned)
{
	static const char *const planned_once[] = {
		">new<",
		"MiB\">1024<",
		"current=\"2\"",
		">512<",
		"new-vmlinux",
		"machine=\"pseries\"",
		"cfpc",
		"POWER9",
		"cell id",
		">destroy<",
		"0123456789ab-media.img",
		">256<",
		"x-vof=on",
		"dev=\"vda\"",
		"52:54:00:00:00:01",
		"network=\"later\"",
		"port=\"0\"/></serial>",
		"org.lpard.agent.0",
		"builtin",
		"memballoon",
		"type=\"usb\"",
		"panic",
	};
	static const char *const gone[] = {
		">old<",     "2048",	       "vcpus",	   "old-vmlinux",  "pseries-7.2",
		"ibs",	     "host-model",     "preserve", "111111111111", "52:54:00:00:00:02",
		"auto-boot", "new-root.qcow2",
	};
	autofree char *xml = merge(NULL);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(planned_once); i++)
		ck_assert_msg(count(xml, planned_once[i]) == 1, "%s: %s", planned_once[i], xml);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(gone); i++)
		ck_assert_msg(count(xml, gone[i]) == 0, "%s: %s", gone[i], xml);
}
END_TEST

/* vdb is somebody's: the media disk is known by its label, and takes another name. */
START_TEST(names_of_disks_are_unique)
{
	autofree char *xml = merge(NULL);

	ck_assert_uint_eq(count(xml, "dev=\"vdb\""), 1);
	ck_assert_uint_eq(count(xml, "dev=\"vdc\""), 1);
}
END_TEST

START_TEST(another_disk)
{
	autofree char *xml = merge("/pool/u-root-2.qcow2");

	ck_assert_uint_eq(count(xml, "/pool/u-root-2.qcow2"), 1);
	ck_assert_uint_eq(count(xml, "u-root.ext"), 0);
	ck_assert_uint_eq(count(xml, "backingStore"), 0);
	ck_assert_uint_eq(count(xml, ">77<"), 1);
}
END_TEST

/* Merged with itself nothing changes any more. */
START_TEST(again)
{
	struct hv_xml_before before = { .pool_path = "/pool" };
	autofree char *once = merge(NULL), *twice = NULL;
	auto_error err = NULL;

	ck_assert_int_eq(hv_xml_merge(planned, once, &before, &twice, &err), 0);
	for (const char *const *p =
		     (const char *const[]){ "<disk", "<interface", "<channel", "<controller",
					    "<arg", "<memory", "qemu:arg", NULL };
	     *p; p++)
		ck_assert_msg(count(once, *p) == count(twice, *p), "%s: %s", *p, twice);
}
END_TEST

START_TEST(what_is_no_domain)
{
	struct hv_xml_before before = { .pool_path = "/pool" };
	static const char *const bad[] = { "", "x", "<network/>", "<!DOCTYPE a []><domain/>" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		autofree char *ret = NULL;
		auto_error err = NULL;

		ck_assert_int_lt(hv_xml_merge(planned, bad[i], &before, &ret, &err), 0);
		ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	}
}
END_TEST

START_TEST(the_disk_of_a_domain)
{
	autofree char *file = NULL, *block = NULL, *none = NULL;
	bool there = false;

	ck_assert_int_eq(hv_xml_disk(old, "vda", &there, &file, NULL), 0);
	ck_assert(there);
	ck_assert_str_eq(file, "/pool/u-root.ext");
	ck_assert_int_eq(hv_xml_disk(old, "vdb", &there, &block, NULL), 0);
	ck_assert(there && !block);
	ck_assert_int_eq(hv_xml_disk(old, "vdx", &there, &none, NULL), 0);
	ck_assert(!there && !none);
}
END_TEST

START_TEST(names_of_volumes)
{
	static const char uuid[] = "6c706172-0000-4000-8000-00000000000a";
	static const struct {
		const char *suffix;
		bool of, ours;
	} t[] = {
		{ "-root.qcow2", true, true },	     { "-root-2.qcow2", true, true },
		{ "-root.ext", true, false },	     { "-root-x.qcow2", false, false },
		{ "-root-123.qcow2", false, false }, { "-data.qcow2", false, false },
		{ "-root", false, false },	     { "", false, false },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(t); i++) {
		autofree char *name = par_strdup_printf("%s%s", uuid, t[i].suffix);

		ck_assert_msg(hv_volume_is_disk_of(name, uuid) == t[i].of, "%s", name);
		ck_assert_msg(hv_volume_is_ours(name) == t[i].ours, "%s", name);
	}
	ck_assert(hv_volume_is_image("0123456789ab-root.img"));
	ck_assert(!hv_volume_is_image("0123456789ab-root.img.complete"));
	ck_assert(hv_volume_is_ours("0123456789ab-root.img.complete"));
	ck_assert(!hv_volume_is_ours("0123456789ab-root.img.bak"));
}
END_TEST

static Suite *xml_merge_suite(void)
{
	Suite *suite = suite_create("hv_xml_merge");
	TCase *tc = tcase_create("merge");

	tcase_add_test(tc, what_is_not_ours_stays);
	tcase_add_test(tc, what_is_ours_is_planned);
	tcase_add_test(tc, names_of_disks_are_unique);
	tcase_add_test(tc, another_disk);
	tcase_add_test(tc, again);
	tcase_add_test(tc, what_is_no_domain);
	tcase_add_test(tc, the_disk_of_a_domain);
	tcase_add_test(tc, names_of_volumes);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(xml_merge_suite)
