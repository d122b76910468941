// SPDX-License-Identifier: GPL-2.0
/*
 * Text that comes from elsewhere (names of threads, files and updates, what the
 * kernel logs), as it may go to a terminal or into a label.  For JSON see json.c.
 */
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

/* Length of the valid UTF-8 sequence at @s, 0 if it is none. */
int utf8_len(const unsigned char *s)
{
	int n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 :
		s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	int i;

	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	/* overlong forms, surrogates, beyond the last */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

uint32_t code_point(const unsigned char *s, int n)
{
	static const unsigned char first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = s[0] & first[n];
	int i;

	for (i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

/*
 * What a terminal obeys (C0, DEL, C1), and what changes how the text around it
 * looks, or can't be seen: separators of lines, directions, characters without a
 * width, fillers.  kspl-build has the same list (marks_out, audit.awk).
 */
bool obeyed(const unsigned char *s, int n)
{
	static const struct { uint32_t first, last; } marks[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};
	uint32_t c = code_point(s, n);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (c >= marks[i].first && c <= marks[i].last)
			return true;
	return false;
}

/* How much of @s is plain ASCII: most of it, most often */
static int printable(const unsigned char *s)
{
	int n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && n < 4096)
		n++;
	return n;
}

static void put_visible(FILE *f, const unsigned char *s, int n)
{
	int i;

	if (n && !obeyed(s, n)) {
		fwrite(s, 1, n, f);
		return;
	}
	for (i = 0; i < (n ? n : 1); i++)
		fprintf(f, "\\x%02x", s[i]);
}

/* What a terminal shows and does not obey; to be freed. */
char *visible(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *buf = NULL;
	size_t size;
	FILE *f = open_memstream(&buf, &size);
	int n;

	for (; f && *s; s += n ? n : 1) {
		n = printable(s);
		if (n) {
			fwrite(s, 1, n, f);
			continue;
		}
		n = utf8_len(s);
		put_visible(f, s, n);
	}
	if (!f || fclose(f))
		return xstrdup("(out of memory)");
	return buf;
}

/* As the value of a label wants it in the format of Prometheus */
void put_label(FILE *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int n;

	for (; *s; s += n ? n : 1) {
		n = utf8_len(s);
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (!n || obeyed(s, n))
			fputs("\xef\xbf\xbd", f);
		else
			fwrite(s, 1, n, f);
	}
}
