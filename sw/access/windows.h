/* SPDX-License-Identifier: Apache-2.0 */
/* The platform's memory windows in the address space of the program. */
#ifndef SCE_WINDOWS_H
#define SCE_WINDOWS_H

#include "access.h"

/* Maps every window at its address, never over an existing mapping; a page takes memory when it is
 * first touched. If `file` is negative the windows are anonymous memory, else the file's bytes at
 * the same addresses (as in /dev/mem). A window that cannot be mapped is reported on standard error
 * and marked as not mapped. */
void sce_windows_map(int file);

/* For a constructor, before the windows are mapped. A program that is not position-independent has
 * its heap at a random place in the first GiB; in about one start of a hundred it overlaps a
 * window. If so, this executes the program again with the same `argv`, before main(), and the heap
 * is then elsewhere. It does nothing if the library was loaded later, by dlopen(). */
void sce_windows_restart(char **words);

#endif
