// SPDX-License-Identifier: Apache-2.0
/* Watching what foreign code does in one thread, and what the whole process holds. */
#ifndef CLINUX_WATCH_H
#define CLINUX_WATCH_H
#include <stddef.h>
#include <stdint.h>

/* What a watched thread may do. */
#define CLINUX_WATCH_PURE 0    /* memory, locks and clocks */
#define CLINUX_WATCH_OFFLINE 1 /* everything but sockets and new programs */

/* From here on every other system call of the calling thread is recorded and fails with EPERM; there is no way back.
 * Answers 0 or -errno. */
int clinux_watch_thread(int kind);

/* How many refused system calls there were; the numbers of the first ones are copied to numbers. */
int clinux_watched_calls(long *numbers, int capacity);

/* The name of a system call that foreign code is likely to make, or NULL. */
const char *clinux_call_name(long number);

/* Bytes handed out by malloc and not freed, over all arenas. */
size_t clinux_heap_in_use(void);

/* Gives unused heap back to the system. */
void clinux_heap_trim(void);

/* Lets the file at from be seen at to as well, in this process's view of the files; 0 or -errno. */
int clinux_bind_file(const char *from, const char *to);

/* 1 when the needle occurs in the bytes. */
int clinux_contains(const void *bytes, size_t count, const void *needle, size_t size);

/* A pipe whose ends block and are closed on exec. */
int clinux_pipe(int fds[2]);

/* A descriptor of an anonymous file in memory, closed on exec, or -errno. */
int clinux_memory_file(const char *name);

/* Fills disposition[0..<65] with a value per signal that changes when its handler does. */
void clinux_signal_dispositions(uintptr_t *disposition);
#endif
