// SPDX-License-Identifier: Apache-2.0
#include "clinux_child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct request {
    const char *path;
    char *const *arguments;
    const char *directory;
    int descriptors[3];
    pid_t result;
    int done;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct request *pending;
static int startError;

static void run_child(const struct request *request, pid_t parent, int report) {
    // Only async-signal-safe calls from here on: the process has other threads.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    setsid();
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    int null = open("/dev/null", O_RDWR);
    int copies[3];
    report = fcntl(report, F_DUPFD_CLOEXEC, 10);
    for (int index = 0; index < 3; index++) {
        int source = request->descriptors[index] >= 0 ? request->descriptors[index] : null;
        copies[index] = fcntl(source, F_DUPFD, 10);
        if (copies[index] < 0) goto failed;
    }
    for (int index = 0; index < 3; index++) {
        if (dup2(copies[index], index) < 0) goto failed;
    }
    if (dup2(report, 3) < 0) goto failed;
    fcntl(3, F_SETFD, FD_CLOEXEC);
    report = 3;
    syscall(SYS_close_range, 4u, ~0u, 0u);
    if (request->directory != NULL && chdir(request->directory) != 0) goto failed;
    execve(request->path, request->arguments, environ);
failed:;
    int error = errno;
    ssize_t written = write(report, &error, sizeof error);
    (void)written;
    _exit(127);
}

static pid_t fork_child(const struct request *request) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        close(report[0]);
        close(report[1]);
        return -error;
    }
    if (child == 0) run_child(request, parent, report[1]);
    close(report[1]);
    int error = 0;
    ssize_t count;
    do {
        count = read(report[0], &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    close(report[0]);
    if (count == (ssize_t)sizeof error) {
        waitpid(child, NULL, 0);
        return -error;
    }
    return child;
}

static void *serve(void *unused) {
    (void)unused;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (pending == NULL || pending->done) pthread_cond_wait(&changed, &lock);
        pending->result = fork_child(pending);
        pending->done = 1;
        pthread_cond_broadcast(&changed);
    }
    return NULL;
}

static void start(void) {
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    startError = pthread_create(&thread, NULL, serve, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (startError == 0) pthread_detach(thread);
}

pid_t clinux_spawn_tied(
    const char *path, char *const arguments[], const char *directory, int standardInput, int standardOutput,
    int standardError) {
    struct request request = {
        .path = path,
        .arguments = arguments,
        .directory = directory,
        .descriptors = {standardInput, standardOutput, standardError},
    };
    pthread_once(&once, start);
    if (startError != 0) return -startError;
    pthread_mutex_lock(&lock);
    while (pending != NULL) pthread_cond_wait(&changed, &lock);
    pending = &request;
    pthread_cond_broadcast(&changed);
    while (!request.done) pthread_cond_wait(&changed, &lock);
    pending = NULL;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return request.result;
}

int clinux_child_pidfd(pid_t pid) {
    long descriptor = syscall(SYS_pidfd_open, pid, 0u);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int clinux_child_reap(pid_t pid, int *status) {
    int raw = 0;
    pid_t result = waitpid(pid, &raw, WNOHANG);
    if (result < 0) return -errno;
    if (result == 0) return 0;
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return 1;
}
