// SPDX-License-Identifier: Apache-2.0
/* Landlock (landlock(7)): what this thread, and every thread it starts from then on, may open and connect to.
 * Every function answers -errno on failure. */
#ifndef CLINUX_LANDLOCK_H
#define CLINUX_LANDLOCK_H
#include <stdint.h>

/* The kernel's Landlock ABI; 0 when it has none. File rules need 1, TCP ports 4, signals and abstract sockets 6. */
int clinux_landlock_abi(void);

/* Begins a rule set that forbids every file and listening on TCP, and with restrict_tcp connecting by TCP too, as far
 * as the kernel can. Answers its descriptor. */
int clinux_landlock_begin(int restrict_tcp);

/* Lets what is at and below path be read, and with writing be written and made too. A path that is not there is left
 * out and answers 0. */
int clinux_landlock_allow_path(int rules, const char *path, int writing);

/* Lets TCP connect to a port. Answers 0 and does nothing where the kernel knows no TCP rules. */
int clinux_landlock_allow_tcp(int rules, uint16_t port);

/* Puts the rules in force for this thread and closes the set. They cannot be lifted any more. */
int clinux_landlock_enforce(int rules);
#endif
