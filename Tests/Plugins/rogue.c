// SPDX-License-Identifier: Apache-2.0
/* A driver that misbehaves on demand: the configuration's "mode" says how power.get and power.set go wrong.
 * Macros make whole plugins wrong: NO_ENTRY, SHORT_DESCRIPTOR, NULL_DESCRIPTOR, OTHER_NAME, CRASH_AT_START,
 * SLOW_START, MISSING_INTERFACE, CONCURRENT, CRASH_ALWAYS (in each call), FORK_AT_LOAD (in a constructor), and
 * OLD_TABLE for one made before power.set existed. */
#define _GNU_SOURCE
#include "ingot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PLUGIN_ID
#define PLUGIN_ID "dev.example.rogue"
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.0.0"
#endif

struct ingot_device {
    char mode[32];
    char path[256];
    int port;
    int calls;
};

static const ingot_host *host;
static atomic_int inside;
static atomic_int opened;
static atomic_int alive;

static ingot_status fail(const ingot_call *call, ingot_status status, uint32_t flags, const char *why) {
    ingot_error error = {sizeof error, flags, 0xC0, 1500, why, "{\"field\":\"$.mode\"}"};
    call->set_error(call, &error);
    return status;
}

static void nap(long milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static ingot_status device_open(const ingot_call *call, const char *json, ingot_device **out) {
    const char *mode = strstr(json, "\"mode\":\"");
    const char *end = mode ? strchr(mode += 8, '"') : NULL;
    if (!end || end - mode > 31) return fail(call, INGOT_E_INVALID, 0, "no mode");
    ingot_device *device = calloc(1, sizeof *device);
    if (!device) return INGOT_E_INTERNAL;
    memcpy(device->mode, mode, (size_t)(end - mode));
    const char *path = strstr(json, "\"path\":\""), *port = strstr(json, "\"port\":");
    if (path) snprintf(device->path, sizeof device->path, "%.*s", (int)strcspn(path + 8, "\""), path + 8);
    if (port) device->port = atoi(port + 7);
    if (!strcmp(device->mode, "abort-open")) {
        fprintf(stderr, "assertion failed: \x1b[31m1 == 2\nsecond line");
        abort();
    }
    if (!strcmp(device->mode, "open-null")) {
        free(device);
        return INGOT_OK;
    }
    atomic_fetch_add(&opened, 1);
    atomic_fetch_add(&alive, 1);
    *out = device;
    return INGOT_OK;
}

static void device_close(ingot_device *device, const ingot_call *call) {
    (void)call;
    atomic_fetch_sub(&alive, 1);
    free(device);
}

static ingot_status wait_for_cancel(const ingot_call *call) {
    struct pollfd polled = {call->cancel_fd, POLLIN, 0};
    while (!call->cancelled(call)) poll(&polled, 1, -1);
    return fail(call, INGOT_E_CANCELLED, 0, "gave up when told to");
}

static ingot_status leak_secret(const ingot_call *call) {
    char secret[64] = "";
    char line[128];
    size_t length = 0;
    if (call->secret(call, "password", secret, sizeof secret - 1, &length) != INGOT_OK) return INGOT_E_STATE;
    snprintf(line, sizeof line, "logging in with %s now", secret);
    host->log(host, 4, line, NULL);
    fprintf(stderr, "%s\n", line);
    fflush(stderr);
    return fail(call, INGOT_E_AUTH, 0, line);
}

/* Waits until so many calls are inside; not in a process that has one device only. */
static void meet(int count) {
    atomic_fetch_add(&inside, 1);
    for (int i = 0; i < 1000 && atomic_load(&alive) > 1 && atomic_load(&inside) < count; i++) nap(5);
}

/* What a confined worker must not let through. The error's text is that of errno. */
static ingot_status trespass(ingot_device *device, const ingot_call *call) {
    const char *mode = device->mode;
    int result = -1;
    if (!strcmp(mode, "fork")) result = fork();
    if (!strcmp(mode, "system")) result = system("true");
    if (!strcmp(mode, "exec")) result = execl("/bin/true", "true", (char *)NULL);
    if (!strcmp(mode, "kill-parent")) result = kill(getppid(), SIGTERM);
    if (!strcmp(mode, "mount")) result = mount("none", "/mnt", "tmpfs", 0, NULL);
    if (!strcmp(mode, "peek")) result = open(device->path, O_RDONLY | O_CLOEXEC);
    if (!strcmp(mode, "scribble")) result = open(device->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (!strcmp(mode, "raw")) result = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (!strcmp(mode, "udp")) result = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (!strcmp(mode, "unix")) result = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!strcmp(mode, "connect")) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)device->port)};
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        result = connect(made, (struct sockaddr *)&to, sizeof to);
    }
    return result >= 0 ? INGOT_OK : fail(call, INGOT_E_STATE, 0, strerror(errno));
}

