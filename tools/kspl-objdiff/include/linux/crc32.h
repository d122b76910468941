/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_CRC32_H
#define _SHIM_LINUX_CRC32_H

#include <linux/types.h>
#include <zlib.h>

/* As the kernel's: neither the start nor the end is inverted. */
static inline u32 crc32_le(u32 crc, const void *data, size_t len)
{
	return ~crc32_z(~crc & 0xffffffff, data, len);
}

#endif
