// SPDX-License-Identifier: Apache-2.0
/* A limit on the memory of this process, and telling that it was reached. */
#ifndef CLINUX_MEMORY_H
#define CLINUX_MEMORY_H
#include <stddef.h>
#include <stdint.h>

/* Exit status of a process that ended because of its memory limit. */
#define CLINUX_EXIT_MEMORY 72

/* Limits private writable memory, stacks of threads included (RLIMIT_DATA), and gives new threads stacks of stack
 * bytes. From then on a crash with less than an eighth of the limit left ends the process with CLINUX_EXIT_MEMORY and
 * a line on standard error; any other crash takes its course. Call once, before there are threads.
 * Answers -errno on failure. */
int clinux_limit_memory(uint64_t bytes, size_t stack);

/* Bytes of that memory in use now; 0 when that cannot be read. */
uint64_t clinux_memory_in_use(void);

/* Ends the process as a crash at the limit would, when less than an eighth of the limit is left. */
void clinux_end_if_memory_is_low(void);
#endif
