/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the init of an LPAR.  One static program: /init of the initramfs, PID 1 of the
 * system, and the commands that stop it (poweroff, reboot, halt, shutdown, telinit).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cmdline.h"

/* Signals PID 1 takes, those of busybox's init. */
#define INIT_SIG_HALT	  SIGUSR1
#define INIT_SIG_POWEROFF SIGUSR2
#define INIT_SIG_REBOOT	  SIGTERM

/* say.c */
void init_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void init_say_reset(void);

/* files.c: whole small files, names of sysfs and procfs; negative errno on failure. */
int init_read(const char *path, char *buf, size_t size);
int init_write(const char *path, const char *text);
int init_read_config(struct init_config *config);

/* mounts.c */
void init_mount_kernel(void);
void init_mount_rest(void);
void init_virtio_ports(void);

/* disk.c */
#define INIT_LABEL_LEN	  16
#define INIT_ROOT_LABEL	  "lpar-root"
#define INIT_IMAGES_LABEL "LPAR-IMAGES"
void init_disk_label(const char *path, char ret_label[INIT_LABEL_LEN + 1]);
bool init_disk_find(const char *label, char *ret_path, size_t size);

/* early.c: never returns. */
void init_early(void) __attribute__((noreturn));

/* boot.c: what comes after the agent, in a child. */
void init_boot_job(const struct init_config *config);

/* network.c */
void init_network_loopback(void);
void init_network_device(const struct init_config *config, const char *device);
void init_network_all(const struct init_config *config);

/* uevent.c: the kernel's device events; the descriptor to poll, or negative errno. */
int init_uevent_open(void);
void init_uevent_read(int fd, const struct init_config *config);

/* spawn.c */
pid_t init_spawn(const char *const argv[], int out_fd);
long long init_now_ms(void);

/* service.c */
void init_service_add(const char *name, const char *const argv[]);
void init_service_start_due(void);
bool init_service_ended(pid_t pid, int status);
int init_service_wait_ms(void);
void init_services_stop(void);

/* shutdown.c */
void init_shutdown(int how) __attribute__((noreturn));

/* control.c */
int init_control(const char *command, int argc, char **argv);
