// SPDX-License-Identifier: Apache-2.0
/* A filter over the system calls of this thread and every thread it starts from then on (seccomp(2)). */
#ifndef CLINUX_SECCOMP_H
#define CLINUX_SECCOMP_H

#define CLINUX_SOCKETS_INET 1u /* AF_INET and AF_INET6: stream and datagram, not raw */
#define CLINUX_SOCKETS_UNIX 2u /* AF_UNIX */

/* Puts the filter in force; it cannot be lifted any more.
 *
 * Starting a process (fork, vfork, clone without CLONE_THREAD, execve, execveat) and reaching into another one (ptrace,
 * process_vm_readv, process_vm_writev) end the process with SIGSYS. Sockets of families that are not named, signals to
 * other processes, another RLIMIT_DATA, mounts, namespaces, modules, clocks, keys, BPF and the like fail with EPERM,
 * EACCES or EAFNOSUPPORT. clone3 and io_uring fail with ENOSYS, which sends libraries to what can be checked.
 *
 * Answers -errno; -ENOSYS when the kernel has no filters, or this architecture is neither x86_64 nor aarch64. */
int clinux_seccomp_enforce(unsigned sockets);
#endif
