// SPDX-License-Identifier: GPL-2.0
/* Writes one JSON value to stdout. */
#include "ksplice.h"

static bool need_comma;

/* How much of @s is as it is: most of it, most often */
static int plain_len(const unsigned char *s)
{
	int n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\' &&
	       n < 4096)
		n++;
	return n;
}

/* In UTF-16, as JSON has it */
static void put_escaped(uint32_t c)
{
	if (c < 0x10000)
		printf("\\u%04x", c);
	else
		printf("\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

static void put_string(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int n;

	putchar('"');
	for (; *s; s += n ? n : 1) {
		n = plain_len(s);
		if (n) {
			fwrite(s, 1, n, stdout);
			continue;
		}
		n = utf8_len(s);
		if (!n)
			fputs("\\ufffd", stdout);
		else if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if (obeyed(s, n))
			put_escaped(code_point(s, n));
		else
			fwrite(s, 1, n, stdout);
	}
	putchar('"');
}

static void begin(const char *key)
{
	if (need_comma)
		fputs(", ", stdout);
	need_comma = true;
	if (!key)
		return;
	put_string(key);
	fputs(": ", stdout);
}

void json_open(const char *key, char bracket)
{
	begin(key);
	putchar(bracket);
	need_comma = false;
}

void json_close(char bracket)
{
	putchar(bracket);
	need_comma = true;
}

/* NULL is null. */
void json_str(const char *key, const char *value)
{
	begin(key);
	if (value)
		put_string(value);
	else
		fputs("null", stdout);
}

void json_num(const char *key, long long value)
{
	begin(key);
	printf("%lld", value);
}

void json_bool(const char *key, bool value)
{
	begin(key);
	fputs(value ? "true" : "false", stdout);
}

void json_strs(const char *key, const str_vec *strs)
{
	char **s;

	json_open(key, '[');
	vec_for_each(s, strs)
		json_str(NULL, *s);
	json_close(']');
}
