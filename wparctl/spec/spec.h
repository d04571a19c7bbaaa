/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The specification of a WPAR: what /etc/wpars/NAME.cf holds, `mkwpar -o` writes and `-f` reads.
 * Plain data; whoever fills one owns it and ends it with wpar_spec_done().
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define WPAR_NAME_MAX	     25		 /* bytes */
#define WPAR_SPEC_MOUNTS_MAX 220	 /* file systems and devices (-M, -D) of a WPAR together */
#define WPAR_ID_FIRST	     1073741824u /* the lowest id outside that a WPAR is given */
#define WPAR_ID_WIDTH	     65536u /* ids of one WPAR; the range of key 1 begins at WPAR_ID_FIRST */

enum wpar_type {
	WPAR_SYSTEM,
	WPAR_APPLICATION,
};

#define WPAR_UNLIMITED UINT64_MAX /* of sizes, and of numbers of processes and terminals */

/* A file system of a WPAR (-M). */
struct wpar_mount {
	char *directory;   /* inside, absolute: "/", "/home" */
	char *vfs;	   /* "directory", "namefs", "jfs2", "nfs", "proc", "overlay" */
	char *device;	   /* what is mounted: a global path, an image file; NULL: made by us */
	char *object;	   /* of a namefs: the directory that was defined (filesystem/namefs.h) */
	char *host;	   /* of an nfs: the server */
	char *options;	   /* "ro", "rw", … comma list; NULL: "rw" */
	uint64_t size_mib; /* 0: the default; WPAR_UNLIMITED: as large as what it lies on */
	uint32_t project;  /* of the WPAR's own: which of its project ids counts it; 0: none yet */
};

/* Of /, /home, /tmp and /var, as on AIX 7.1; other directories of a WPAR's own have no limit. */
#define WPAR_SIZE_DEFAULT_MIB 128

/* An address of a WPAR (-N). */
struct wpar_address {
	char *interface;
	char *address;
	char *mask_prefix; /* netmask of IPv4 or prefix length of IPv6, as given */
	char *broadcast;
};

/* A route (-I). */
struct wpar_route {
	char *destination, *gateway, *type, *interface;
	char *mask_prefix; /* NULL: by the destination */
};

/* A device (-D). */
struct wpar_device {
	char *name, *type, *virtual_name, *id;
	bool no_export; /* export=no */
	bool rootvg;
};

/* A kernel extension (-X): kept for the listings, Linux gives a WPAR none of its own. */
struct wpar_kext {
	char *path;
	bool local, major;
};

/* What holds without -R: a fork bomb ends there, and the kernel has no more for one WPAR. */
#define WPAR_PROCESSES_DEFAULT 4096
#define WPAR_PTYS_DEFAULT      1024
/* What -R takes at most: what the kernel has. */
#define WPAR_TASKS_MOST 2147483647
#define WPAR_PTYS_MOST	1048576
#define WPAR_PAGES_MOST 2147483647

/* Resource controls (-R); 0 or NULL means the default. */
struct wpar_resources {
	bool inactive; /* active=no: limits are kept but not set */
	char *rset;
	uint32_t shares_cpu, shares_memory;
	uint32_t cpu_min_x100, cpu_soft_x100, cpu_hard_x100; /* hundredths of a percent */
	uint32_t memory_min_x100, memory_soft_x100, memory_hard_x100;
	uint64_t proc_virt_mem, total_virt_mem; /* bytes */
	uint64_t total_processes, total_threads, total_ptys, total_large_pages;
	uint32_t pct_msg_ids, pct_sem_ids, pct_shm_ids, pct_pin_mem;
};

/* What a versioned WPAR answers for its old system (from the image's ./image.data). */
struct wpar_version {
	char *image_digest; /* hex SHA-256 of the archive: the folder in the store; NULL: native */
	char *os_name;	    /* "Debian GNU/Linux" */
	char *os_id;	    /* "debian" */
	char *os_level;	    /* "12.11": oslevel */
	char *kernel_release; /* uname -r */
	char *kernel_version; /* uname -v */
	char *architecture;   /* "ppc64le" */
};

/* How a copy of this system is made (mkwpar -t -T); of no meaning afterwards. */
struct wpar_copy_controls {
	bool keep_private, keep_wpars; /* what means nothing in a WPAR, and other WPARs, too */
};

