/* SPDX-License-Identifier: Apache-2.0 */
/* The views of lswpar and their fields; the order of the rows is the order on the screen. */
#include "wparctl/commands/lswpar/views.h"
#include "wparctl/spec/keys.h"

#include <string.h>

/* lswpar's OStype of a versioned WPAR made from a Linux image (AIX 5.2 has 1, AIX 5.3 1024). */
#define OSTYPE_LINUX_IMAGE "2048"

char wpar_ls_type_letter(const struct wpar_spec *s)
{
	if (s->type == WPAR_APPLICATION)
		return 'A';
	return s->version.image_digest ? 'L' : 'S';
}

static void put_text(const char *s, struct par_buf *b)
{
	if (s)
		par_buf_puts(b, s);
}

static void put_bool(bool v, struct par_buf *b)
{
	par_buf_puts(b, v ? "yes" : "no");
}

#define SPEC_FIELD(fn, what)                                           \
	static void fn(const struct wpar_ls_row *r, struct par_buf *b) \
	{                                                              \
		const struct wpar_spec *s = &r->wpar->spec;            \
		what;                                                  \
	}

SPEC_FIELD(put_name, put_text(s->name, b))
SPEC_FIELD(put_type, par_buf_putc(b, wpar_ls_type_letter(s)))
SPEC_FIELD(put_hostname, put_text(s->hostname, b))
SPEC_FIELD(put_directory, put_text(s->directory, b))
SPEC_FIELD(put_rootvg, put_bool(s->rootvg, b))
SPEC_FIELD(put_routing, put_bool(s->routing, b))
SPEC_FIELD(put_vip, put_text(s->vip ? "yes" : NULL, b))
SPEC_FIELD(put_owner, put_text(s->owner, b))
SPEC_FIELD(put_script, put_text(s->script, b))
SPEC_FIELD(put_auto, put_bool(s->autostart, b))
SPEC_FIELD(put_privateusr, put_bool(s->private_usr, b))
SPEC_FIELD(put_checkpointable, put_bool(s->checkpointable, b))
SPEC_FIELD(put_application, put_text(s->application, b))
SPEC_FIELD(put_ostype, put_text(s->version.image_digest ? OSTYPE_LINUX_IMAGE : "0", b))
SPEC_FIELD(put_oslevel, put_text(s->version.os_level, b))
SPEC_FIELD(put_xwparipc, put_bool(s->xwparipc, b))
SPEC_FIELD(put_architecture, put_text(s->architecture ? s->architecture : "none", b))
SPEC_FIELD(put_uuid, put_text(s->uuid, b))

static void put_state(const struct wpar_ls_row *r, struct par_buf *b)
{
	par_buf_putc(b, wpar_state_letter(r->wpar->state));
}

static const struct wpar_ls_field brief_fields[] = {
	{ "name", "Name", NULL, put_name, true },
	{ "state", "State", NULL, put_state, true },
	{ "type", "Type", NULL, put_type, true },
	{ "hostname", "Hostname", NULL, put_hostname, true },
	{ "directory", "Directory", NULL, put_directory, true },
	{ "rootvgwpar", "RootVG WPAR", NULL, put_rootvg, true },
	/* Not shown unless -a names them. */
	{ "routing", "Routing", NULL, put_routing },
	{ "vipwpar", "Virtual IP WPAR", NULL, put_vip },
	{ "owner", "Owner", NULL, put_owner },
	{ "script", "Script", NULL, put_script },
	{ "auto", "Auto", NULL, put_auto },
	{ "privateusr", "Private /usr", NULL, put_privateusr },
	{ "checkpointable", "Checkpointable", NULL, put_checkpointable },
	{ "application", "Application", NULL, put_application },
	{ "ostype", "OStype", NULL, put_ostype },
	{ "xwparipc", "Cross-WPAR IPC", NULL, put_xwparipc },
	{ "architecture", "Architecture", NULL, put_architecture },
	{ "uuid", "UUID", NULL, put_uuid },
	{ "oslevel", "OSlevel", NULL, put_oslevel },
};

