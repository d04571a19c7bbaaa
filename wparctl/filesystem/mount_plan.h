/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of mounts that make a WPAR's file tree.  Pure: made from a specification and a few
 * facts, without root, printed by --dry-run and compared with golden files.  mount_apply.h walks
 * it in this order.
 */
#pragma once

#include "wparctl/spec/spec.h"

enum wpar_op_kind {
	WPAR_OP_ROOT,	 /* bind: becomes the root directory */
	WPAR_OP_BIND,	 /* bind: a directory or file of the global environment */
	WPAR_OP_FS,	 /* a new file system of @fstype */
	WPAR_OP_OVERLAY, /* as the root: DIRECTORY/upper over the plan's layers, mounted inside */
	WPAR_OP_LINK,	 /* a symbolic link to @source */
	WPAR_OP_FOLDER,	 /* a directory with @mode */
	WPAR_OP_FIFO,	 /* a FIFO with @mode */
	WPAR_OP_HIDE,	 /* the directory @source, inside, in the place of one that may be there */
	WPAR_OP_SEAL,	 /* what is at @target already, read-only from here on */
};

#define WPAR_OP_IDMAP	  PAR_BIT(0) /* ids on disk are ids inside */
#define WPAR_OP_READONLY  PAR_BIT(1)
#define WPAR_OP_NOSUID	  PAR_BIT(2)
#define WPAR_OP_NODEV	  PAR_BIT(3)
#define WPAR_OP_NOEXEC	  PAR_BIT(4)
#define WPAR_OP_RECURSIVE PAR_BIT(5)
#define WPAR_OP_FILE	  PAR_BIT(6)  /* the target is a file; made if it is not there */
#define WPAR_OP_OPTIONAL  PAR_BIT(7)  /* left out when the source is not there */
#define WPAR_OP_PRIVATE	  PAR_BIT(8)  /* @source is a part of the WPAR's own directory */
#define WPAR_OP_SHOWN	  PAR_BIT(9)  /* a file system that df lists */
#define WPAR_OP_DEVICE	  PAR_BIT(10) /* not the source itself: a node of the WPAR's root for it */
#define WPAR_OP_NAMEFS	  PAR_BIT(11) /* @source is given by -M: namefs.h */
#define WPAR_OP_VOLUME	  PAR_BIT(12) /* @source is an image with a file system: volume.h */
#define WPAR_OP_NFS	  PAR_BIT(13) /* @source is a directory of the server @object: nfs.h */
#define WPAR_OP_STANDARD  PAR_BIT(15) /* @source is a device that every WPAR has: mount_space.h */
#define WPAR_OP_OVER \
	PAR_BIT(14) /* over a file of the kernel: nobody is told, and who has it open keeps it */

struct wpar_mount_op {
	enum wpar_op_kind kind;
	unsigned int flags;
	char *target; /* inside, absolute */
	char *source; /* of a bind: global path, with WPAR_OP_PRIVATE relative to the directory */
	char *object; /* with WPAR_OP_NAMEFS: which directory it must be, or NULL; of an nfs: the
			 server */
	char *fstype;
	char *data;	   /* mount options of the new file system */
	unsigned int mode; /* of a folder or a FIFO */
};

struct wpar_mount_plan {
	char *directory;   /* global path of the WPAR's own directory, prefix included */
	char *run;	   /* its folder in /run/wpars */
	char *global_name; /* what the mounts show as their source */
	uint32_t idbase, idrange;
	bool has_nfs; /* one of the file systems lies on a server */
	struct wpar_mount_op *ops;
	size_t n_ops;
	struct par_strv layers; /* WPAR_OP_OVERLAY: global paths, top first */
};

#define auto_mount_plan par_cleanup(wpar_mount_plan_done) struct wpar_mount_plan

void wpar_mount_plan_done(struct wpar_mount_plan *p);

/* Facts about the machine that a plan depends on; the caller finds them. */
struct wpar_mount_facts {
	const char *prefix;  /* paths.h */
	const char *program; /* global path of this program, bound in as init */
	/* df, mount and uname: the paths inside in whose places ours are, NULL when there is none
	 * or ours lies there already, and the global path of the program that each shall run */
	const char *df, *df_real, *mount, *mount_real, *uname, *uname_real;
	/* The path inside of umount, in whose place ours is; NULL: there is none. */
	const char *umount;
	/* Of a system WPAR: processes inside may ask cor_NAME for a mount (runtime/life/cor.h). */
	bool cor;
	/* The path inside of systemd's reboot, halt and so on; NULL: they are not systemd's. */
	const char *systemctl;
	/* Bytes that /dev/shm may hold; 0: as the kernel has it, half of the LPAR's memory. */
	uint64_t shm_size;
	/* Of a system WPAR: /proc/NAME is the file of that name in the folder of its run. */
	bool meminfo, cpuinfo;
	/* Of a versioned WPAR: the folders below its upper one, top first. */
	const struct par_strv *layers;
};

/*
 * wpar_mount_plan_build - what to mount for a WPAR
 * Errors: PAR_E_INVALID_ARGUMENT (a mount of the specification that cannot be), PAR_E_NO_MEMORY.
 */
int wpar_mount_plan_build(const struct wpar_spec *s, const struct wpar_mount_facts *facts,
			  struct wpar_mount_plan *ret, struct par_error **err);

/* wpar_mount_plan_print - one line per step */
int wpar_mount_plan_print(const struct wpar_mount_plan *p, struct par_buf *out);
