// SPDX-License-Identifier: GPL-2.0
/*
 * A BPF program on a function, for as long as standard input is open; then it
 * says how often the program ran.
 *
 *	ksplice-bpf KIND FUNCTION [MODULE]
 *
 * KIND is kprobe, kretprobe, fentry or fexit; or fmod_ret or override (a kprobe), for
 * a program that makes the function return -5 without its body being run.
 *
 * The exit code is 4 if the kernel does not offer that: fentry, fexit and fmod_ret
 * need BTF that knows the function.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/perf_event.h>

#define SKIP		4
#define KPROBE_PMU	"/sys/bus/event_source/devices/kprobe/type"
#define RETPROBE	1

/* What the function returns instead of its own result */
#define INSTEAD		(-5)

/* Instructions of the program that counts, before what it does next */
#define COUNTED		10

static char verifier_log[16384];

static void die(int code, const char *what)
{
	fprintf(stderr, "ksplice-bpf: %s: %s\n%s", what, strerror(errno),
		verifier_log);
	exit(code);
}

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* One counter. */
static int make_map(void)
{
	union bpf_attr attr = {
		.map_type	= BPF_MAP_TYPE_ARRAY,
		.key_size	= sizeof(__u32),
		.value_size	= sizeof(__u64),
		.max_entries	= 1,
	};
	int fd = bpf(BPF_MAP_CREATE, &attr);

	if (fd < 0)
		die(SKIP, "map");
	return fd;
}

static __u64 read_map(int map)
{
	union bpf_attr attr = { .map_fd = map };
	__u64 value;
	__u32 key = 0;

	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&value;
	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		die(1, "the counter");
	return value;
}

/*
 * The program adds one to the counter, and returns @ret.  If it overrides, the
 * function returns INSTEAD.
 */
static int load(int map, union bpf_attr *attr, int ret, bool overrides)
{
	struct bpf_insn insns[] = {
		/* r6 = r1; *(u32 *)(r10 - 4) = 0; r2 = r10 - 4; r1 = map */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 6,
		  .src_reg = 1 },
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = 10, .off = -4 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2,
		  .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2,
		  .imm = -4 },
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{ 0 },
		/* r0 = lookup(r1, r2); if (r0) *r0 += 1 */
		{ .code = BPF_JMP | BPF_CALL,
		  .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .off = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .dst_reg = 0,
		  .src_reg = 1, .imm = BPF_ADD },
		/* if (overrides) override_return(r6, INSTEAD); return ret */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1,
		  .src_reg = 6 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2,
		  .imm = INSTEAD },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_override_return },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = ret },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd;

	/* The verifier refuses unreachable code. */
	if (!overrides) {
		memmove(&insns[COUNTED], &insns[COUNTED + 3],
			2 * sizeof(*insns));
		attr->insn_cnt = COUNTED + 2;
	} else {
		attr->insn_cnt = sizeof(insns) / sizeof(*insns);
	}
	attr->insns = (unsigned long)insns;
	attr->license = (unsigned long)"GPL";
	attr->log_buf = (unsigned long)verifier_log;
	attr->log_size = sizeof(verifier_log);
	attr->log_level = 1;
	fd = bpf(BPF_PROG_LOAD, attr);
	if (fd < 0)
		die(overrides ? SKIP : 1, "the program");
	return fd;
}

/*
 * The function itself: by its name alone the kernel would not know whether it or
 * the new one in the update's module is meant.
 */
static unsigned long address_of(const char *func, const char *mod)
{
	char line[512], name[256], in[256];
	unsigned long addr, found = 0;
	FILE *file = fopen("/proc/kallsyms", "r");

	while (file && !found && fgets(line, sizeof(line), file)) {
		in[0] = 0;
		if (sscanf(line, "%lx %*c %255s [%255[^]]", &addr, name, in) >= 2 &&
		    !strcmp(name, func) && !strcmp(in, mod))
			found = addr;
	}
	if (file)
		fclose(file);
	if (!found)
		die(1, func);
	return found;
}

static void on_probe(int map, const char *kind, const char *func,
		     const char *mod)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_KPROBE };
	struct perf_event_attr event = { .size = sizeof(event) };
	int fd, prog = load(map, &attr, 0, !strcmp(kind, "override"));
	FILE *file = fopen(KPROBE_PMU, "r");

	if (!file || fscanf(file, "%u", &event.type) != 1)
		die(SKIP, KPROBE_PMU);
	fclose(file);
	event.config = strcmp(kind, "kretprobe") ? 0 : RETPROBE;
	event.kprobe_addr = address_of(func, mod);
	fd = syscall(SYS_perf_event_open, &event, -1, 0, -1, 0);
	if (fd < 0 || ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog) ||
	    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		die(1, func);
}

