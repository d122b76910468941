/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ksplice: the administrator's command for hot updates.
 *
 * Everything it knows comes from three places: the update's file, sysfs, and
 * what the kernel logs while it works.  It keeps no state of its own but what
 * is below /var/lib/ksplice: what "install" puts there, and marks of what is
 * applied (guard.c).
 */
#ifndef KSPLICE_TOOL_H
#define KSPLICE_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../lib/common.h"
#include "../lib/utf8.h"
#include "ksplice_format.h"

struct options {
	bool json;
	bool vex;
	bool quiet;
	bool keep;
	bool now;
	bool wait;
	bool at_boot;		/* many updates, told of together */
	long timeout_ms;	/* -1: as sysfs has it */
	bool image;		/* --root was given */
	const char *root;	/* before all paths, "" */
	const char *output;
};

extern struct options opt;
extern const char tool_version[];

typedef VEC(char *) str_vec;

/* util.c */
char *pathf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
long long now_ms(void);
const char *running_release(void);

void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* text.c */
char *visible(const char *text);
void put_label(FILE *f, const char *text);

/* root.c */
int root_open(const char *path, int flags);
char *shown(const char *path);
char *read_file(const char *path);
char *read_file_at(int dir, const char *name);
char *read_line(const char *path);
void read_lines(const char *path, str_vec *lines);
char *read_link(const char *path);
int write_file(const char *path, const char *text);
bool exists(const char *path);
bool link_exists(const char *path);
bool is_dir(const char *path);
bool same_place(const char *a, const char *b);
int list_dir(const char *path, str_vec *names);
int list_dir_at(int dir, const char *name, str_vec *names);
int list_all_at(int dir, const char *name, str_vec *names);

/* json.c */
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_str(const char *key, const char *value);
void json_num(const char *key, long long value);
void json_bool(const char *key, bool value);
void json_strs(const char *key, const str_vec *strs);

/* file.c: what a file says of itself */
struct file_func {
	const char *name, *source, *target;
	uint32_t size, new_size;
	bool range;		/* a piece without a jump of its own */
};

/* The section with the update in it */
struct file_blob {
	const char *data;
	size_t size;
	struct ksplice_f_header hdr;
};

#define BUILD_ID_SECTION	".note.gnu.build-id"

struct file {
	const char *path;	/* for messages: what is loaded is @fd */
	int fd;
	char *data;		/* all of it; the strings below are in there */
	size_t size;
	uint32_t crc;		/* of the whole file */
	const char *name, *release, *description, *fixes;
	const char *module;	/* as the module loader names it */
	const char *vermagic;
	const char *build_id;	/* the note that has it */
	size_t build_id_size;
	bool has_signature;	/* none that was verified */
	bool sealed;		/* its checksum is over all of it, and fits */
	uint32_t nfuncs, ntargets;
	struct file_blob blob;
};

int file_read(struct file *f, const char *path);
int file_peek(struct file *f, int fd);
int file_read_fd(struct file *f, int fd, const char *path);
void file_close(struct file *f);
void file_func(const struct file *f, uint32_t i, struct file_func *func);
void file_fixes(const struct file *f, str_vec *ids);
const char *file_target(const struct file *f, uint32_t i);
void file_modules(const struct file *f, str_vec *modules);
bool is_file_name(const char *arg);
char *module_name(const char *update);

/* sysfs.c: what the kernel says */
struct update {
	char *name, *state, *cause;
	bool applied;
	long long pause_ns, checked, rechecked, unwound, scanned, attempts;
	long long stops, timeout_ms;
	str_vec fixes;		/* ids: CVE-2024-12345 */
	str_vec supersedes;	/* names of updates */
	str_vec funcs;		/* "vmlinux:function,sympos" */
	str_vec constants;	/* the same, of those that change in place */
	str_vec conflicts;
	bool conflicts_known;	/* only root may see them */
	str_vec in_the_way;	/* of a change under way */
};

/* peers.c: who keeps the new code from running */
bool bypassing(const struct update *up, str_vec *found);

/* probes.c: kprobes that are left on old code */
const char *old_probes(const struct update *up, str_vec *found);