struct wpar_spec {
	char *name;
	enum wpar_type type;
	char *hostname;
	char *directory; /* base directory, "/wpars/NAME"; "/" for an application WPAR */
	char *uuid;
	char *owner;	    /* user that made it: "root" */
	char *script;	    /* -u */
	char *vg;	    /* -g: kept, file systems are made where the base directory is */
	char *architecture; /* -H: kept */
	char *init;	    /* its first process; NULL: ours */
	char *application;  /* application WPAR: the tracked command's path */
	char *user;	    /* whose job that is; NULL: root's, with no right to write */
	uint32_t idbase;    /* first id outside of the WPAR's range; the range is idrange wide */
	uint32_t idrange;
	uint32_t key;	    /* the number `uname -W` shows, unique in this LPAR, >= 1 */
	bool creating;	    /* mkwpar has not ended: the file systems may not be whole */
	char *creator;	    /* while creating: the command that does, when it is not mkwpar alone */
	bool image_pending; /* a versioned one whose image is not known yet; not written */
	bool says_versioned; /* its type is L: while it is parsed */
	bool kept;    /* while creating, by mkwpar -p: the file systems are not its to remove */
	bool minimal; /* mkwpar --minimal: none of the services that a WPAR has by default */
	bool autostart, checkpointable, private_usr, routing, xwparipc, rootvg, vip;
	struct wpar_mount *mounts;
	size_t n_mounts;
	struct wpar_address *addresses;
	size_t n_addresses;
	struct wpar_route *routes;
	size_t n_routes;
	struct wpar_device *devices;
	size_t n_devices;
	struct wpar_kext *kexts;
	size_t n_kexts;
	/* -S: changes of the default set, "+PV_X" and "-PV_Y": see privs.c */
	struct par_strv privs;
	struct wpar_resources resources;
	struct wpar_version version;
	struct wpar_copy_controls copy;
};

#define auto_spec par_cleanup(wpar_spec_done) struct wpar_spec

/* wpar_spec_done - frees what the specification holds; a { 0 } one is fine */
void wpar_spec_done(struct wpar_spec *s);

/*
 * wpar_name_check - the rules of a WPAR's name: at most 25 bytes of printable ASCII, no white
 * space, none of = : / ! ; ' " < > ~ & ( ) * + [ ] , . ^ { } | \ `, no leading '-' or '0', not
 * "Global"; PAR_E_INVALID_ARGUMENT
 */
int wpar_name_check(const char *name, struct par_error **err);

/* wpar_spec_is_there - has a system WPAR of the name a file?  True also when that cannot be told.
 */
bool wpar_spec_is_there(const char *name);

/*
 * wpar_spec_load / _save - /etc/wpars/NAME.cf, or /run/wpars/NAME.cf for an application WPAR, which
 * ends with the machine; save is atomic; load: PAR_E_NOT_FOUND (0960-419)
 */
int wpar_spec_load(const char *name, struct wpar_spec *ret, struct par_error **err);
/* wpar_spec_find - the same, but 0 when there is none, and 1 when it is in *ret */
int wpar_spec_find(const char *name, struct wpar_spec *ret, struct par_error **err);
int wpar_spec_save(const struct wpar_spec *s, struct par_error **err);
/*
 * wpar_spec_update - the same for a WPAR whose file is there: that of an application WPAR is
 * written over, for its wparexec holds a lock of that very file
 */
int wpar_spec_update(const struct wpar_spec *s, struct par_error **err);
/* wpar_spec_remove - no error when there is none */
int wpar_spec_remove(const char *name, struct par_error **err);

/* wpar_mount_is_own - are its files the WPAR's own, below its base directory? */
bool wpar_mount_is_own(const struct wpar_mount *m);
/* wpar_mount_size_mib - how large a file system of the WPAR's own may become; 0: not limited */
uint64_t wpar_mount_size_mib(const struct wpar_spec *s, const struct wpar_mount *m);
/*
 * wpar_mount_project - the id by which the kernel counts it, of the WPAR's range of ids (idbase and
 * above, in the number space of projects); 0: it is not counted
 */
uint32_t wpar_mount_project(const struct wpar_spec *s, const struct wpar_mount *m);
/*
 * wpar_spec_number_projects - give each file system of the WPAR's own a project of its own
 * @before	the specification so far, whose numbers stay; NULL: none
 */
void wpar_spec_number_projects(struct wpar_spec *s, const struct wpar_spec *before);
/* wpar_spec_keep_projects - only those that were there before have one */
void wpar_spec_keep_projects(struct wpar_spec *s, const struct wpar_spec *before);