static const struct wpar_ls_field general_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "state", "State", NULL, put_state },
	{ "type", "Type", "Type:", put_type },
	{ "rootvgwpar", "RootVG WPAR", "RootVG WPAR:", put_rootvg },
	{ "hostname", "Hostname", NULL, put_hostname },
	{ "routing", "Routing", NULL, put_routing },
	{ "vipwpar", "Virtual IP WPAR", NULL, put_vip },
	{ "directory", "Directory", NULL, put_directory },
	/* Paragraphs have the owner before the host name. */
	{ "owner", "Owner", "Owner:", put_owner },
	{ "script", "Script", NULL, put_script },
	{ "auto", "Auto", NULL, put_auto },
	{ "privateusr", "Private /usr", NULL, put_privateusr },
	{ "checkpointable", "Checkpointable", NULL, put_checkpointable },
	{ "application", "Application", NULL, put_application },
	{ "ostype", "OStype", NULL, put_ostype },
	{ "xwparipc", "Cross-WPAR IPC", NULL, put_xwparipc },
	{ "architecture", "Architecture", NULL, put_architecture },
	{ "uuid", "UUID", NULL, put_uuid },
#define N_GENERAL_DELIMITED 18
	/* Not AIX's. */
	{ "oslevel", "OSlevel", NULL, put_oslevel },
	{ "hostname", "", "Hostname:", put_hostname },
	{ "routing", "", "WPAR-Specific Routing:", put_routing },
	{ "vipwpar", "", "Virtual IP WPAR:", put_vip },
	{ "directory", "", "Directory:", put_directory },
	{ "script", "", "Start/Stop Script:", put_script },
	{ "auto", "", "Auto:", put_auto },
	{ "privateusr", "", "Private /usr:", put_privateusr },
	{ "checkpointable", "", "Checkpointable:", put_checkpointable },
	{ "application", "", "Application:", put_application },
	{ "ostype", "", "OStype:", put_ostype },
	{ "oslevel", "", "OSlevel:", put_oslevel, .versioned = true },
	{ "xwparipc", "", "Cross-WPAR IPC:", put_xwparipc },
	{ "architecture", "", "Architecture:", put_architecture },
	{ "uuid", "", "UUID:", put_uuid },
};

/* Every WPAR has the loopback, after its own addresses. */
static size_t count_addresses(const struct wpar_ls_wpar *w)
{
	return w->spec.n_addresses + 1;
}

static const struct wpar_address *address_of(const struct wpar_ls_row *r)
{
	static const struct wpar_address loopback = { (char *)"lo0", (char *)"127.0.0.1",
						      (char *)"255.0.0.0",
						      (char *)"127.255.255.255" };

	return r->index < r->wpar->spec.n_addresses ? &r->wpar->spec.addresses[r->index]
						    : &loopback;
}

#define ELEMENT_FIELD(fn, type_, get, what)                            \
	static void fn(const struct wpar_ls_row *r, struct par_buf *b) \
	{                                                              \
		const type_ *e = get;                                  \
		what;                                                  \
	}

ELEMENT_FIELD(put_interface, struct wpar_address, address_of(r), put_text(e->interface, b))
ELEMENT_FIELD(put_address, struct wpar_address, address_of(r), put_text(e->address, b))
ELEMENT_FIELD(put_mask, struct wpar_address, address_of(r), put_text(e->mask_prefix, b))
ELEMENT_FIELD(put_broadcast, struct wpar_address, address_of(r), put_text(e->broadcast, b))

static const struct wpar_ls_field network_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "interface", "Interface", NULL, put_interface },
	{ "address", "Address(6)", NULL, put_address },
	{ "mask_prefix", "Mask/Prefix", NULL, put_mask },
	{ "broadcast", "Broadcast", NULL, put_broadcast },
};

static size_t count_routes(const struct wpar_ls_wpar *w)
{
	return w->spec.n_routes;
}

