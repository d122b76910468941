// SPDX-License-Identifier: GPL-2.0
/*
 * Text that others wrote (names of threads, files and symbols, what the kernel logs):
 * UTF-8, and which of it a terminal obeys.
 */
#include "common.h"
#include "utf8.h"

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
 * width, fillers.  kspl-build has the same list (marks_out, source/audit.py).
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

/* How many bytes of @s JSON takes as they are: most, most often */
static int plain_len(const unsigned char *s)
{
	int n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\' &&
	       n < 4096)
		n++;
	return n;
}

/* In UTF-16, as JSON has it */
static void put_escaped(FILE *f, uint32_t c)
{
	if (c < 0x10000)
		fprintf(f, "\\u%04x", c);
	else
		fprintf(f, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

/**
 * json_string() - write a string as JSON, in ASCII, which a terminal shows as it is
 * @f:		where to
 * @text:	UTF-8; what is not becomes U+FFFD. NULL is ""
 */
void json_string(FILE *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)(text ? text : "");
	int n;

	fputc('"', f);
	for (; *s; s += n ? n : 1) {
		n = plain_len(s);
		if (n) {
			fwrite(s, 1, n, f);
			continue;
		}
		n = utf8_len(s);
		if (!n)
			fputs("\\ufffd", f);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else
			put_escaped(f, code_point(s, n));
	}
	fputc('"', f);
}
