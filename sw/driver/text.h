/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of text and numbers in them, without a C library. */
#ifndef SCE_TEXT_H
#define SCE_TEXT_H

#include <stdint.h>

/* Writes a line into `text`, cut to `room` bytes with the final 0: %s a string; %d an int; %u a
 * uint64_t; %x one in hexadecimal digits; %a one as an address, 0x and at least 8 digits. */
void sce_format(char *text, unsigned size, const char *format, ...);

/* Reads a whole text as a decimal or (0x) hexadecimal number; returns 0, or -1 if it is not a
 * number or too large. */
int sce_number(const char *text, uint64_t *number);

#endif
