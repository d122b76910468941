// SPDX-License-Identifier: GPL-2.0
/* Writes one JSON value to stdout. */
#include "ksplice.h"

static bool need_comma;

static void begin(const char *key)
{
	if (need_comma)
		fputs(", ", stdout);
	need_comma = true;
	if (!key)
		return;
	json_string(stdout, key);
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
		json_string(stdout, value);
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
