/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The constructs of kernel code that leave traces in an object, cut down to
 * what the tool looks at. POST is defined when the patched object is made.
 */
#ifndef TEST_KERNEL_H
#define TEST_KERNEL_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define noinline	__attribute__((noinline))
#define __used		__attribute__((used))
#define __weak		__attribute__((weak))
#define __section(s)	__attribute__((section(s)))
#define __init		__section(".init.text") __attribute__((cold)) noinline
#define __initdata	__section(".init.data")
#define __cold		__attribute__((cold))
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define __percpu_data	__section(".data..percpu")
#define EXPORT_SYMBOL(sym)						\
	asm(".pushsection .export_symbol,\"a\"\n"			\
	    "__export_symbol_" #sym ": .asciz \"GPL\"; .asciz \"\"\n"	\
	    ".balign 8; .quad " #sym "\n.popsection")

#ifdef POST
#define PREPOST(a, b)	b
#else
#define PREPOST(a, b)	a
#endif

extern int ext(int x);
extern int ext2(int x);
extern int log_msg(const char *fmt, ...);
extern int exported(int x);

/* A file and line in the bug table, as WARN_ON() has */
#define WARN(cond) do {							\
	if (unlikely(cond))						\
		asm volatile("1: ud2\n"					\
			     ".pushsection __bug_table,\"aw\"\n"	\
			     "2: .long 1b - .\n"			\
			     ".long %c0 - .\n"				\
			     ".word %c1, %c2\n"				\
			     ".org 2b + 12\n"				\
			     ".popsection" : :				\
			     "i"(__FILE__), "i"(__LINE__), "i"(1));	\
} while (0)

#define WARN_ONCE(cond) do {						\
	static _Bool __section(".data..once") __already_done;		\
	if (unlikely(cond) && !__already_done) {			\
		__already_done = 1;					\
		WARN(1);						\
	}								\
} while (0)

/* A fault at the load continues behind it */
static inline __attribute__((always_inline)) long get_user(const long *p)
{
	long v = 0;

	asm volatile("1: movq %1, %0\n2:\n"
		     ".pushsection __ex_table,\"a\"\n"
		     ".balign 4\n"
		     ".long 1b - ., 2b - ., 3\n"
		     ".popsection" : "+r"(v) : "m"(*p));
	return v;
}

struct static_key { int enabled; void *entries; };

#define static_branch(key) ({						\
	__label__ yes;							\
	_Bool ret = 0;							\
	asm goto("1: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"		\
		 ".pushsection __jump_table,\"aw\"\n"			\
		 ".balign 8\n"						\
		 ".long 1b - ., %l[yes] - .\n"				\
		 ".quad %c0 - .\n"					\
		 ".popsection" : : "i"(key) : : yes);			\
	if (0) {							\
yes:		ret = 1;						\
	}								\
	ret;								\
})

#define static_call(name)						\
	asm volatile("1: call __SCT__" #name "\n"			\
		     ".pushsection .static_call_sites,\"aw\"\n"		\
		     ".balign 4\n"					\
		     ".long 1b - ., __SCK__" #name " - .\n"		\
		     ".popsection" : : : "memory", "rax", "rcx", "rdx",	\
		     "rsi", "rdi", "r8", "r9", "r10", "r11")

#define ALTERNATIVE(old, new, feature)	ALTERNATIVE_SIZED("4", old, new, feature)
/* Before 6.3 */
#define ALTERNATIVE_OLD(old, new, feature) ALTERNATIVE_SIZED("2", old, new, feature)
#define ALTERNATIVE_SIZED(bytes, old, new, feature)			\
	"771: " old "\n772:\n"						\
	".skip -(((775f-774f)-(772b-771b)) > 0) * "			\
	"((775f-774f)-(772b-771b)), 0x90\n773:\n"			\
	".pushsection .altinstructions,\"a\"\n"				\
	".long 771b - ., 774f - .\n"					\
	"." bytes "byte " #feature "\n"					\
	".byte 773b - 771b, 775f - 774f\n"				\
	".popsection\n"							\
	".pushsection .altinstr_replacement,\"ax\"\n"			\
	"774: " new "\n775:\n"						\
	".popsection\n"

/* Before 6.8 */
#define PARAVIRT_CALL(old, type)					\
	"771: " old "\n772:\n"						\
	".pushsection .parainstructions,\"a\"\n"			\
	".balign 8\n.quad 771b\n.byte " #type ", 772b - 771b\n"		\
	".short 0\n.balign 8\n.popsection\n"

#define LOCK_PREFIX							\
	".pushsection .smp_locks,\"a\"\n.balign 4\n.long 671f - .\n"	\
	".popsection\n671: lock; "

#define runtime_const_ptr(sym) ({					\
	u64 ret;							\
	asm("mov $0x0123456789abcdef, %0\n1:\n"				\
	    ".pushsection runtime_ptr_" #sym ",\"a\"\n"			\
	    ".long 1b - 8 - .\n.popsection" : "=r"(ret));		\
	ret;								\
})

struct ddebug {
	const char *modname, *function, *filename, *format;
	u32 lineno : 18, class_id : 6, flags : 8;
	struct static_key key;
};

#define pr_debug(fmt) do {						\
	static struct ddebug __section("__dyndbg") __used		\
		__attribute__((aligned(8))) descriptor = {		\
		"mod", __func__, __FILE__, fmt, __LINE__ };		\
	if (static_branch(&descriptor.key))				\
		log_msg(fmt, &descriptor);				\
} while (0)

#endif
