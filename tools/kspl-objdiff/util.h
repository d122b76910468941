/* SPDX-License-Identifier: GPL-2.0 */
/* Memory, strings, vectors and a map (util.c). */
#ifndef KSPL_UTIL_H
#define KSPL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a)	(((x) + (a) - 1) / (a) * (a))


/* Exit codes, the same for all commands of ksplice */
enum {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_NO_CHANGE	= 3,
	EXIT_REFUSED	= 4,
};

/* A growing array: VEC(struct foo) foos; *vec_add(&foos) = ...; */
#define VEC(type) struct { type *v; u32 n, cap; }
#define vec_add(vec)							\
	((vec)->v = vec_grow((vec)->v, (vec)->n, &(vec)->cap,		\
			     sizeof(*(vec)->v)),			\
	 (vec)->n++, &(vec)->v[(vec)->n - 1])
#define vec_for_each(p, vec)						\
	for ((p) = (vec)->v; (p) && (p) < (vec)->v + (vec)->n; (p)++)

void *vec_grow(void *v, u32 n, u32 *cap, size_t size);
void *xzalloc(size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

struct buf {
	u8 *v;
	u32 n, cap;
};

u32 buf_add(struct buf *b, const void *data, u32 n);
void buf_align(struct buf *b, u32 align, u8 fill);

/* String -> pointer. Keys are not copied. */
struct map_slot {
	const char *key;
	void *value;
};

struct map {
	struct map_slot *slots;
	u32 n, size;
};

void *map_get(const struct map *m, const char *key);
void map_set(struct map *m, const char *key, void *value);

bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);
bool is_counted(const char *name);
char *strip_numbers(const char *name);
bool same_base(const char *a, const char *b);

void json_string(FILE *f, const char *s);

#endif /* KSPL_UTIL_H */
