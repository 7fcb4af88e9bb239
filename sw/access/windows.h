/* SPDX-License-Identifier: Apache-2.0 */
/* The platform's memory windows in the address space of the program. */
#ifndef SCE_WINDOWS_H
#define SCE_WINDOWS_H

#include "access.h"

/* Maps every window at its address, never over something that is mapped there already, and without
 * taking memory before it is touched: anonymous memory where `file` is negative, else the file's
 * bytes at the same addresses (as /dev/mem has them). What cannot be mapped is said on standard
 * error and marked as not mapped. */
void sce_windows_map(int file);

/* For a constructor, before the windows are mapped. A program that is not position-independent has
 * its heap at a random place in the first GiB, which in one start of some two hundred lies over an
 * L2. Where it does, and the library was loaded with the program, not later by dlopen(), the
 * program is started again with the same words (`argv`), before it did anything: it gets another
 * heap. */
void sce_windows_restart(char **words);

#endif
