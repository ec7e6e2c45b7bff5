// SPDX-License-Identifier: Apache-2.0
#include "clinux_seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifndef ARCHITECTURE
int clinux_seccomp_enforce(unsigned sockets) {
    (void)sockets;
    return -ENOSYS;
}
#else

/* Numbers that are the same everywhere and that older headers lack. */
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#define MOST_INSTRUCTIONS 320
#define LOW_HALF(argument) ((uint32_t)offsetof(struct seccomp_data, args[argument]))

/* Ends the process. */
static const int deadly[] = {
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
};

/* Fails with EPERM. */
static const int forbidden[] = {
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_fsconfig,
    SYS_fsmount, SYS_fspick, SYS_setns, SYS_unshare, SYS_kexec_load, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_acct, SYS_settimeofday,
    SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname, SYS_setdomainname, SYS_quotactl, SYS_syslog,
    SYS_vhangup, SYS_tkill, SYS_pidfd_open, SYS_pidfd_send_signal, SYS_pidfd_getfd, SYS_kcmp, SYS_memfd_secret,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
};

/* Fails with ENOSYS: what they do cannot be seen by a filter, and every library can do without them. */
static const int unknown[] = {SYS_clone3, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register};

/* A program that grows instruction by instruction. */
struct program {
    struct sock_filter code[MOST_INSTRUCTIONS];
    unsigned short length;
};

static void add(struct program *program, uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
    if (program->length >= MOST_INSTRUCTIONS) return; /* a full program is refused before it is used */
    program->code[program->length++] = (struct sock_filter){code, yes, no, value};
}

static void load(struct program *program, uint32_t offset) { add(program, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }

/* Goes on when the loaded value is this one, else skips that many instructions. */
static void expect(struct program *program, uint32_t value, uint8_t skip) {
    add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

static void answer(struct program *program, uint32_t action) { add(program, BPF_RET | BPF_K, action, 0, 0); }

static uint32_t failing(int error) { return SECCOMP_RET_ERRNO | ((uint32_t)error & SECCOMP_RET_DATA); }

/* This call has one outcome whatever its arguments are. */
static void decide(struct program *program, int number, uint32_t action) {
    expect(program, (uint32_t)number, 1);
    answer(program, action);
}

/* This call is let through when the low half of an argument has this value, or with instead when it has not. */
static void decide_by(struct program *program, int number, int argument, uint32_t value, int allowed, int error) {
    expect(program, (uint32_t)number, 4);
    load(program, LOW_HALF(argument));
    expect(program, value, 1);
    answer(program, allowed ? SECCOMP_RET_ALLOW : failing(error));
    answer(program, allowed ? failing(error) : SECCOMP_RET_ALLOW);
}

/* socket(family, type, protocol). */
static void decide_socket(struct program *program, unsigned sockets) {
    if (sockets == 0) return decide(program, SYS_socket, failing(EACCES));
    int families[] = {AF_INET, AF_INET6, AF_UNIX};
    uint8_t first = sockets & CLINUX_SOCKETS_INET ? 0 : 2, last = sockets & CLINUX_SOCKETS_UNIX ? 3 : 2;
    uint8_t count = (uint8_t)(last - first);
    /* Behind the family tests: one refusal, then four instructions on the type. */
    expect(program, SYS_socket, (uint8_t)(1 + count + 1 + 6));
    load(program, LOW_HALF(0));
    for (uint8_t i = 0; i < count; i++)
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)families[first + i], (uint8_t)(count - i), 0);
    answer(program, failing(EAFNOSUPPORT));
    load(program, LOW_HALF(1));
    add(program, BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 2, 0);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 1, 0);
    answer(program, failing(EPERM));
    answer(program, SECCOMP_RET_ALLOW);
}

static void build(struct program *program, unsigned sockets, uint32_t self) {
    load(program, offsetof(struct seccomp_data, arch));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    load(program, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    /* The x32 calls have numbers of their own that no list here knows. */
    add(program, BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1);
    answer(program, SECCOMP_RET_KILL_PROCESS);
#endif
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
        decide(program, deadly[i], SECCOMP_RET_KILL_PROCESS);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) decide(program, forbidden[i], failing(EPERM));
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) decide(program, unknown[i], failing(ENOSYS));
    /* A thread is no process. */
    expect(program, SYS_clone, 4);
    load(program, LOW_HALF(0));
    add(program, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    answer(program, SECCOMP_RET_ALLOW);
    decide_by(program, SYS_kill, 0, self, 1, EPERM);
    decide_by(program, SYS_tgkill, 0, self, 1, EPERM);
    decide_by(program, SYS_rt_sigqueueinfo, 0, self, 1, EPERM);
    decide_by(program, SYS_rt_tgsigqueueinfo, 0, self, 1, EPERM);
    /* The limit on memory stays. */
    decide_by(program, SYS_prlimit64, 1, RLIMIT_DATA, 0, EPERM);
#ifdef SYS_setrlimit
    decide_by(program, SYS_setrlimit, 0, RLIMIT_DATA, 0, EPERM);
#endif
    decide_socket(program, sockets);
    answer(program, SECCOMP_RET_ALLOW);
}

int clinux_seccomp_enforce(unsigned sockets) {
    struct program program = {.length = 0};
    build(&program, sockets, (uint32_t)getpid());
    if (program.length >= MOST_INSTRUCTIONS) return -E2BIG;
    struct sock_fprog filter = {program.length, program.code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0u, &filter) < 0) return errno == EINVAL ? -ENOSYS : -errno;
    return 0;
}
#endif