/* wpar_mount_has_option - is @name one of the words of the comma list @options (NULL: none)? */
bool wpar_mount_has_option(const char *options, const char *name);

/* wpar_spec_folder - where the specifications of WPARs of a type are, WPARS_ROOT apart */
const char *wpar_spec_folder(enum wpar_type type);

/* wpar_spec_list - names of all WPARs of both types, sorted */
int wpar_spec_list(struct par_strv *ret, struct par_error **err);

/*
 * wpar_spec_parse - the text of a specification file (mkwpar -f, NAME.cf)
 * Strict: an unknown stanza or attribute, a bad value or a second general stanza is
 * PAR_E_CORRUPT with the line's number; *ret is empty then.  Does not ask for completeness.
 */
int wpar_spec_parse(const char *text, size_t len, struct wpar_spec *ret, struct par_error **err);
/* wpar_spec_write - the text that wpar_spec_parse reads back the same */
int wpar_spec_write(const struct wpar_spec *s, struct par_buf *out, struct par_error **err);

/*
 * wpar_spec_read_file / _write_file - any path; writing is atomic (temporary file, rename), but
 * into a device or a pipe that is there
 */
int wpar_spec_read_file(const char *path, struct wpar_spec *ret, struct par_error **err);
int wpar_spec_write_file(const struct wpar_spec *s, const char *path, struct par_error **err);

/* wpar_spec_copy - a deep copy */
int wpar_spec_copy(const struct wpar_spec *s, struct wpar_spec *ret, struct par_error **err);

/*
 * wpar_spec_defaults - fill what is not given: host name, base directory, owner, UUID and the
 * file systems of its type (/, /home, /opt, /proc, /tmp, /usr, /var); s->name must be set
 */
int wpar_spec_defaults(struct wpar_spec *s, struct par_error **err);

/*
 * wpar_spec_fill_mounts - the file systems that every WPAR of its kind has; one that is there
 * without a vfs keeps what it has and gets the rest.  A /proc that is a namefs of /proc, as AIX has
 * it, becomes ours.
 */
int wpar_spec_fill_mounts(struct wpar_spec *s, struct par_error **err);

/*
 * wpar_mount_listed_vfs, wpar_mount_listed_device - what lists show of it: of /proc what AIX's
 * show, namefs and /proc; the mount's own text, or NULL
 */
const char *wpar_mount_listed_vfs(const struct wpar_mount *m);
const char *wpar_mount_listed_device(const struct wpar_mount *m);