/* Takes memory and never gives it back: until there is none, or a little in each call. */
static ingot_status hoard(const ingot_call *call, int count) {
    for (int i = 0; i < count; i++) {
        char *block = malloc(1 << 20);
        if (!block) return fail(call, INGOT_E_INTERNAL, 0, "no memory");
        memset(block, 7, 1 << 20);
    }
    return INGOT_OK;
}

static ingot_status act(ingot_device *device, const ingot_call *call) {
    const char *mode = device->mode;
    device->calls++;
#ifdef CRASH_ALWAYS
    raise(SIGSEGV);
#endif
    if (!strcmp(mode, "fine")) return INGOT_OK;
    if (!strcmp(mode, "crash")) {
        fprintf(stderr, "rogue: about to touch nothing\n");
        raise(SIGSEGV);
    }
    if (!strcmp(mode, "wire-crash")) {
        call->wire(call, 0, "ipmi", 0, "x", 1);
        raise(SIGSEGV);
    }
    if (!strcmp(mode, "meet") || !strcmp(mode, "meet-crash")) {
        meet(device->port);
        if (strcmp(mode, "meet")) {
            fprintf(stderr, "rogue: all are here");
            raise(SIGSEGV);
        }
        if (atomic_load(&alive) > 1) nap(3000);
        return INGOT_OK;
    }
    if (!strcmp(mode, "hoard")) return hoard(call, 8);
    if (!strcmp(mode, "gorge")) {
        if (hoard(call, 1 << 20) != INGOT_OK) abort();
    }
    if (!strcmp(mode, "exit")) exit(3);
    if (!strcmp(mode, "close-channel")) {
        close(3);
        for (;;) nap(1000);
    }
    if (!strcmp(mode, "hang"))
        for (;;) nap(1000);
    if (!strcmp(mode, "slow")) return wait_for_cancel(call);
    if (!strcmp(mode, "nap")) {
        nap(400);
        return INGOT_OK;
    }
    if (!strcmp(mode, "eintr")) {
        while (!call->cancelled(call)) poll(NULL, 0, -1);
        return fail(call, INGOT_E_TIMEOUT, 0, "interrupted");
    }
    if (!strcmp(mode, "flood-emit")) {
        static char block[1 << 20];
        while (!call->cancelled(call) && call->emit(call, "block", block, sizeof block) == INGOT_OK) {}
        return wait_for_cancel(call);
    }
    if (!strcmp(mode, "flood-log")) {
        while (!call->cancelled(call)) host->log(host, 4, "again", NULL);
        return INGOT_E_CANCELLED;
    }
    if (!strcmp(mode, "flood-stdout")) {
        static char block[65536];
        for (;;)
            if (write(1, block, sizeof block) < 0) return INGOT_E_INTERNAL;
    }
    if (!strcmp(mode, "chatter")) {
        for (int i = 0; i < 100; i++) printf("driver chatter %d\n", i);
        fflush(stdout);
        return INGOT_OK;
    }
    if (!strcmp(mode, "leak")) {
        if (dup(call->cancel_fd) < 0) return fail(call, INGOT_E_INTERNAL, 0, strerror(errno));
        return INGOT_OK;
    }
    if (!strcmp(mode, "status-99")) return 99;
    if (!strcmp(mode, "status-minus")) return -1;
    if (!strcmp(mode, "busy")) return fail(call, INGOT_E_BUSY, INGOT_ERR_RETRYABLE, "no session free\nnext line");
    if (!strcmp(mode, "doubt")) return fail(call, INGOT_E_TIMEOUT, INGOT_ERR_MAYBE_APPLIED, "no answer");
    if (!strcmp(mode, "wire-timeout")) {
        call->wire(call, 0, "ipmi", 0, "x", 1);
        return INGOT_E_TIMEOUT;
    }
    if (!strcmp(mode, "session"))
        return device->calls == 1 ? INGOT_OK : fail(call, INGOT_E_STATE, INGOT_ERR_SESSION_LOST, "session is gone");
    if (!strcmp(mode, "overlap")) {
        int others = atomic_fetch_add(&inside, 1);
        nap(30);
        atomic_fetch_sub(&inside, 1);
        return others ? INGOT_E_STATE : INGOT_OK;
    }
    if (!strcmp(mode, "leak-secret")) return leak_secret(call);
    return trespass(device, call);
}

