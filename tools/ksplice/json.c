// SPDX-License-Identifier: GPL-2.0
/* Writes one JSON value to stdout. */
#include "ksplice.h"

static bool need_comma;

static void put_string(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int n;

	putchar('"');
	for (; *s; s += n ? n : 1) {
		n = utf8_len(s);
		if (!n)
			fputs("\\ufffd", stdout);
		else if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			printf("\\u%04x", *s);
		else if (*s == 0xc2 && s[1] < 0xa0)	/* C1, as UTF-8 has it */
			printf("\\u%04x", s[1]);
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