bool core_present(void);
bool sysfs_unread(void);
bool core_is_module(void);
bool update_read(struct update *up, const char *name);
void update_names(str_vec *names);
bool superseded(const char *name);
char *update_path(const char *name, const char *file);
void update_print(const struct update *up);
void update_json(const char *key, const struct update *up);

/* vex.c */
int status_vex(void);

/* explain.c: what went wrong, and the way out */
#define SIGN_IT								\
	"sign it with a key that this kernel trusts (kspl-build --sign-key KEY --sign-cert CERT); 'mokutil --import CERT' and a reboot have it trust one"

struct problem {
	char *update;
	int exit;
	char *error;
	char *cause;		/* a word, for programs */
	char *what_now;
	str_vec conflicts;
	str_vec log;		/* of the kernel, since we began */
};

typedef VEC(struct problem *) problem_vec;

struct problem *problem(const char *update, int exit, const char *cause,
			const char *what_now, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void problem_show(const struct problem *p);
int problems_exit(void);
void problems_json(void);
void problems_hold(void);
unsigned int problems_known(void);
problem_vec problems_taken(unsigned int known);
void problems_tell(const problem_vec *taken);
struct problem *explain_change(const char *name, bool enable, int err);
struct problem *explain_load(const struct file *f, int err);

/* kmsg.c */
void kmsg_start(const char *name);
void kmsg_collect(str_vec *lines);

/* module.c */
int core_load(void);
int module_load(const struct file *f);
int module_remove(const char *module);
bool module_present(const char *module);
bool other_loaded(const struct file *f);
bool modules_disabled(void);
const char *signature_missing(const struct file *f);

/* change.c */
void hold_signals(int how);
bool change_signalled(void);
int change_enabled(const char *name, bool enable);

/* threads.c */
struct busy {
	str_vec threads;	/* "pid comm function" */
	unsigned int seen, unseen;
	bool always;		/* one of them never leaves */
};

void threads_inside(const str_vec *funcs, const char *module, struct busy *busy);
char *threads_still(const str_vec *conflicts);
void livepatched(const struct file *f, str_vec *found);
void probed(const struct file *f, str_vec *found);

/* atomic.c: files that are the old ones or the new ones */
int put_file(int dir, const char *name, const char *data, size_t size);
int remove_file(int dir, const char *name);
int make_dir(int parent, const char *name);
void sweep(int dir);

/* store.c: what comes back after a boot */
#define STORE	"/var/lib/ksplice"

struct stored {
	char *name, *release, *path;
};

typedef VEC(struct stored) stored_vec;

int store_dir(void);
int store_error(const char *path, const char *what);
int store_lock(bool must);
int store_list(const char *release, stored_vec *found);
struct stored *store_find(const stored_vec *v, const char *name);
int stored_open(const struct stored *s);
bool trusted(const struct stored *s, int fd);
bool other_stored(const struct stored *s);
int store_put(const char *release, const char *name, const char *data, size_t size);
int store_remove(const struct stored *s);
bool store_unit_enabled(void);
bool shutdown_noted(void);
bool switched_off(void);
int no_update(const char *name);

/* guard.c: what is not applied again after a crash */
struct held {
	const char *name, *why;
};

typedef VEC(struct held) held_vec;

const char *held_back(const char *name, const char *release, const struct file *f);
const char *stored_held_back(const struct stored *s);
int held_not_stored(const stored_vec *stored, held_vec *held);
int refuse_held(const char *name, const char *why);
int mark_set(const char *name, const char *release, const struct file *f);
void mark_renew(const char *name, const char *release, const struct file *f);
void mark_clear(const char *name, const char *release);

/* own.c: is it this system's own kernel? */
const char *not_own_kernel(void);
int need_own_kernel(void);

/* builtins */
int load_and_apply(const struct file *f);
int load_stored(const struct stored *s);
int undo_and_remove(const char *name);

int cmd_check(int argc, char **argv);
int cmd_apply(int argc, char **argv);
int cmd_undo(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_install(int argc, char **argv);
int cmd_uninstall(int argc, char **argv);
int cmd_load_installed(int argc, char **argv);
int cmd_settle(int argc, char **argv);
int cmd_unhold(int argc, char **argv);
int cmd_own_kernel(int argc, char **argv);
int cmd_metrics(int argc, char **argv);

#endif /* KSPLICE_TOOL_H */