static ingot_status power_get(ingot_device *device, const ingot_call *call, int32_t *state) {
    *state = !strcmp(device->mode, "fine") ? INGOT_POWER_ON : 77;
    return act(device, call);
}

static ingot_status power_set(ingot_device *device, const ingot_call *call, int32_t action) {
    (void)action;
    return act(device, call);
}

/* Emits a mebibyte of a pattern, and how often this process opened a device. */
static ingot_status inventory(ingot_device *device, const ingot_call *call, const char *query) {
    (void)device;
    (void)query;
    char *data = malloc(1 << 20);
    if (!data) return INGOT_E_INTERNAL;
    for (size_t i = 0; i < 1 << 20; i++) data[i] = (char)('a' + i % 23);
    ingot_status status = call->emit(call, "component", data, 1 << 20);
    free(data);
    char count[16];
    int length = snprintf(count, sizeof count, "%d", atomic_load(&opened));
    if (call->emit(call, "", "x", 1) != INGOT_E_INVALID) return INGOT_E_INTERNAL;
    if (call->emit(call, NULL, "x", 1) != INGOT_E_INVALID) return INGOT_E_INTERNAL;
    if (call->emit(call, "empty", NULL, 0) != INGOT_OK) return INGOT_E_INTERNAL;
    return status ? status : call->emit(call, "component", count, (size_t)length);
}

static void *echo(void *raw) {
    int fd = (int)(intptr_t)raw;
    char byte;
    while (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1) {}
    close(fd);
    return NULL;
}

/* A console that says what it hears, from a thread of its own. */
static ingot_status console_open(ingot_device *device, const ingot_call *call, int32_t *fd) {
    (void)device;
    (void)call;
    int pair[2];
    pthread_t thread;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return INGOT_E_INTERNAL;
    if (pthread_create(&thread, NULL, echo, (void *)(intptr_t)pair[1])) return INGOT_E_INTERNAL;
    pthread_detach(thread);
    *fd = pair[0];
    return INGOT_OK;
}

#ifdef FORK_AT_LOAD
__attribute__((constructor)) static void start_something(void) { fork(); }
#endif

#ifdef CONCURRENT
#define FLAGS INGOT_DRIVER_CONCURRENT
#else
#define FLAGS 0
#endif
static const ingot_driver driver = {sizeof driver, FLAGS, device_open, device_close, NULL};
#ifdef OLD_TABLE
static const ingot_power power = {offsetof(ingot_power, set), 0, power_get, power_set};
#else
static const ingot_power power = {sizeof power, 0x7e, power_get, power_set};
#endif
static const ingot_console console = {sizeof console, 0, console_open};
static const ingot_reader reader = {sizeof reader, 0, inventory, NULL};

static const void *extension(const char *id) {
    if (!strcmp(id, INGOT_DRIVER)) return &driver;
#ifndef MISSING_INTERFACE
    if (!strcmp(id, INGOT_POWER)) return &power;
#endif
    if (!strcmp(id, INGOT_INVENTORY)) return &reader;
    if (!strcmp(id, INGOT_CONSOLE)) return &console;
    return NULL;
}

static ingot_status start(const ingot_host *lent) {
    host = lent;
#ifdef CRASH_AT_START
    raise(SIGSEGV);
#endif
#ifdef SLOW_START
    for (;;) nap(1000);
#endif
#ifdef FEW_DESCRIPTORS
    struct rlimit limit = {64, 64};
    setrlimit(RLIMIT_NOFILE, &limit);
#endif
    return INGOT_OK;
}

static const char *const extensions[] = {INGOT_DRIVER, INGOT_POWER, INGOT_INVENTORY, INGOT_CONSOLE, NULL};
static const ingot_plugin plugin = {
#ifdef SHORT_DESCRIPTOR
    .struct_size = 40,
#else
    .struct_size = sizeof plugin,
#endif
    .id = PLUGIN_ID,
#ifdef OTHER_NAME
    .name = "Somebody else",
#else
    .name = "Rogue",
#endif
    .vendor = "Example",
    .version = PLUGIN_VERSION,
    .license = "Apache-2.0",
    .config_schema = "{\"type\":\"object\",\"properties\":{\"mode\":{\"type\":\"string\"},"
                     "\"password\":{\"type\":\"string\",\"writeOnly\":true}}}",
    .extensions = extensions,
    .start = start,
    .extension = extension,
};

#ifndef NO_ENTRY
INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) {
#ifdef NULL_DESCRIPTOR
    return NULL;
#else
    return &plugin;
#endif
}
#endif