#define ROUTE &r->wpar->spec.routes[r->index]
ELEMENT_FIELD(put_rttype, struct wpar_route, ROUTE, put_text(e->type, b))
ELEMENT_FIELD(put_rtdest, struct wpar_route, ROUTE, put_text(e->destination, b))
ELEMENT_FIELD(put_rtgateway, struct wpar_route, ROUTE, put_text(e->gateway, b))

/* Never empty: programs take the last word of the line for it. */
static void put_rtinterface(const struct wpar_ls_row *r, struct par_buf *b)
{
	const struct wpar_spec *s = &r->wpar->spec;
	const char *interface = s->routes[r->index].interface;

	for (size_t i = 0; !interface && i < s->n_addresses; i++)
		interface = s->addresses[i].interface;
	put_text(interface ? interface : "-", b);
}

static const struct wpar_ls_field route_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "rttype", "Type", NULL, put_rttype },
	{ "rtdest", "Destination", NULL, put_rtdest },
	{ "rtgateway", "Gateway", NULL, put_rtgateway },
	{ "rtinterface", "Interface", NULL, put_rtinterface },
};

static size_t count_mounts(const struct wpar_ls_wpar *w)
{
	return w->spec.n_mounts;
}

static void put_mountpoint(const struct wpar_ls_row *r, struct par_buf *b)
{
	const struct wpar_spec *s = &r->wpar->spec;
	const char *base = s->directory ? s->directory : "";
	const char *inside = s->mounts[r->index].directory;

	if (strcmp(base, "/") == 0)
		base = "";
	par_buf_printf(b, "%s%s", base, strcmp(inside, "/") == 0 && *base ? "" : inside);
}

#define MOUNT &r->wpar->spec.mounts[r->index]
ELEMENT_FIELD(put_device, struct wpar_mount, MOUNT, put_text(wpar_mount_listed_device(e), b))
ELEMENT_FIELD(put_vfs, struct wpar_mount, MOUNT, put_text(wpar_mount_listed_vfs(e), b))
ELEMENT_FIELD(put_nodename, struct wpar_mount, MOUNT, put_text(e->host, b))
ELEMENT_FIELD(put_options, struct wpar_mount, MOUNT, put_text(e->options ? e->options : "rw", b))

static const struct wpar_ls_field mount_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "mountpoint", "MountPoint", NULL, put_mountpoint },
	{ "device", "Device", NULL, put_device },
	{ "vfs", "Vfs", NULL, put_vfs },
	{ "nodename", "Nodename", NULL, put_nodename },
	{ "options", "Options", NULL, put_options },
};

/* Resource controls come from keys.def; one that is not set shows the default that holds. */
static void put_resource(const struct wpar_ls_row *r, const char *key, struct par_buf *b)
{
	const struct wpar_key *k = wpar_key_find(WPAR_STANZA_RESOURCES, key);

	if (k && !wpar_key_format(k, &r->wpar->spec.resources, b))
		par_buf_puts(b, k->field.preset);
}

#define RESOURCE_FIELD(fn, key)                                        \
	static void fn(const struct wpar_ls_row *r, struct par_buf *b) \
	{                                                              \
		put_resource(r, key, b);                               \
	}

RESOURCE_FIELD(put_active, "active")
RESOURCE_FIELD(put_shares_cpu, "shares_CPU")
RESOURCE_FIELD(put_cpu, "CPU")
RESOURCE_FIELD(put_shares_memory, "shares_memory")
RESOURCE_FIELD(put_memory, "memory")
RESOURCE_FIELD(put_proc_virt, "procVirtMem")
RESOURCE_FIELD(put_total_virt, "totalVirtMem")
RESOURCE_FIELD(put_ptys, "totalPTYs")
RESOURCE_FIELD(put_large_pages, "totalLargePages")
RESOURCE_FIELD(put_msg_ids, "pct_msgIDs")
RESOURCE_FIELD(put_sem_ids, "pct_semIDs")
RESOURCE_FIELD(put_shm_ids, "pct_shmIDs")
RESOURCE_FIELD(put_pin_mem, "pct_pinMem")

