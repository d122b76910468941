/* SPDX-License-Identifier: GPL-2.0 */
/* Text that others wrote, and JSON strings (utf8.c) */
#ifndef KSPL_UTF8_H
#define KSPL_UTF8_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

int utf8_len(const unsigned char *s);
uint32_t code_point(const unsigned char *s, int n);
bool obeyed(const unsigned char *s, int n);
void json_string(FILE *f, const char *text);

#endif /* KSPL_UTF8_H */
