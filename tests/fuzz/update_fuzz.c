// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds anything to what the administrator's command reads an update's file
 * with, and asks for all that such a file says of itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "../../tools/ksplice/ksplice.h"

struct options opt = { .json = true, .quiet = true, .root = "" };

/* Of what it calls, what would keep or show something */
struct problem *problem(const char *update, int exit, const char *cause,
			const char *what_now, const char *fmt, ...)
{
	(void)update, (void)exit, (void)cause, (void)what_now, (void)fmt;
	return NULL;
}

uLong crc32(uLong crc, const Bytef *data, uInt size)
{
	(void)crc, (void)data, (void)size;
	return 0;
}

static size_t sum;

static void use(const char *text)
{
	sum += strlen(text);
}

static void use_all(const struct file *f)
{
	struct file_func func;
	str_vec ids = {};
	uint32_t i;
	char **id;

	use(f->name);
	use(f->release);
	use(f->description);
	file_fixes(f, &ids);
	vec_for_each(id, &ids) {
		use(*id);
		free(*id);
	}
	free(ids.v);
	use(f->module);
	use(f->vermagic ? f->vermagic : "");
	for (i = 0; i < f->ntargets; i++)
		use(file_target(f, i));
	for (i = 0; i < f->nfuncs; i++) {
		file_func(f, i, &func);
		use(func.name);
		use(func.source);
		use(func.target);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("update", MFD_CLOEXEC);
	struct file f;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!file_read_fd(&f, fd, "update"))
		use_all(&f);
	file_close(&f);
	return 0;
}