static void put_rset(const struct wpar_ls_row *r, struct par_buf *b)
{
	put_text(r->wpar->spec.resources.rset, b);
}

/* Of processes and threads one that is given bounds the other, too. */
static void put_processes(const struct wpar_ls_row *r, struct par_buf *b)
{
	put_resource(r, r->wpar->spec.resources.total_processes ? "totalProcesses" : "totalThreads",
		     b);
}

static void put_threads(const struct wpar_ls_row *r, struct par_buf *b)
{
	put_resource(r, r->wpar->spec.resources.total_threads ? "totalThreads" : "totalProcesses",
		     b);
}

static const struct wpar_ls_field resource_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "state", "State", NULL, put_state },
	{ "active", "Active", "Active:", put_active },
	{ "rset", "Resource Set", "Resource Set:", put_rset },
	{ "shares_CPU", "CPU Shares", "CPU Shares:", put_shares_cpu },
	{ "CPU", "CPU Limits", "CPU Limits:", put_cpu },
	{ "shares_memory", "Memory Shares", "Memory Shares:", put_shares_memory },
	{ "memory", "Memory Limits", "Memory Limits:", put_memory },
	{ "procVirtMem", "Per-Process Virtual Memory Limit",
	  "Per-Process Virtual Memory Limit:", put_proc_virt },
	{ "totalVirtMem", "Total Virtual Memory Limit",
	  "Total Virtual Memory Limit:", put_total_virt },
	{ "totalProcesses", "Total Processes", "Total Processes:", put_processes },
	{ "totalThreads", "Total Threads", "Total Threads:", put_threads },
	{ "totalPTYs", "Total PTYs", "Total PTYs:", put_ptys },
	{ "totalLargePages", "Total Large Pages", "Total Large Pages:", put_large_pages },
	{ "pct_msgIDs", "Max Message Queue IDs", "Max Message Queue IDs:", put_msg_ids },
	{ "pct_semIDs", "Max Semaphore IDs", "Max Semaphore IDs:", put_sem_ids },
	{ "pct_shmIDs", "Max Shared Memory IDs", "Max Shared Memory IDs:", put_shm_ids },
	{ "pct_pinMem", "Max Pinned Memory", "Max Pinned Memory:", put_pin_mem },
};

/* No more is known of an operation under way: the holder of the lock does not say what for. */
static void put_operation(const struct wpar_ls_row *r, struct par_buf *b)
{
	par_buf_puts(b, r->wpar->state == WPAR_STATE_TRANSITIONAL ? "unknown" : "none");
}

static void put_nothing(const struct wpar_ls_row *r, struct par_buf *b)
{
	(void)r;
	(void)b;
}

static const struct wpar_ls_field operation_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "state", "State", NULL, put_state },
	{ "operation", "Operation", "Operation:", put_operation },
	{ "pid", "Process ID", "Process ID:", put_nothing },
	{ "start", "Start Time", "Start Time:", put_nothing },
};

static void put_privs(const struct wpar_ls_row *r, struct par_buf *b)
{
	auto_strv privs = { 0 };

	if (wpar_spec_privs(&r->wpar->spec, &privs, NULL) < 0)
		b->failed = true;
	for (size_t i = 0; i < privs.n; i++)
		par_buf_printf(b, "%s%s", i ? "," : "", privs.v[i]);
}

static const struct wpar_ls_field security_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "state", "State", NULL, put_state },
	{ "privs", "Privileges", "Privileges:", put_privs },
};

/*
 * What the specification adds, then what every WPAR has in its /dev: programs that read -L take a
 * line that ends in EXPORTED, and the blank line behind it, for the end of a WPAR.
 */
struct device_row {
	const char *name;
	const struct wpar_device *given; /* NULL: a standard one */
};

/* -D devname=/dev/full export=no is about a device that is listed anyway. */
static bool is_added(const struct wpar_device *d)
{
	return !d->name || !wpar_device_is_standard(wpar_device_inside(d));
}

