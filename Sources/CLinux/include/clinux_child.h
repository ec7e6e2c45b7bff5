// SPDX-License-Identifier: Apache-2.0
#ifndef CLINUX_CHILD_H
#define CLINUX_CHILD_H

#include <sys/types.h>

/// Starts `path` with `arguments` (NULL-terminated) in a session of its own, tied to this process: the kernel kills
/// the child when this process ends in any way. The fork is made by one thread that lives as long as the process,
/// because PR_SET_PDEATHSIG follows the thread that forked.
///
/// `standardInput`, `standardOutput` and `standardError` become the child's descriptors 0, 1 and 2; -1 means
/// /dev/null. Every other descriptor is closed in the child. `directory` may be NULL.
/// Returns the process id, or the negated errno.
pid_t clinux_spawn_tied(
    const char *path, char *const arguments[], const char *directory, int standardInput, int standardOutput,
    int standardError);

/// Returns a descriptor that becomes readable when the process has ended (pidfd_open(2)), or the negated errno.
int clinux_child_pidfd(pid_t pid);

/// Takes the exit status of an ended child. Returns 1 and sets `status` to the exit code, or to 128 + the signal
/// number; 0 when the child still runs; the negated errno otherwise.
int clinux_child_reap(pid_t pid, int *status);

#endif
