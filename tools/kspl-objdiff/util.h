/* SPDX-License-Identifier: GPL-2.0 */
/* Messages, buffers, a map, and names that the compiler makes (util.c). */
#ifndef KSPL_UTIL_H
#define KSPL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../lib/common.h"
#include "../lib/utf8.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define ALIGN_UP(x, a)	(((x) + (a) - 1) / (a) * (a))

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

bool is_counted(const char *name);
char *strip_numbers(const char *name);
bool same_base(const char *a, const char *b);

#endif /* KSPL_UTIL_H */
