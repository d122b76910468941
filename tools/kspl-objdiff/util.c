// SPDX-License-Identifier: GPL-2.0
/* Memory, strings and a map */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("kspl-objdiff: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(EXIT_FAILED);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	fputs("kspl-objdiff: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void *xzalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		die("out of memory");
	return p;
}

char *xstrdup(const char *s)
{
	char *p = xzalloc(strlen(s) + 1);

	return strcpy(p, s);
}

static char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	return s;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

/* Make room for one more element, and clear it. */
void *vec_grow(void *v, u32 n, u32 *cap, size_t size)
{
	if (n >= *cap) {
		*cap = *cap ? *cap * 2 : 8;
		v = realloc(v, *cap * size);
		if (!v)
			die("out of memory");
	}
	memset((char *)v + n * size, 0, size);
	return v;
}

/* Returns the offset of the data; @data NULL adds zeroes. */
u32 buf_add(struct buf *b, const void *data, u32 n)
{
	u32 at = b->n;

	if (n > UINT32_MAX - at)
		die("object too large");
	if (at + n > b->cap) {
		b->cap = (at + n) * 2;
		b->v = realloc(b->v, b->cap);
		if (!b->v)
			die("out of memory");
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

bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !strcmp(s + n - m, suffix);
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

void json_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; s && *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((u8)*s < 0x20 || (u8)*s >= 0x7f)
			fprintf(f, "\\u%04x", (u8)*s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}
