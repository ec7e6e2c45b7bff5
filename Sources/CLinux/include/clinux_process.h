// SPDX-License-Identifier: Apache-2.0
/* Processes, signals and clocks that Swift cannot reach by itself. Every int function answers -errno on failure. */
#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H
#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

/* CLOCK_MONOTONIC in nanoseconds: the clock of every deadline between host, worker and plugin. */
uint64_t clinux_monotonic_ns(void);

/* A descriptor for a child process, closed on exec. */
int clinux_pidfd_open(pid_t pid);
int clinux_pidfd_send_signal(int pidfd, int signal);

/* Reaps the child behind pidfd without waiting: 1 and its end when it has ended, else 0.
 * *signalled is 1 when *status is a signal, 0 when it is an exit code. */
int clinux_pidfd_reap(int pidfd, int *signalled, int *status);

/* Spawns path with standard input from /dev/null, both outputs into output, channel as descriptor 3 and nothing else
 * inherited; default signal actions, empty signal mask, its own process group. */
int clinux_spawn(const char *path, char *const argv[], char *const envp[], int channel, int output, pid_t *pid);

/* Blocks in this thread every signal that can be blocked and is not the mark of a crash.
 * With interruptible, SIGUSR1 stays open. */
int clinux_block_signals(int interruptible);

/* Names this thread for tools such as top -H; the kernel keeps 15 bytes. */
void clinux_name_thread(const char *name);

/* Gives SIGUSR1 a handler that does nothing and does not restart system calls. */
int clinux_install_interrupt(void);

/* Sends SIGUSR1 to a thread of this process, which must still exist. */
int clinux_interrupt(pthread_t thread);

/* No core files (they would hold secrets), and out of reach of ptrace by the same user. */
int clinux_harden_process(void);

/* Lets this process have as many descriptors as its hard limit allows, at most 65,536. */
int clinux_raise_descriptor_limit(void);

/* 1 when all but at most reserve of this process's descriptors are, or lately were, in use. The kernel gives out the
 * lowest free one, so a high one is taken only when those below are. */
int clinux_descriptors_are_low(int reserve);

/* Calls visit with the path of each library this process has loaded, as far as it has one. */
void clinux_each_library(void (*visit)(const char *path, void *context), void *context);

/* Overwrites memory so that no optimiser removes it. */
void clinux_wipe(void *bytes, size_t count);
#endif
