// SPDX-License-Identifier: Apache-2.0
#include "clinux_process.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

uint64_t clinux_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int clinux_pidfd_open(pid_t pid) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

int clinux_pidfd_send_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int clinux_pidfd_reap(int pidfd, int *signalled, int *status) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0) return -errno;
    if (info.si_pid == 0) return 0;
    *signalled = info.si_code != CLD_EXITED;
    *status = info.si_status;
    return 1;
}

int clinux_spawn(const char *path, char *const argv[], char *const envp[], int channel, int output, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return -error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return -error;
    }
    /* The copies stand above any descriptor the actions write to, so their order cannot lose one. */
    int low_channel = fcntl(channel, F_DUPFD_CLOEXEC, 10), low_output = fcntl(output, F_DUPFD_CLOEXEC, 10);
    if (low_channel < 0 || low_output < 0) error = errno;
    if (!error) error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, low_output, 1);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, low_output, 2);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, low_channel, 3);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 4);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
    if (!error)
        error = posix_spawnattr_setflags(&attributes,
                                         POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    if (!error) error = posix_spawn(pid, path, &actions, &attributes, argv, envp);
    if (low_channel >= 0) close(low_channel);
    if (low_output >= 0) close(low_output);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -error;
}

int clinux_block_signals(int interruptible) {
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t set;
    sigfillset(&set);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) sigdelset(&set, crashes[i]);
    if (interruptible) sigdelset(&set, SIGUSR1);
    return -pthread_sigmask(SIG_SETMASK, &set, NULL);
}

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static void do_nothing(int signal) { (void)signal; }

int clinux_install_interrupt(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = do_nothing;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGUSR1, &action, NULL) < 0 ? -errno : 0;
}

int clinux_interrupt(pthread_t thread) { return -pthread_kill(thread, SIGUSR1); }

int clinux_harden_process(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return -errno;
    return 0;
}

int clinux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    rlim_t most = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    if (limit.rlim_cur >= most) return 0;
    limit.rlim_cur = most;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

int clinux_descriptors_are_low(int reserve) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 0;
    rlim_t most = limit.rlim_cur < 1 << 30 ? limit.rlim_cur : 1 << 30;
    return (int)most <= reserve || fcntl((int)most - reserve, F_GETFD) >= 0;
}

struct visitor {
    void (*visit)(const char *path, void *context);
    void *context;
};

static int visit_library(struct dl_phdr_info *info, size_t size, void *raw) {
    (void)size;
    const struct visitor *visitor = raw;
    if (info->dlpi_name && info->dlpi_name[0] == '/') visitor->visit(info->dlpi_name, visitor->context);
    return 0;
}

void clinux_each_library(void (*visit)(const char *path, void *context), void *context) {
    struct visitor visitor = {visit, context};
    dl_iterate_phdr(visit_library, &visitor);
}

void clinux_wipe(void *bytes, size_t count) { explicit_bzero(bytes, count); }