static struct device_row device_of(const struct wpar_ls_row *r)
{
	const struct wpar_spec *s = &r->wpar->spec;
	size_t left = r->index;

	for (size_t i = 0; i < s->n_devices; i++) {
		if (is_added(&s->devices[i]) && left-- == 0)
			return (struct device_row){ s->devices[i].name, &s->devices[i] };
	}
	return (struct device_row){ wpar_standard_devices[left], NULL };
}

static size_t count_devices(const struct wpar_ls_wpar *w)
{
	size_t n = 0;

	while (wpar_standard_devices[n])
		n++;
	for (size_t i = 0; i < w->spec.n_devices; i++)
		n += is_added(&w->spec.devices[i]);
	return n;
}

/* Are its devices in it? */
static bool is_up(const struct wpar_ls_wpar *w)
{
	return w->state == WPAR_STATE_ACTIVE || w->state == WPAR_STATE_FROZEN ||
	       w->state == WPAR_STATE_PAUSED || w->state == WPAR_STATE_MOVING;
}

static const char *device_status(const struct wpar_ls_row *r)
{
	struct device_row d = device_of(r);

	if (d.given ? d.given->no_export : wpar_device_is_kept_out(&r->wpar->spec, d.name))
		return "NOT EXPORTED";
	return !d.given || is_up(r->wpar) ? "EXPORTED" : "ALLOCATED";
}

#define DEVICE_FIELD(fn, what)                                         \
	static void fn(const struct wpar_ls_row *r, struct par_buf *b) \
	{                                                              \
		struct device_row d = device_of(r);                    \
		put_text(what, b);                                     \
	}

DEVICE_FIELD(put_devname, d.name)
DEVICE_FIELD(put_devtype, d.given &&d.given->type ? d.given->type : "pseudo")
DEVICE_FIELD(put_vdevname, d.given ? d.given->virtual_name : NULL)
DEVICE_FIELD(put_devid, d.given ? d.given->id : NULL)
DEVICE_FIELD(put_devrootvg, d.given &&d.given->rootvg ? "yes" : NULL)

static void put_devstatus(const struct wpar_ls_row *r, struct par_buf *b)
{
	put_text(device_status(r), b);
}

static const struct wpar_ls_field device_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "devname", "Name", NULL, put_devname },
	{ "devtype", "Type", NULL, put_devtype },
	{ "vdevname", "Virtual Device", NULL, put_vdevname },
	{ "devstatus", "Status", NULL, put_devstatus },
	{ "devid", "Device ID", NULL, put_devid },
	{ "rootvg", "RootVG", NULL, put_devrootvg },
	{ "adapter", "Adapter", NULL, put_nothing },
#define N_DEVICE_DELIMITED 8
	{ "devname", "Name", "", put_devname },
	{ "devtype", "Type", "", put_devtype },
	{ "vdevname", "Virtual Device", "", put_vdevname },
	{ "rootvg", "RootVG", "", put_devrootvg },
	{ "devstatus", "Status", "", put_devstatus },
};

static size_t count_kexts(const struct wpar_ls_wpar *w)
{
	return w->spec.n_kexts;
}

#define KEXT &r->wpar->spec.kexts[r->index]
ELEMENT_FIELD(put_kext, struct wpar_kext, KEXT, put_text(e->path, b))
ELEMENT_FIELD(put_local, struct wpar_kext, KEXT, put_bool(e->local, b))
ELEMENT_FIELD(put_major, struct wpar_kext, KEXT, put_bool(e->major, b))

static void put_kext_status(const struct wpar_ls_row *r, struct par_buf *b)
{
	(void)r;
	par_buf_puts(b, "ALLOCATED");
}

static const struct wpar_ls_field kext_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "kext", "Kernel Extension", NULL, put_kext },
	{ "local", "Local", NULL, put_local },
	{ "major", "Major", NULL, put_major },
	{ "status", "Status", NULL, put_kext_status },
};

/* A set of disks that a rootvg WPAR starts from.  There are no such WPARs here. */
static size_t count_bootsets(const struct wpar_ls_wpar *w)
{
	(void)w;
	return 0;
}

