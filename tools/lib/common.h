/* SPDX-License-Identifier: GPL-2.0 */
/* Exit codes, memory, strings and vectors of both tools (common.c). */
#ifndef KSPL_COMMON_H
#define KSPL_COMMON_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Exit codes, the same for all commands of ksplice */
enum {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,	/* could not be done; trying again may help */
	EXIT_USAGE	= 2,
	EXIT_NOTHING	= 3,	/* nothing to do: no code changes, or it is done already */
	EXIT_REFUSED	= 4,	/* can't be done safely */
};

/* The name of the program, for messages: each tool defines it. */
extern const char tool_name[];

/* A growing array: VEC(struct foo) foos; *vec_add(&foos) = ...; */
#define VEC(type) struct { type *v; uint32_t n, cap; }
#define vec_add(vec)							\
	((vec)->v = vec_grow((vec)->v, (vec)->n, &(vec)->cap,		\
			     sizeof(*(vec)->v)),			\
	 (vec)->n++, &(vec)->v[(vec)->n - 1])
#define vec_for_each(p, vec)						\
	for ((p) = (vec)->v; (p) && (p) < (vec)->v + (vec)->n; (p)++)

void *vec_grow(void *v, uint32_t n, uint32_t *cap, size_t size);

/* These end the program if there is no memory. */
void *xzalloc(size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xvasprintf(const char *fmt, va_list ap);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);

#endif /* KSPL_COMMON_H */
