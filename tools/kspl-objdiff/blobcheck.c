// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the kernel's own reader of the format on the host: inspect accepts what the
 * kernel accepts. This file is compiled with stand-ins for kernel headers in include/,
 * so it can't include objdiff.h.
 */
#include <linux/types.h>
#include "format.h"

int blob_check(const void *blob, size_t size, char *why, size_t len);
const char *blob_site_name(u32 kind);
const char *arch_ksplice_site_name(u32 kind);

void *shim_alloc(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

/* Return: 0 or a negative errno, with the reason in @why. */
int blob_check(const void *blob, size_t size, char *why, size_t len)
{
	struct ksplice_view view;
	struct ksplice_error err;
	int ret;

	ret = ksplice_view_init(&view, blob, size, &err);
	if (!ret)
		ret = ksplice_view_intact(&view, &err);
	snprintf(why, len, "%s", err.text);
	return ret;
}

const char *blob_site_name(u32 kind)
{
	return arch_ksplice_site_name(kind);
}
