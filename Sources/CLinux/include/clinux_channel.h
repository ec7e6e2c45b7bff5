// SPDX-License-Identifier: Apache-2.0
/* Descriptors that carry messages and wake-ups. Every function answers -errno on failure; all are closed on exec. */
#ifndef CLINUX_CHANNEL_H
#define CLINUX_CHANNEL_H
#include <stdint.h>
#include <sys/types.h>

/* A connected pair of SOCK_SEQPACKET Unix sockets. */
int clinux_seqpacket_pair(int fds[2]);

/* Sends one message whole, and with it the descriptor passed unless that is -1. Repeats on EINTR; never raises SIGPIPE.
 * With nonblocking, a full socket gives -EAGAIN. Answers the number of bytes. */
ssize_t clinux_send_message(int fd, const void *bytes, size_t count, int passed, int nonblocking);

/* Receives one message; 0 is the end of the stream. A descriptor that came with it is put in *passed, else -1.
 * A message longer than capacity gives -EMSGSIZE and is lost. */
ssize_t clinux_receive_message(int fd, void *bytes, size_t capacity, int *passed, int nonblocking);

/* Another descriptor for the same thing. */
int clinux_duplicate(int fd);

/* A counter to wake pollers, its signal (never blocks) and its reset. */
int clinux_eventfd(void);
void clinux_eventfd_signal(int fd);
void clinux_eventfd_reset(int fd);

/* A timer on CLOCK_MONOTONIC, nonblocking; at_ns is absolute, 0 disarms. */
int clinux_timerfd(void);
int clinux_timerfd_set(int fd, uint64_t at_ns);

/* A descriptor that becomes readable when this process has SIGTERM pending. The signal must be blocked. */
int clinux_sigterm_fd(void);

/* A pipe: fds[0] nonblocking for reading, fds[1] blocking for writing. */
int clinux_output_pipe(int fds[2]);

/* poll(2) on up to eight descriptors (negative ones are skipped): bit 1u << i of the answer is set when fds[i] is
 * readable, closed or failed, bit 1u << (16 + i) when it is writable and bit i of writing was set.
 * timeout_ns below 0 waits for ever. EINTR answers 0. */
int clinux_poll(const int *fds, int count, unsigned writing, int64_t timeout_ns);
#endif
