/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SAMPLE_H
#define SAMPLE_H

typedef unsigned long ulong;

#define noinline __attribute__((noinline))
#define __weak __attribute__((weak))

/* As the kernel's: the other code is used if the CPU has the feature. */
#define ALTERNATIVE(old, new, feature)					\
	"661:\n\t" old "\n662:\n"					\
	".skip -(((665f-664f)-(662b-661b)) > 0) * "			\
	"((665f-664f)-(662b-661b)),0x90\n663:\n"			\
	".pushsection .altinstructions,\"a\"\n"				\
	" .long 661b - .\n .long 664f - .\n .4byte " #feature "\n"	\
	" .byte 663b-661b\n .byte 665f-664f\n.popsection\n"		\
	".pushsection .altinstr_replacement, \"ax\"\n"			\
	"664:\n\t" new "\n665:\n.popsection\n"

/* As the kernel's: a jump label that is off */
#define BRANCH(key, on, yes)						\
	asm goto("1:\t.byte 0x0f, 0x1f, 0x44, 0, 0\n"			\
		 ".pushsection __jump_table, \"aw\"\n\t.balign 8\n"	\
		 "\t.long 1b - ., %l[" #yes "] - .\n"			\
		 "\t.quad %c0 + %c1 - .\n.popsection"			\
		 : : "i" (&(key)), "i" (on) : : yes)

#define WARN_AT(flags)							\
	asm volatile("1:\t.byte 0x0f, 0x0b\n"				\
		     ".pushsection __bug_table, \"aw\"\n"		\
		     "2:\t.long 1b - ., %c0 - .\n"			\
		     "\t.word %c1, %c2\n\t.org 2b + 12\n.popsection"	\
		     : : "i" (__FILE__), "i" (__LINE__), "i" (flags))

/* Reads *(p), 0 if that faults. */
#define READ_SAFE(value, p)						\
	asm volatile("1:\tmov %1, %0\n2:\n"				\
		     ".pushsection __ex_table, \"a\"\n\t.balign 4\n"	\
		     "\t.long 1b - ., 2b - ., 3\n.popsection"		\
		     : "=r" (value) : "m" (*(p)), "0" (0UL))

#define LOCK_PREFIX							\
	".pushsection .smp_locks,\"a\"\n.balign 4\n.long 671f - .\n"	\
	".popsection\n671:\n\tlock; "

struct ops {
	const char *name;
	long (*one)(ulong *p);
	long (*two)(ulong *p);
};

extern ulong shared_counter;
extern const struct ops *const all_ops[2];
extern struct ops changing_ops;

long entry_a(ulong *p);
long entry_b(ulong *p);
long soft(ulong *p);
long report(const char *what, ulong n);
const char *greeting(int i);

#endif