/* wpar_spec_check - is the specification whole, can it be kept? PAR_E_INVALID_ARGUMENT */
int wpar_spec_check(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_spec_check_rules - may a WPAR with it be made or started? All that can be said without
 * looking at the machine; PAR_E_INVALID_ARGUMENT, PAR_E_NOT_SUPPORTED (-M vfs=jfs, …)
 */
int wpar_spec_check_rules(const struct wpar_spec *s, struct par_error **err);
/* The parts of it: mounts.c, privs.c */
int wpar_spec_check_mounts(const struct wpar_spec *s, struct par_error **err);
int wpar_spec_check_privs(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_spec_check_supported - PAR_E_NOT_SUPPORTED for the first attribute that nothing does yet;
 * asked before a WPAR is made
 */
int wpar_spec_check_supported(const struct wpar_spec *s, struct par_error **err);

/* wpar_path_is_within - is @path the folder or something below it? both plain absolute paths */
bool wpar_path_is_within(const char *path, const char *folder);

/* The devices that every WPAR has, as lswpar lists them; ends with NULL. */
extern const char *const wpar_standard_devices[];
/* wpar_device_is_in - has @s (NULL: nothing has it) that device, and all that is said of it? */
bool wpar_device_is_in(const struct wpar_spec *s, const struct wpar_device *d);

/* wpar_device_is_standard - is it one of them, or another name that every /dev has? */
bool wpar_device_is_standard(const char *path);
/* wpar_device_inside - its path in the WPAR */
const char *wpar_device_inside(const struct wpar_device *d);
/* wpar_device_is_kept_out - was it given with export=no? */
bool wpar_device_is_kept_out(const struct wpar_spec *s, const char *path);

/* wpar_spec_privs - the privileges of the WPAR: the default set with its changes; caller frees */
int wpar_spec_privs(const struct wpar_spec *s, struct par_strv *ret, struct par_error **err);
/* wpar_spec_set_privs - -S privs=LIST (@sign 0), privs+= or privs-= */
int wpar_spec_set_privs(struct wpar_spec *s, char sign, const char *list, struct par_error **err);

/* wpar_privs_print - all privileges, as scdoc's source: with commas between */
void wpar_privs_print(FILE *f);

/*
 * NFS (nfs_options.c).
 *
 * wpar_mount_is_nfs - is it one?
 * wpar_nfs_host_fits - can @host be a server: a name or an address?
 * wpar_nfs_has_option - is @word an option of NFS's own, with a value that fits ("timeo=100")?
 * wpar_nfs_options - those of the comma list @options (NULL: none); caller frees; NULL: out of
 * memory
 */
bool wpar_mount_is_nfs(const struct wpar_mount *m);
bool wpar_nfs_host_fits(const char *host);
bool wpar_nfs_has_option(const char *word);
char *wpar_nfs_options(const char *options);

/*
 * File systems with a size and a disk image of their own (volumes.c).  An image lies beside the
 * base directory: /wpars/dev01/data is /wpars/.volumes/dev01/data.jfs2.
 *
 * wpar_mount_is_volume - is it one?
 * wpar_vfs_of_kernel - what the kernel calls it ("ext4" for "jfs2"); NULL: it is none
 * wpar_vfs_least_mib - the least size
 * wpar_volume_name - the name of its image; wpar_volume_parse is the way back: directory and vfs,
 * -EINVAL when @name is none
 * wpar_volume_folder, wpar_volume_path - of the base directory @base, prefix included
 * All texts are freed by the caller; NULL: out of memory.
 */
bool wpar_mount_is_volume(const struct wpar_mount *m);
const char *wpar_vfs_of_kernel(const char *vfs);
uint64_t wpar_vfs_least_mib(const char *vfs);
char *wpar_volume_name(const struct wpar_mount *m);
int wpar_volume_parse(const char *name, struct wpar_mount *ret);
char *wpar_volume_folder(const char *base);
char *wpar_volume_path(const char *base, const struct wpar_mount *m);
/* wpar_volume_check - has it a size, and one that can be?  PAR_E_INVALID_ARGUMENT */
int wpar_volume_check(const struct wpar_mount *m, struct par_error **err);
/*
 * wpar_volumes_check_change - may these become those?  They keep their kind and do not shrink, and
 * chwpar removes none; PAR_E_WRONG_STATE, PAR_E_NOT_SUPPORTED
 */
int wpar_volumes_check_change(const struct wpar_spec *old, const struct wpar_spec *new,
			      struct par_error **err);

/* wpar_spec_is_versioned - has it an image, known or not yet? */
static inline bool wpar_spec_is_versioned(const struct wpar_spec *s)
{
	return s->version.image_digest || s->image_pending;
}

/*
 * wpar_spec_type_volumes - in a versioned WPAR a file system without a type is a jfs2: there are
 * none of vfs=directory.  0 or -ENOMEM
 */
int wpar_spec_type_volumes(struct wpar_spec *s);

/* wpar_spec_mount - the mount at @directory ("/usr"), or NULL */
struct wpar_mount *wpar_spec_mount(const struct wpar_spec *s, const char *directory);

/*
 * Where things lie.  Every path of ours goes through wpar_path(), so that WPARS_ROOT (a folder)
 * moves them all in tests.
 */
/* wpar_path - WPARS_ROOT and the formatted path behind it; caller frees; NULL: out of memory */
char *wpar_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * wpar_config_read - a file of the administrator's that is obeyed (/etc/wpars/overlay …), at most
 * @max bytes
 * Returns -ENOENT, without an error object, when there is none.  Errors: PAR_E_NOT_PERMITTED, when
 * it is a link, or another than root could write to it; PAR_E_SYSTEM.
 */
int wpar_config_read(const char *path, size_t max, struct par_buf *ret, struct par_error **err);
/* wpar_default_directory - the base directory of a system WPAR that is given none; caller frees */
char *wpar_default_directory(const char *name);
#define WPAR_BASE_DIR	"/wpars"
#define WPAR_CONFIG_DIR "/etc/wpars"
#define WPAR_RUN_DIR	"/run/wpars"
#define WPAR_STORE_DIR	"/var/lib/wpars"
#define WPAR_LOG_DIR	"/var/adm/wpars"