/* The kernel's BTF, or a module's, which continues where the kernel's ends. */
struct btf {
	struct btf_header *hdr;
	__u32 first_type;
	__u32 first_str;
};

static void read_btf(struct btf *btf, const char *name)
{
	char path[256];
	struct stat st;
	size_t n = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		die(SKIP, path);
	btf->hdr = malloc(st.st_size);
	while (btf->hdr && n < (size_t)st.st_size) {
		got = read(fd, (char *)btf->hdr + n, st.st_size - n);
		if (got <= 0)
			die(1, path);
		n += got;
	}
	if (!btf->hdr || btf->hdr->magic != BTF_MAGIC)
		die(1, path);
	close(fd);
}

/* The size of the data behind a type; 0 for most kinds */
static size_t extra(const struct btf_type *type)
{
	size_t n = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * 12;
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	}
	return 0;
}

/* The id of a function; without @func, the first id that is not there. */
static __u32 find_func(const struct btf *btf, const char *func)
{
	const char *data = (const char *)btf->hdr + btf->hdr->hdr_len;
	const char *end = data + btf->hdr->type_off + btf->hdr->type_len;
	const char *at = data + btf->hdr->type_off;
	const char *strings = data + btf->hdr->str_off - btf->first_str;
	const struct btf_type *type;
	__u32 id = btf->first_type;

	for (; at < end; at += sizeof(*type) + extra(type), id++) {
		type = (const void *)at;
		if (func && BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    type->name_off >= btf->first_str &&
		    !strcmp(strings + type->name_off, func))
			return id;
	}
	return func ? 0 : id;
}

static int module_btf_fd(const char *mod)
{
	struct bpf_btf_info info;
	char name[64];
	__u32 id = 0;
	int fd;

	for (;;) {
		union bpf_attr attr = { .start_id = id };

		if (bpf(BPF_BTF_GET_NEXT_ID, &attr))
			die(SKIP, mod);
		id = attr.next_id;
		memset(&attr, 0, sizeof(attr));
		attr.btf_id = id;
		fd = bpf(BPF_BTF_GET_FD_BY_ID, &attr);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		info.name = (unsigned long)name;
		info.name_len = sizeof(name);
		memset(&attr, 0, sizeof(attr));
		attr.info.bpf_fd = fd;
		attr.info.info_len = sizeof(info);
		attr.info.info = (unsigned long)&info;
		if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) && info.kernel_btf &&
		    !strcmp(name, mod))
			return fd;
		close(fd);
	}
}

static void on_trampoline(int map, __u32 type, const char *func,
			  const char *mod)
{
	union bpf_attr attr = {
		.prog_type		= BPF_PROG_TYPE_TRACING,
		.expected_attach_type	= type,
	};
	struct btf btf = { .first_type = 1 };
	int prog;

	read_btf(&btf, "vmlinux");
	if (*mod) {
		btf.first_type = find_func(&btf, NULL);
		btf.first_str = btf.hdr->str_len;
		read_btf(&btf, mod);
		attr.attach_btf_obj_fd = module_btf_fd(mod);
	}
	attr.attach_btf_id = find_func(&btf, func);
	if (!attr.attach_btf_id) {
		errno = ENOENT;
		die(SKIP, func);
	}
	prog = load(map, &attr, type == BPF_MODIFY_RETURN ? INSTEAD : 0, false);
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	if (bpf(BPF_RAW_TRACEPOINT_OPEN, &attr) < 0)
		die(1, func);
}

int main(int argc, char **argv)
{
	const char *mod = argc > 3 ? argv[3] : "";
	char buf[64];
	int map;

	if (argc < 3) {
		fputs("usage: ksplice-bpf KIND FUNCTION [MODULE]\n"
		      "KIND: kprobe kretprobe fentry fexit fmod_ret override\n",
		      stderr);
		return 2;
	}
	map = make_map();
	if (!strcmp(argv[1], "fentry"))
		on_trampoline(map, BPF_TRACE_FENTRY, argv[2], mod);
	else if (!strcmp(argv[1], "fexit"))
		on_trampoline(map, BPF_TRACE_FEXIT, argv[2], mod);
	else if (!strcmp(argv[1], "fmod_ret"))
		on_trampoline(map, BPF_MODIFY_RETURN, argv[2], mod);
	else
		on_probe(map, argv[1], argv[2], mod);
	puts("attached");
	fflush(stdout);
	while (read(STDIN_FILENO, buf, sizeof(buf)) > 0)
		;
	printf("%llu\n", (unsigned long long)read_map(map));
	return 0;
}