static const struct wpar_ls_field bootset_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "bootset", "Bootset", NULL, put_nothing },
	{ "active", "Active", NULL, put_nothing },
};

static const struct wpar_ls_field bootset_disk_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "bootset", "Bootset", NULL, put_nothing },
	{ "devname", "Disk", NULL, put_nothing },
};

static const struct wpar_ls_field bootset_mount_fields[] = {
	{ "name", "Name", NULL, put_name },
	{ "bootset", "Bootset", NULL, put_nothing },
	{ "mountpoint", "MountPoint", NULL, put_nothing },
};

static const unsigned char network_columns[] = { 0, 14, 32, 50 };
static const unsigned char route_columns[] = { 0, 8, 29, 47 };
static const unsigned char mount_columns[] = { 0, 25, 42, 50, 61 };
static const unsigned char device_columns[] = { 0, 19, 28, 47, 56 };
static const unsigned char kext_columns[] = { 0, 35, 42, 49 };

#define FIELDS(a) a, PAR_ARRAY_SIZE(a)

/* In the order of -L; the first is the view without a flag. */
const struct wpar_ls_view wpar_ls_views[] = {
	{ 0, NULL, NULL, WPAR_LS_TABLE, FIELDS(brief_fields), 6, 0, NULL, NULL },
	{ 'G', "GENERAL", NULL, WPAR_LS_PARAGRAPH, FIELDS(general_fields), N_GENERAL_DELIMITED, 25,
	  NULL, NULL },
	{ 'N', "NETWORK", "networks", WPAR_LS_TABLE, FIELDS(network_fields), 5, 0, network_columns,
	  count_addresses },
	{ 'I', "USER-SPECIFIED ROUTES", "routes", WPAR_LS_TABLE, FIELDS(route_fields), 5, 0,
	  route_columns, count_routes },
	{ 'M', "FILE SYSTEMS", "mounts", WPAR_LS_TABLE, FIELDS(mount_fields), 6, 0, mount_columns,
	  count_mounts },
	{ 'R', "RESOURCE CONTROLS", "resources", WPAR_LS_PARAGRAPH, FIELDS(resource_fields), 18, 36,
	  NULL, NULL },
	{ 'T', "OPERATION", "operation", WPAR_LS_PARAGRAPH, FIELDS(operation_fields), 5, 14, NULL,
	  NULL },
	{ 'S', "SECURITY SETTINGS", "security", WPAR_LS_PARAGRAPH, FIELDS(security_fields), 3, 14,
	  NULL, NULL },
	{ 'D', "DEVICE EXPORTS", "devices", WPAR_LS_TABLE, FIELDS(device_fields),
	  N_DEVICE_DELIMITED, 0, device_columns, count_devices },
	{ 'X', "KERNEL EXTENSIONS", "kexts", WPAR_LS_TABLE, FIELDS(kext_fields), 5, 0, kext_columns,
	  count_kexts },
	/* Not of -L, nor of JSON: they have no rows. */
	{ 'b', NULL, NULL, WPAR_LS_TABLE, FIELDS(bootset_fields), 3, 0, NULL, count_bootsets },
	{ 'r', NULL, NULL, WPAR_LS_TABLE, FIELDS(bootset_disk_fields), 3, 0, NULL, count_bootsets },
	{ 'f', NULL, NULL, WPAR_LS_TABLE, FIELDS(bootset_mount_fields), 3, 0, NULL,
	  count_bootsets },
};
const size_t wpar_ls_n_views = PAR_ARRAY_SIZE(wpar_ls_views);

const struct wpar_ls_view *wpar_ls_view_find(char flag)
{
	for (size_t i = 0; i < wpar_ls_n_views; i++) {
		if (wpar_ls_views[i].flag == flag)
			return &wpar_ls_views[i];
	}
	return NULL;
}

size_t wpar_ls_view_count(const struct wpar_ls_view *view, const struct wpar_ls_wpar *w)
{
	return view->count ? view->count(w) : 1;
}
