// SPDX-License-Identifier: Apache-2.0
#include "clinux_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int statm = -1;
static uint64_t limit;
static uint64_t page = 4096;

/* Only what is safe in a signal handler, here and below. */
uint64_t clinux_memory_in_use(void) {
    char text[160];
    ssize_t got = statm < 0 ? 0 : pread(statm, text, sizeof text - 1, 0);
    if (got <= 0) return 0;
    text[got] = 0;
    /* size resident shared text lib data dt, in pages (proc(5)) */
    const char *at = text;
    for (int field = 0; field < 5 && at; field++) {
        at = strchr(at, ' ');
        if (at) at++;
    }
    uint64_t pages = 0;
    for (; at && *at >= '0' && *at <= '9'; at++) pages = pages * 10 + (uint64_t)(*at - '0');
    return pages * page;
}

static void put(char *line, size_t *length, const char *text) {
    while (*text) line[(*length)++] = *text++;
}

static void put_mebibytes(char *line, size_t *length, uint64_t bytes) {
    char digits[24];
    int count = 0;
    uint64_t rest = bytes >> 20;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    while (count) line[(*length)++] = digits[--count];
}

void clinux_end_if_memory_is_low(void) {
    uint64_t used = clinux_memory_in_use();
    if (limit == 0 || used < limit - limit / 8) return;
    char line[128];
    size_t length = 0;
    put(line, &length, "\n");
    put_mebibytes(line, &length, used);
    put(line, &length, " of ");
    put_mebibytes(line, &length, limit);
    put(line, &length, " MiB of memory are in use\n");
    ssize_t written = write(2, line, length);
    (void)written;
    _exit(CLINUX_EXIT_MEMORY);
}

static void crashed(int number) {
    int error = errno;
    clinux_end_if_memory_is_low();
    errno = error;
    signal(number, SIG_DFL);
    raise(number);
}

int clinux_limit_memory(uint64_t bytes, size_t stack) {
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    long size = sysconf(_SC_PAGESIZE);
    if (size > 0) page = (uint64_t)size;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error) return -error;
    error = pthread_attr_setstacksize(&attributes, stack);
    if (!error) error = pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
    if (error) return -error;
    struct rlimit data = {bytes, bytes};
    if (setrlimit(RLIMIT_DATA, &data) < 0) return -errno;
    limit = bytes;
    statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = crashed;
    action.sa_flags = SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (sigaction(crashes[i], &action, NULL) < 0) return -errno;
    return 0;
}
