// SPDX-License-Identifier: Apache-2.0
#include "clinux_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define THIS_MACHINE AUDIT_ARCH_RISCV64
#endif

#define KEPT 32
static atomic_int refused_count;
static long refused[KEPT];

static void refuse(int signal, siginfo_t *info, void *raw) {
    (void)signal;
    ucontext_t *context = raw;
    int index = atomic_fetch_add(&refused_count, 1);
    if (index < KEPT) refused[index] = info->si_syscall;
#if defined(__x86_64__)
    context->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
    context->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#elif defined(__riscv)
    context->uc_mcontext.__gregs[REG_A0] = (unsigned long)-EPERM;
#endif
}

static const int pure[] = {
    SYS_brk, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_futex, SYS_clock_gettime,
    SYS_clock_getres, SYS_gettimeofday, SYS_getrandom, SYS_sched_yield, SYS_sched_getaffinity, SYS_gettid, SYS_getpid,
    SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_set_robust_list, SYS_membarrier, SYS_exit,
    SYS_exit_group, SYS_prlimit64, SYS_sysinfo, SYS_uname, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_rseq,
    SYS_restart_syscall,
};

static const int online[] = {
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept4, SYS_sendto, SYS_sendmsg, SYS_sendmmsg,
    SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg, SYS_execve, SYS_execveat,
};

int clinux_watch_thread(int kind) {
#ifndef THIS_MACHINE
    (void)kind;
    return -ENOSYS;
#else
    const int *list = kind == CLINUX_WATCH_PURE ? pure : online;
    size_t count = kind == CLINUX_WATCH_PURE ? sizeof pure / sizeof *pure : sizeof online / sizeof *online;
    unsigned listed = kind == CLINUX_WATCH_PURE ? SECCOMP_RET_ALLOW : SECCOMP_RET_TRAP;
    unsigned other = kind == CLINUX_WATCH_PURE ? SECCOMP_RET_TRAP : SECCOMP_RET_ALLOW;
    struct sock_filter program[80];
    size_t at = 0;
    program[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    program[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0);
    program[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    program[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < count; i++) {
        program[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)list[i], 0, 1);
        program[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, listed);
    }
    program[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, other);
    struct sock_fprog filter = {.len = (unsigned short)at, .filter = program};

    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = refuse;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGSYS, &action, NULL) < 0) return -errno;
    /* The allocator's first steps in a thread look at the machine; let it take them now. */
    void *warm = malloc(64);
    free(warm);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0) return -errno;
    return 0;
#endif
}

int clinux_watched_calls(long *numbers, int capacity) {
    int count = atomic_load(&refused_count);
    int kept = count < KEPT ? count : KEPT;
    for (int i = 0; i < kept && i < capacity; i++) numbers[i] = refused[i];
    return count;
}

const char *clinux_call_name(long number) {
    switch (number) {
#define NAME(call) \
    case SYS_##call: return #call;
        NAME(read) NAME(write) NAME(writev) NAME(openat) NAME(close) NAME(fstat) NAME(lseek) NAME(ioctl) NAME(pread64)
        NAME(socket) NAME(connect) NAME(bind) NAME(listen) NAME(sendto) NAME(sendmsg) NAME(recvfrom) NAME(recvmsg)
        NAME(clone) NAME(clone3) NAME(execve) NAME(rt_sigaction) NAME(getcwd) NAME(chdir) NAME(umask) NAME(readlinkat)
        NAME(newfstatat) NAME(statx) NAME(faccessat) NAME(nanosleep) NAME(clock_nanosleep) NAME(eventfd2) NAME(pipe2)
        NAME(epoll_create1) NAME(timerfd_create) NAME(dup) NAME(fcntl) NAME(getdents64) NAME(prctl) NAME(kill)
        NAME(tgkill) NAME(setsockopt) NAME(socketpair) NAME(sched_getattr) NAME(memfd_create) NAME(inotify_init1)
#ifdef SYS_open
        NAME(open) NAME(stat) NAME(access) NAME(fork) NAME(vfork) NAME(poll) NAME(pipe) NAME(readlink)
#endif
#undef NAME
    default: return NULL;
    }
}

size_t clinux_heap_in_use(void) {
    struct mallinfo2 facts = mallinfo2();
    return facts.uordblks + facts.hblkhd;
}

void clinux_heap_trim(void) { malloc_trim(0); }

int clinux_bind_file(const char *from, const char *to) {
    return mount(from, to, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

int clinux_contains(const void *bytes, size_t count, const void *needle, size_t size) {
    return memmem(bytes, count, needle, size) != NULL;
}

int clinux_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC) < 0 ? -errno : 0; }

int clinux_memory_file(const char *name) {
    int fd = (int)syscall(SYS_memfd_create, name, 1u /* MFD_CLOEXEC */);
    return fd < 0 ? -errno : fd;
}

void clinux_signal_dispositions(uintptr_t *disposition) {
    for (int number = 1; number <= 64; number++) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        disposition[number] = 0;
        if (sigaction(number, NULL, &action) == 0)
            disposition[number] = (uintptr_t)action.sa_sigaction ^ ((uintptr_t)action.sa_flags << 1);
    }
}
