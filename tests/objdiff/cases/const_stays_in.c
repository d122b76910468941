// SPDX-License-Identifier: GPL-2.0
// Constants that are only read: they get a copy.
// cflags: -g -gdwarf-4
// replace: walk found named option
// copy: list ids names tokens
#include "kernel.h"

struct id {
	int vendor, driver;
};

struct token {
	int n;
	const char *pattern;
};

extern const struct id *x86_match_cpu(const struct id *ids);
extern int strcmp(const char *a, const char *b);
extern int match_token(char *s, const struct token *tokens, void *args);

static const struct id list[] = { { 1, PREPOST(2, 3) }, { 4, 5 }, {} };
int walk(int x)
{
	const struct id *id;

	for (id = list; id->vendor; id++)
		if (id->vendor == x)
			return ext(id->driver);
	return -1;
}

static const struct id ids[] = { { 7, PREPOST(2, 3) }, {} };
int found(void)
{
	if (x86_match_cpu(ids))
		return ext(1);
	return x86_match_cpu(ids) ? 2 : 0;
}

static const char *const names[] = { PREPOST("first", "prime"), "second" };
int named(const char *name, int i)
{
	return strcmp(names[i], name) ? ext(i) : -22;
}

static const struct token tokens[] = { { 1, "ro" }, { 2, PREPOST("rw", "wr") }, {} };
int option(char *s)
{
	char args[64];

	return match_token(s, tokens, args) == 1 ? ext(1) : -22;
}
