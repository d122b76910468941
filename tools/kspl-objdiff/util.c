// SPDX-License-Identifier: GPL-2.0
/* Messages, buffers, a map, and names that the compiler makes */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

const char tool_name[] = "kspl-objdiff";

static void put_message(const char *fmt, va_list ap)
{
	fprintf(stderr, "%s: ", tool_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_message(fmt, ap);
	va_end(ap);
	exit(EXIT_FAILED);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_message(fmt, ap);
	va_end(ap);
}

/* Returns the offset of the data; @data NULL adds zeroes. */
u32 buf_add(struct buf *b, const void *data, u32 n)
{
	u32 at = b->n;

	if (n > UINT32_MAX - at)
		die("object too large");
	if (at + n > b->cap) {
		b->cap = (at + n) * 2;
		b->v = xrealloc(b->v, b->cap);
	}
	if (n && data)
		memcpy(b->v + at, data, n);
	else if (n)
		memset(b->v + at, 0, n);
	b->n += n;
	return at;
}

void buf_align(struct buf *b, u32 align, u8 fill)
{
	while (align > 1 && b->n % align)
		buf_add(b, &fill, 1);
}

static u32 map_hash(const char *key)
{
	u32 h = 2166136261u;

	while (*key)
		h = (h ^ (u8)*key++) * 16777619u;
	return h;
}

static struct map_slot *map_find(const struct map *m, const char *key)
{
	u32 i = map_hash(key) & (m->size - 1);

	while (m->slots[i].key && strcmp(m->slots[i].key, key))
		i = (i + 1) & (m->size - 1);
	return &m->slots[i];
}

void *map_get(const struct map *m, const char *key)
{
	return m->size ? map_find(m, key)->value : NULL;
}

static void map_resize(struct map *m)
{
	struct map old = *m;
	u32 i;

	m->size = old.size ? old.size * 2 : 64;
	m->slots = xzalloc(m->size * sizeof(*m->slots));
	for (i = 0; i < old.size; i++)
		if (old.slots[i].key)
			*map_find(m, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void map_set(struct map *m, const char *key, void *value)
{
	struct map_slot *slot;

	if (m->n * 2 >= m->size)
		map_resize(m);
	slot = map_find(m, key);
	if (!slot->key)
		m->n++;
	slot->key = key;
	slot->value = value;
}

/* Names with a counter of the whole file (__COUNTER__) at the end */
bool is_counted(const char *name)
{
	return starts_with(name, "__UNIQUE_ID_") || starts_with(name, "__BTF_ID__");
}

/*
 * "foo.isra.0.cold.12" -> "foo.isra.cold": drop the compiler's numbers;
 * "__UNIQUE_ID_foo262" -> "__UNIQUE_ID_foo".
 */
char *strip_numbers(const char *name)
{
	char *out = xzalloc(strlen(name) + 1), *o = out;

	while (*name) {
		if (*name == '.' && isdigit((u8)name[1])) {
			const char *end = name + 1;

			while (isdigit((u8)*end))
				end++;
			if (!*end || *end == '.') {
				name = end;
				continue;
			}
		}
		*o++ = *name++;
	}
	while (is_counted(out) && o > out && isdigit((u8)o[-1]))
		*--o = 0;
	return out;
}

/* Are two names the same, without the compiler's numbers? */
bool same_base(const char *a, const char *b)
{
	char *x = strip_numbers(a), *y = strip_numbers(b);
	bool same = !strcmp(x, y);

	free(x);
	free(y);
	return same;
}
