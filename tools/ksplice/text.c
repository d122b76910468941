// SPDX-License-Identifier: GPL-2.0
/*
 * Text that comes from elsewhere (names of threads, files and updates, what the
 * kernel logs), as it may go to a terminal or into a label.  For JSON see json.c.
 */
#include <stdlib.h>
#include <string.h>

#include "ksplice.h"

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
