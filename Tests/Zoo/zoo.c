// SPDX-License-Identifier: Apache-2.0
/* A driver for the line protocol, and many ways to get one wrong: each -DBAD_… makes one mistake, for the check that
 * must notice it. Without any it does everything right. */
#include "ingot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE 512

struct ingot_device {
    char host[256], user[64];
#ifdef BAD_OPEN_SECRET
    char password[64];
#endif
    int port, fd;
    size_t have;
    char buffer[LINE];
    int32_t remembered;
    int counter, failed;
};

#ifdef BAD_KEEPS_SECRET
static char kept[64];
#endif

/* ---- Answers ---- */

static ingot_status fail(const ingot_call *call, ingot_status status, uint32_t flags, const char *why) {
#ifdef BAD_NO_MESSAGE
    (void)flags, (void)why, (void)call;
#else
    ingot_error error = {sizeof error, flags, 0, 0, why, NULL};
    call->set_error(call, &error);
#endif
    return status;
}

static ingot_status fail_field(const ingot_call *call, const char *field) {
    char message[128], detail[128];
    snprintf(message, sizeof message, "%s is missing or cannot be used", field);
    snprintf(detail, sizeof detail, "{\"field\":\"%s\"}", field);
    ingot_error error = {sizeof error, 0, 0, 0, message, detail};
    call->set_error(call, &error);
    return INGOT_E_INVALID;
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- The connection ---- */

static void hang_up(ingot_device *device) {
    if (device->fd >= 0) close(device->fd);
    device->fd = -1;
    device->have = 0;
}

/* Waits until the socket is ready: 0, or why not. */
static ingot_status wait_for(ingot_device *device, const ingot_call *call, short events) {
#if defined BAD_IGNORES_DEADLINE || defined BAD_IMPATIENT || defined BAD_REPEATS_CHANGE
    uint64_t begun = now_ns();
#endif
    for (;;) {
        uint64_t now = now_ns();
        struct pollfd polled[2] = {{device->fd, events, 0}, {call->cancel_fd, POLLIN, 0}};
        uint64_t end = call->deadline_ns;
#ifdef BAD_IGNORES_DEADLINE
        end = begun + 6000000000u;
        if (now >= call->deadline_ns) polled[1].fd = -1;
#endif
#ifdef BAD_IGNORES_CANCEL
        polled[1].fd = -1;
#endif
#if defined BAD_IMPATIENT || defined BAD_REPEATS_CHANGE
        if (begun + 1000000000u < end) end = begun + 1000000000u;
#endif
        if (now >= end) return fail(call, INGOT_E_TIMEOUT, INGOT_ERR_RETRYABLE, "nothing came before the deadline");
        uint64_t left = (end - now) / 1000000u + 1;
        int ready = poll(polled, 2, left > 60000 ? 60000 : (int)left);
        if (ready < 0 && errno != EINTR) return fail(call, INGOT_E_INTERNAL, 0, strerror(errno));
        if (ready <= 0) continue;
        if (polled[1].revents) {
            if (now_ns() >= call->deadline_ns)
#ifdef BAD_IGNORES_DEADLINE
                continue;
#else
                return fail(call, INGOT_E_TIMEOUT, INGOT_ERR_RETRYABLE, "the deadline passed");
#endif
            return fail(call, INGOT_E_CANCELLED, INGOT_ERR_RETRYABLE, "the call was cancelled");
        }
        if (polled[0].revents) return INGOT_OK;
    }
}

static ingot_status receive_line(ingot_device *device, const ingot_call *call, char line[LINE]) {
    for (;;) {
        char *end = memchr(device->buffer, '\n', device->have);
#ifdef BAD_READS_ONCE
        if (!end && device->have > 0) end = device->buffer + device->have - 1;
#endif
        if (end) {
            size_t count = (size_t)(end - device->buffer);
            memcpy(line, device->buffer, count);
            line[count] = 0;
            device->have -= count + 1;
            memmove(device->buffer, end + 1, device->have);
            return INGOT_OK;
        }
        if (device->have == LINE - 1) return fail(call, INGOT_E_PROTOCOL, 0, "a line without end");
        ingot_status status = wait_for(device, call, POLLIN);
        if (status != INGOT_OK) return status;
        ssize_t got = recv(device->fd, device->buffer + device->have, LINE - 1 - device->have, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got <= 0)
            return fail(call, INGOT_E_UNREACHABLE, INGOT_ERR_RETRYABLE, "the BMC has closed the connection");
        device->have += (size_t)got;
    }
}

static ingot_status send_line(ingot_device *device, const ingot_call *call, const char *line, uint32_t flags) {
    size_t at = 0, count = strlen(line);
    call->wire(call, 0, "line", flags, line, count);
    while (at < count) {
        ssize_t sent = send(device->fd, line + at, count - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            ingot_status status = wait_for(device, call, POLLOUT);
            if (status != INGOT_OK) return status;
        } else if (sent < 0 && errno != EINTR) {
            return fail(call, INGOT_E_UNREACHABLE, INGOT_ERR_RETRYABLE, "the BMC has closed the connection");
        } else if (sent > 0) {
            at += (size_t)sent;
        }
    }
    return INGOT_OK;
}

/* A name of /etc/hosts as an address; this driver asks no name server. */
static int look_up(const char *name, char address[64]) {
    char line[256], first[64], word[128];
    FILE *file = fopen("/etc/hosts", "re");
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file)) {
        int at = 0, used = 0;
        if (sscanf(line, "%63s%n", first, &at) != 1) continue;
        while (!found && sscanf(line + at, "%127s%n", word, &used) == 1) {
            at += used;
            found = strcmp(word, name) == 0;
        }
    }
    if (file) fclose(file);
    if (found) snprintf(address, 64, "%s", first);
    return found;
}

static ingot_status resolve(ingot_device *device, const ingot_call *call, struct sockaddr_storage *to, socklen_t *size) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found = NULL;
    char port[8], address[64];
    snprintf(port, sizeof port, "%d", device->port & 0xFFFF);
#ifdef BAD_IPV4_ONLY
    hints.ai_family = AF_INET;
#endif
    if (getaddrinfo(device->host, port, &hints, &found) != 0) {
#ifdef BAD_CACHES_NAMES
        static char cached[64];
        if (!cached[0] && !look_up(device->host, cached))
            return fail(call, INGOT_E_UNREACHABLE, 0, "the name is unknown");
        snprintf(address, sizeof address, "%s", cached);
#else
        if (!look_up(device->host, address)) return fail(call, INGOT_E_UNREACHABLE, 0, "the name is unknown");
#endif
        if (getaddrinfo(address, port, &hints, &found) != 0)
            return fail(call, INGOT_E_UNREACHABLE, 0, "the name has no address");
    }
    memcpy(to, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    freeaddrinfo(found);
    return INGOT_OK;
}

/* What an error line of the BMC means. */
static ingot_status refusal(const ingot_call *call, const char *line) {
    if (strncmp(line, "error denied", 12) == 0 || strncmp(line, "error locked", 12) == 0)
        return fail(call, INGOT_E_AUTH, 0, "the BMC refuses user and password");
    if (strncmp(line, "error forbidden", 15) == 0)
#ifdef BAD_FORBIDDEN_IS_AUTH
        return fail(call, INGOT_E_AUTH, 0, "the user may not do that");
#else
        return fail(call, INGOT_E_FORBIDDEN, 0, "the user may not do that");
#endif
    if (strncmp(line, "error busy", 10) == 0) {
#ifdef BAD_BUSY_IS_PROTOCOL
        return fail(call, INGOT_E_PROTOCOL, 0, "the BMC is busy");
#else
        ingot_error error = {sizeof error, INGOT_ERR_RETRYABLE, 0, (uint32_t)atoi(line + 10), "the BMC is busy", NULL};
        call->set_error(call, &error);
        return INGOT_E_BUSY;
#endif
    }
    if (strncmp(line, "error state", 11) == 0) return fail(call, INGOT_E_STATE, 0, "not at this moment");
    if (strncmp(line, "error badarg", 12) == 0) return fail(call, INGOT_E_UNSUPPORTED, 0, "this machine has no such thing");
#ifdef BAD_BELIEVES_GARBAGE
    return INGOT_OK;
#else
    return fail(call, INGOT_E_PROTOCOL, 0, "the BMC answered nonsense");
#endif
}

static ingot_status log_in(ingot_device *device, const ingot_call *call) {
    char secret[64], line[LINE];
    size_t length = 0;
#ifdef BAD_OPEN_SECRET
    length = (size_t)snprintf(secret, sizeof secret, "%s", device->password);
#else
    if (call->secret(call, "password", secret, sizeof secret, &length) != INGOT_OK) return fail_field(call, "$.password");
#endif
#ifdef BAD_KEEPS_SECRET
    memcpy(kept, secret, length);
#endif
    snprintf(line, sizeof line, "login %s %.*s\n", device->user, (int)length, secret);
    ingot_status status = send_line(device, call, line, INGOT_WIRE_SENSITIVE);
#ifdef BAD_SECRET_IN_WIRE
    call->wire(call, 0, "line", 0, line, strlen(line));
#endif
    explicit_bzero(line, sizeof line);
    if (status == INGOT_OK) status = receive_line(device, call, line);
    if (status == INGOT_OK && strncmp(line, "ok", 2) != 0) {
        status = refusal(call, line);
#ifdef BAD_AUTH_IS_INTERNAL
        if (status == INGOT_E_AUTH) status = INGOT_E_INTERNAL;
#endif
#ifdef BAD_FULL_IS_STATE
        if (status == INGOT_E_BUSY && !strstr(line, "update")) status = INGOT_E_STATE;
#endif
#ifdef BAD_SECRET_IN_ERROR
        char message[160];
        snprintf(message, sizeof message, "login with %.*s failed", (int)length, secret);
        fail(call, status, 0, message);
#endif
    }
    explicit_bzero(secret, sizeof secret);
    return status;
}

static ingot_status sign_in(ingot_device *device, const ingot_call *call) {
    struct sockaddr_storage to;
    socklen_t size = 0;
    char line[LINE];
    if (call->cancelled(call)
#ifdef BAD_SENDS_WHEN_CANCELLED
        && 0
#endif
    )
        return now_ns() >= call->deadline_ns ? fail(call, INGOT_E_TIMEOUT, 0, "too late") : fail(call, INGOT_E_CANCELLED, 0, "cancelled");
    ingot_status status = resolve(device, call, &to, &size);
    if (status != INGOT_OK) return status;
    device->fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (device->fd < 0) return fail(call, INGOT_E_UNREACHABLE, 0, strerror(errno));
    if (connect(device->fd, (struct sockaddr *)&to, size) != 0) {
        int error = errno;
        socklen_t length = sizeof error;
        if (error == EINPROGRESS) {
            status = wait_for(device, call, POLLOUT);
            if (status == INGOT_OK) getsockopt(device->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        }
        if (status == INGOT_OK && error != 0)
#ifdef BAD_REFUSED_IS_INTERNAL
            status = fail(call, INGOT_E_INTERNAL, 0, strerror(error));
#else
            status = fail(call, INGOT_E_UNREACHABLE, INGOT_ERR_RETRYABLE, strerror(error));
#endif
    }
    if (status == INGOT_OK) status = receive_line(device, call, line);
    if (status == INGOT_OK && strncmp(line, "ingot-line 1", 12) != 0)
        status = fail(call, INGOT_E_PROTOCOL, 0, "this is no line BMC");
    if (status == INGOT_OK) status = log_in(device, call);
#ifdef BAD_LEAKS_ON_FAILURE
    if (status == INGOT_E_AUTH || status == INGOT_E_BUSY) device->fd = -1;
#endif
    if (status != INGOT_OK) hang_up(device);
    return status;
}

/* One request and its answer, without the "ok"; a session that has ended is renewed once. */
static ingot_status ask(ingot_device *device, const ingot_call *call, int changes, const char *request, char *value) {
#ifdef BAD_CROSS_TALK
    static char line[LINE];
#else
    char line[LINE];
#endif
#ifndef BAD_SENDS_WHEN_CANCELLED
    if (call->cancelled(call) && now_ns() < call->deadline_ns) return fail(call, INGOT_E_CANCELLED, 0, "cancelled before it began");
#endif
    for (int attempt = 0;; attempt++) {
        int fresh = device->fd < 0;
        ingot_status status = fresh ? sign_in(device, call) : INGOT_OK;
        if (status != INGOT_OK) return status;
        int sent = 0;
        status = send_line(device, call, request, 0);
        if (status == INGOT_OK) sent = 1, status = receive_line(device, call, line);
#ifdef BAD_CROSS_TALK
        usleep(500);
#endif
        if (status == INGOT_OK && strncmp(line, "error expired", 13) == 0) {
            hang_up(device);
#ifdef BAD_NO_NEW_LOGIN
            return fail(call, INGOT_E_STATE, INGOT_ERR_SESSION_LOST, "the session has ended");
#endif
            if (attempt == 0) continue;
            return fail(call, INGOT_E_BUSY, INGOT_ERR_RETRYABLE, "sessions end at once");
        }
        if (status == INGOT_OK) {
            if (strncmp(line, "ok", 2) == 0) {
                snprintf(value, LINE, "%s", line[2] == ' ' ? line + 3 : "");
                return INGOT_OK;
            }
            value[0] = 0;
            status = refusal(call, line);
            if (status != INGOT_E_PROTOCOL) return status;
            hang_up(device);
            /* What came instead of an answer does not tell whether the change was made. */
            return changes ? fail(call, status, INGOT_ERR_MAYBE_APPLIED, "nonsense came instead of an answer") : status;
        }
        hang_up(device);
        device->failed = 1;
#ifdef BAD_REPEATS_CHANGE
        if (attempt == 0 && changes && status == INGOT_E_TIMEOUT) continue;
#endif
        /* A connection that was given up while idle is no reason to fail a question. */
        if (status == INGOT_E_UNREACHABLE && !fresh && attempt == 0 && !changes) continue;
#ifndef BAD_NO_MAYBE_APPLIED
        if (changes && sent) return fail(call, status, INGOT_ERR_MAYBE_APPLIED, "no answer came to a change");
#endif
        (void)sent;
        return status;
    }
}

/* ---- Driver ---- */

static int text_member(const char *json, const char *name, char *out, size_t size) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(json, key);
    if (!at) return 0;
    at += strlen(key);
    size_t count = strcspn(at, "\"");
    if (count == 0 || count >= size || memchr(at, '\\', count)) return 0;
    memcpy(out, at, count);
    out[count] = 0;
    return 1;
}

#ifdef BAD_KEEPS_CALL
static const ingot_call *stolen;
static void *haunt(void *unused) {
    (void)unused;
    usleep(150000);
    stolen->progress(stolen, 500, "still there");
    return NULL;
}
#endif

#if defined BAD_LEAKS_THREADS || defined BAD_ENTRY_THREAD || defined BAD_START_LEAKS
static void *sleep_on(void *unused) {
    (void)unused;
    for (;;) pause();
    return NULL;
}
#endif

#ifdef BAD_LOCK_FILE
static void lock_path(ingot_device *device, char path[64]) { snprintf(path, 64, "/tmp/ingot-zoo-%d.lock", device->port); }
#endif

static ingot_status device_open(const ingot_call *call, const char *json, ingot_device **out) {
    ingot_device *device = calloc(1, sizeof *device);
    if (!device) return fail(call, INGOT_E_INTERNAL, 0, "no memory");
    device->fd = -1;
    const char *at = strstr(json, "\"port\":");
    device->port = at ? atoi(at + 7 + (at[7] == '"')) : 0;
    const char *wrong = NULL;
    if (!text_member(json, "host", device->host, sizeof device->host)) wrong = "$.host";
#ifdef BAD_OPEN_SECRET
    if (!text_member(json, "password", device->password, sizeof device->password)) wrong = "$.password";
#endif
#ifdef BAD_MISSING_MEMBER
    if (!text_member(json, "username", device->user, sizeof device->user)) {
        free(device);
        return fail(call, INGOT_E_INTERNAL, 0, "something is missing");
    }
#else
    if (!text_member(json, "username", device->user, sizeof device->user)) wrong = "$.username";
#endif
#ifndef BAD_LAX_PORT
    if (device->port < 1 || device->port > 65535) wrong = "$.port";
#endif
    if (wrong) {
        free(device);
        return fail_field(call, wrong);
    }
#ifdef BAD_STDOUT
    printf("opening %s\n", device->host);
#endif
#ifdef BAD_SIGNAL_HANDLER
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGUSR2, &ignore, NULL);
#endif
#ifdef BAD_LEAKS_MEMORY
    memset(malloc(1000), 1, 1000);
#endif
#ifdef BAD_LEAKS_DESCRIPTORS
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) return INGOT_E_INTERNAL;
#endif
#ifdef BAD_LEAKS_THREADS
    pthread_t thread;
    if (pthread_create(&thread, NULL, sleep_on, NULL) == 0) pthread_detach(thread);
#endif
#ifdef BAD_LOCK_FILE
    char path[64];
    lock_path(device, path);
    int lock = open(path, O_CREAT | O_EXCL | O_CLOEXEC | O_WRONLY, 0600);
    if (lock < 0) {
        free(device);
        return fail(call, INGOT_E_STATE, 0, "somebody else has this device");
    }
    close(lock);
#endif
    ingot_status status = sign_in(device, call);
#ifdef BAD_RETRIES_LOGIN
    for (int i = 0; i < 4 && status == INGOT_E_AUTH; i++) status = sign_in(device, call);
#endif
    if (status != INGOT_OK) {
#ifdef BAD_LOCK_FILE
        unlink(path);
#endif
        free(device);
        return status;
    }
    *out = device;
    return INGOT_OK;
}

static void device_close(ingot_device *device, const ingot_call *call) {
    (void)call;
#ifdef BAD_CLOSE_CRASHES
    if (device->failed) *(volatile int *)(uintptr_t)16 = 1;
#endif
#ifdef BAD_LOCK_FILE
    char path[64];
    lock_path(device, path);
    unlink(path);
#endif
#ifdef BAD_SESSION_STAYS
    device->fd = -1;
#endif
    hang_up(device);
    free(device);
}

static ingot_status probe(ingot_device *device, const ingot_call *call) {
    char identity[LINE], features[LINE], json[2048];
    ingot_status status = ask(device, call, 0, "identity\n", identity);
    if (status == INGOT_OK) status = ask(device, call, 0, "features\n", features);
    if (status != INGOT_OK) return status;
    char *vendor = identity, *model = strchr(identity, '\t');
    if (!model) return fail(call, INGOT_E_PROTOCOL, 0, "no identity");
    *model++ = 0;
    model[strcspn(model, "\t")] = 0;
    int length = snprintf(
        json, sizeof json,
        "{\"identity\":{\"vendor\":\"%s\",\"model\":\"%s\"},"
        "\"power\":{\"answer\":\"yes\",\"evidence\":\"features\",\"actions\":[\"on\",\"off\",\"soft-off\",\"cycle\","
        "\"reset\"]},\"boot\":{\"answer\":\"yes\",\"evidence\":\"features\",\"targets\":[\"none\",\"pxe\",\"disk\","
        "\"cd\",\"setup\"],\"persistent\":\"yes\",\"modes\":[\"uefi\",\"legacy\"]},"
        "\"sensors\":{\"answer\":\"yes\",\"evidence\":\"sensors\"},"
        "\"inventory\":{\"answer\":\"yes\",\"evidence\":\"inventory\"},"
        "\"eventlog\":{\"answer\":\"yes\",\"evidence\":\"log\",\"clear\":true}}",
        vendor, model);
    return call->emit(call, "capabilities", json, (size_t)length);
}

/* ---- Power ---- */

static const char *const actions[] = {NULL, "on", "off", "soft-off", "cycle", "reset"};
#define ACTIONS 0x3Eu /* NMI is left out */

static ingot_status power_get(ingot_device *device, const ingot_call *call, int32_t *state) {
    char value[LINE];
#ifdef BAD_REMEMBERS_POWER
    if (device->remembered) {
        *state = device->remembered;
        return INGOT_OK;
    }
#endif
#ifdef BAD_KEEPS_CALL
    pthread_t thread;
    stolen = call;
    if (pthread_create(&thread, NULL, haunt, NULL) == 0) pthread_detach(thread);
#endif
    ingot_status status = ask(device, call, 0, "power?\n", value);
    if (status != INGOT_OK) return status;
    if (strcmp(value, "on") == 0) *state = INGOT_POWER_ON;
    else if (strcmp(value, "off") == 0) *state = INGOT_POWER_OFF;
    else if (strncmp(value, "turning-", 8) == 0) *state = INGOT_POWER_CHANGING;
    else
#ifdef BAD_BELIEVES_GARBAGE
        *state = INGOT_POWER_OFF;
#else
        return fail(call, INGOT_E_PROTOCOL, 0, "no state of power");
#endif
    device->remembered = *state;
    return INGOT_OK;
}

static ingot_status power_set(ingot_device *device, const ingot_call *call, int32_t action) {
    char request[64], value[LINE];
#ifdef BAD_SENDS_UNDECLARED
    if (action < 1 || action > 5) {
        snprintf(request, sizeof request, "power action-%d\n", action);
        ask(device, call, 1, request, value);
        return fail(call, INGOT_E_UNSUPPORTED, 0, "the BMC knows no such action");
    }
#endif
    if (action < 1 || action > 5) return fail(call, INGOT_E_UNSUPPORTED, 0, "no such action");
    const char *word = actions[action];
#ifdef BAD_ON_RESETS
    if (action == INGOT_DO_ON && ask(device, call, 0, "power?\n", value) == INGOT_OK && strcmp(value, "on") == 0)
        word = "reset";
#endif
#ifdef BAD_FIFTH_RESETS
    if (action == INGOT_DO_ON && ++device->counter % 5 == 0) word = "reset";
#endif
#ifdef BAD_SOFT_IS_HARD
    if (action == INGOT_DO_SOFT_OFF) word = "off";
#endif
    snprintf(request, sizeof request, "power %s\n", word);
    device->remembered = 0;
#ifdef BAD_STRANGE_STATUS
    ingot_status status = ask(device, call, 1, request, value);
    return status == INGOT_E_BUSY ? 42 : status;
#else
    return ask(device, call, 1, request, value);
#endif
}

/* ---- Boot ---- */

static const char *const targets[] = {"none", "pxe", "disk", "cd", "setup"};
#define TARGETS 0x1Fu

static ingot_status boot_get(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
    char value[LINE], name[16], time[16], mode[16];
    ingot_status status = ask(device, call, 0, "boot?\n", value);
    if (status != INGOT_OK) return status;
    if (sscanf(value, "%15s %15s %15s", name, time, mode) != 3)
        return fail(call, INGOT_E_PROTOCOL, 0, "no boot override");
    *flags = strcmp(time, "persistent") == 0 ? INGOT_BOOT_PERSISTENT : 0;
    if (strcmp(mode, "uefi") == 0) *flags |= INGOT_BOOT_UEFI;
    if (strcmp(mode, "legacy") == 0) *flags |= INGOT_BOOT_LEGACY;
    for (*target = 0; *target < 5; ++*target)
        if (strcmp(targets[*target], name) == 0) return INGOT_OK;
    *target = INGOT_BOOT_NONE;
    return INGOT_OK;
}

static ingot_status boot_set(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
    char request[64], value[LINE];
    uint32_t modes = flags & (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY);
    if (target < 0 || target > 4 || (flags & ~7u) || modes == (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY))
        return fail(call, INGOT_E_UNSUPPORTED, 0, "no such target or flag");
    const char *time = flags & INGOT_BOOT_PERSISTENT ? "persistent" : "once";
    const char *mode = modes == INGOT_BOOT_UEFI ? "uefi" : modes == INGOT_BOOT_LEGACY ? "legacy" : "any";
    const char *name = targets[target];
#ifdef BAD_ALWAYS_PERSISTENT
    time = "persistent";
#endif
#ifdef BAD_NEVER_PERSISTENT
    time = "once";
#endif
#ifdef BAD_DROPS_MODE
    mode = "any";
#endif
#ifdef BAD_FORCES_MODE
    if (!modes) mode = "legacy";
#endif
#ifdef BAD_WRONG_TARGET
    if (target == INGOT_BOOT_SETUP) name = "cd";
#endif
    snprintf(request, sizeof request, "boot set %s %s %s\n", name, time, mode);
#ifdef BAD_BOOT_NEVER_MAYBE
    ingot_status status = ask(device, call, 1, request, value);
    return status == INGOT_OK ? status : fail(call, status, 0, "the boot device was not set");
#else
    return ask(device, call, 1, request, value);
#endif
}

/* ---- Sweep ---- */

/* The call of one device inside a sweep: its secret has the device's number in front. */
struct part {
    ingot_call call;
    const ingot_call *whole;
    size_t index;
};

static ingot_status part_secret(const ingot_call *call, const char *name, char *buf, size_t cap, size_t *len) {
    const struct part *part = (const struct part *)call;
    char numbered[64];
    snprintf(numbered, sizeof numbered, "%zu.%s", part->index, name);
    return part->whole->secret(part->whole, numbered, buf, cap, len);
}

static int32_t part_cancelled(const ingot_call *call) {
    const struct part *part = (const struct part *)call;
    return part->whole->cancelled(part->whole);
}

static void part_error(const ingot_call *call, const ingot_error *error) { (void)call, (void)error; }

static void part_wire(const ingot_call *call, int32_t received, const char *protocol, uint32_t flags, const void *bytes,
                      size_t len) {
    const struct part *part = (const struct part *)call;
    part->whole->wire(part->whole, received, protocol, flags, bytes, len);
}

static ingot_status sweep_read(ingot_device *const *devices, size_t count, const ingot_call *call, int32_t subject) {
    if (subject != INGOT_SWEEP_POWER) return fail(call, INGOT_E_UNSUPPORTED, 0, "no such subject");
    for (size_t i = 0; i < count; i++) {
        struct part part = {.call = {.struct_size = sizeof part.call,
                                     .cancel_fd = call->cancel_fd,
                                     .deadline_ns = now_ns() + 300000000u,
                                     .operation_id = "",
                                     .cancelled = part_cancelled,
                                     .set_error = part_error,
                                     .secret = part_secret,
                                     .wire = part_wire},
                            .whole = call,
                            .index = i};
        ingot_sweep_result result = {(uint32_t)i, 0, 0, 0};
        result.status = power_get(devices[i], &part.call, &result.value);
#ifdef BAD_SWEEP_SHIFTS
        result.index = (uint32_t)((i + 1) % count);
#endif
        call->emit(call, "result", &result, sizeof result);
#ifdef BAD_SWEEP_TWICE
        call->emit(call, "result", &result, sizeof result);
#endif
    }
    return INGOT_OK;
}

/* ---- Readers ---- */

static ingot_status emit(const ingot_call *call, const char *key, const char *text) {
    return call->emit(call, key, text, strlen(text));
}

static int fields_of(char *value, char *fields[], int most) {
    int count = 0;
    for (char *field; count < most && (field = strsep(&value, "\t"));) fields[count++] = field;
    return count;
}

static ingot_status inventory_read(ingot_device *device, const ingot_call *call, const char *query) {
    char request[64], value[LINE], json[2 * LINE], *fields[32];
    (void)query;
    ingot_status status = ask(device, call, 0, "inventory\n", value);
    int count = atoi(value);
    for (int i = 1; status == INGOT_OK && i <= count; i++) {
        snprintf(request, sizeof request, "component %d\n", i);
        status = ask(device, call, 0, request, value);
        if (status != INGOT_OK) return status;
        int have = fields_of(value, fields, 32);
        if (have < 2) return fail(call, INGOT_E_PROTOCOL, 0, "no component");
#ifdef BAD_UNSTABLE_IDS
        static int number;
        int at = snprintf(json, sizeof json, "{\"kind\":\"%s\",\"id\":\"%d\"", fields[0], ++number);
#else
        int at = snprintf(json, sizeof json, "{\"kind\":\"%s\",\"id\":\"%s\"", fields[0], fields[1]);
#endif
        for (int k = 2; k < have; k++) {
            char *equals = strchr(fields[k], '=');
            if (!equals) continue;
            *equals++ = 0;
            int number = strstr(fields[k], "bytes") || strcmp(fields[k], "cores") == 0 || strstr(fields[k], "mbps");
            at += snprintf(json + at, sizeof json - (size_t)at, number ? ",\"%s\":%s" : ",\"%s\":\"%s\"", fields[k], equals);
        }
        snprintf(json + at, sizeof json - (size_t)at, "}");
        status = emit(call, "component", json);
    }
    return status;
}

static ingot_status sensors_read(ingot_device *device, const ingot_call *call, const char *query) {
    static const char *const names[] = {"lower_critical", "lower_warning", "upper_warning", "upper_critical"};
    char request[64], value[LINE], json[2 * LINE], *fields[16];
    (void)query;
    ingot_status status = ask(device, call, 0, "sensors\n", value);
    int count = atoi(value);
    for (int i = 1; status == INGOT_OK && i <= count; i++) {
        snprintf(request, sizeof request, "sensor %d\n", i);
        status = ask(device, call, 0, request, value);
        if (status != INGOT_OK) return status;
        if (fields_of(value, fields, 16) < 10) return fail(call, INGOT_E_PROTOCOL, 0, "no sensor");
        int discrete = strcmp(fields[2], "discrete") == 0;
        int at = snprintf(json, sizeof json, "{\"id\":\"%s\",\"name\":\"%s\",\"kind\":\"%s\",\"state\":\"%s\"", fields[0],
                          fields[1], fields[2], fields[5]);
        if (discrete) {
            at += snprintf(json + at, sizeof json - (size_t)at, ",\"states\":[]");
        } else {
#ifdef BAD_NULL_IS_ZERO
            const char *none = "0";
#else
            const char *none = "null";
#endif
            at += snprintf(json + at, sizeof json - (size_t)at, ",\"unit\":\"%s\",\"value\":%s,\"thresholds\":{", fields[3],
                           strcmp(fields[4], "-") == 0 ? none : fields[4]);
            int first = 1;
            for (int k = 0; k < 4; k++) {
                if (strcmp(fields[6 + k], "-") == 0) continue;
                at += snprintf(json + at, sizeof json - (size_t)at, "%s\"%s\":%s", first ? "" : ",", names[k], fields[6 + k]);
                first = 0;
            }
            at += snprintf(json + at, sizeof json - (size_t)at, "}");
        }
        snprintf(json + at, sizeof json - (size_t)at, "}");
        status = emit(call, "sensor", json);
    }
    return status;
}

static ingot_status events_read(ingot_device *device, const ingot_call *call, const char *query) {
    char request[64], value[LINE], json[2 * LINE], cursor[32], *fields[8];
    int after = 0, limit = 100000, first = 0, last = 0;
    const char *at = strstr(query, "\"after\":\"");
    if (at) after = atoi(at + 9);
    at = strstr(query, "\"limit\":");
    if (at) limit = atoi(at + 8);
    ingot_status status = ask(device, call, 0, "log\n", value);
    if (status != INGOT_OK) return status;
    sscanf(value, "%d %d", &first, &last);
    int start = after + 1;
    if (first > 0 && (after > last || (after > 0 && start < first))) {
        start = first;
        status = emit(call, "note", "{\"lost\":true}");
    } else if (after > last) {
        start = 1;
        after = 0;
        status = emit(call, "note", "{\"lost\":true}");
    }
    if (start < first) start = first;
#ifdef BAD_REPEATS_EVENTS
    if (after > 0 && start > first) start--;
#endif
    int told = after;
    for (int i = start; status == INGOT_OK && i <= last && i < start + limit && first > 0; i++) {
        snprintf(request, sizeof request, "event %d\n", i);
        status = ask(device, call, 0, request, value);
        if (status != INGOT_OK) return status;
        if (fields_of(value, fields, 8) < 4) return fail(call, INGOT_E_PROTOCOL, 0, "no event");
        time_t seconds = (time_t)atoll(fields[0]);
        struct tm parts;
        char when[40];
        gmtime_r(&seconds, &parts);
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts);
        snprintf(json, sizeof json, "{\"id\":\"%d\",\"time\":\"%s\",\"severity\":\"%s\",\"source\":\"%s\",\"message\":\"%s\"}", i,
                 when, fields[1], fields[2], fields[3]);
        status = emit(call, "event", json);
        told = i;
    }
    snprintf(cursor, sizeof cursor, "%d", told);
    return status == INGOT_OK ? emit(call, "cursor", cursor) : status;
}

static ingot_status events_clear(ingot_device *device, const ingot_call *call) {
    char value[LINE];
#ifdef BAD_CLEARS_MORE
    ask(device, call, 1, "boot set none once any\n", value);
#endif
    return ask(device, call, 1, "log clear\n", value);
}

/* ---- Plugin ---- */

static const ingot_driver driver = {sizeof driver, 0, device_open, device_close, probe};
static const ingot_power power = {sizeof power, ACTIONS, power_get, power_set};
static const ingot_boot boot = {sizeof boot, TARGETS, boot_get, boot_set};
static const ingot_sweep sweep = {sizeof sweep, 1u << INGOT_SWEEP_POWER, sweep_read};
static const ingot_reader inventory = {sizeof inventory, 0, inventory_read, NULL};
static const ingot_reader sensors = {sizeof sensors, 0, sensors_read, NULL};
static const ingot_reader eventlog = {sizeof eventlog, 0, events_read, events_clear};
#ifdef BAD_WILD_SLOT
static int data = 7;
static const ingot_vendor vendor = {
    sizeof vendor, 0, (ingot_status(*)(ingot_device *, const ingot_call *, const char *, const void *, size_t))(void *)&data};
#endif

static const void *extension(const char *id) {
#ifdef BAD_PREFIX_MATCH
    if (strncmp(id, INGOT_POWER, strlen(INGOT_POWER)) == 0) return &power;
#endif
    if (strcmp(id, INGOT_DRIVER) == 0) return &driver;
    if (strcmp(id, INGOT_POWER) == 0) return &power;
    if (strcmp(id, INGOT_BOOT) == 0) return &boot;
#ifndef BAD_LISTED_AND_NULL
    if (strcmp(id, INGOT_SWEEP) == 0) return &sweep;
    if (strcmp(id, INGOT_INVENTORY) == 0) return &inventory;
#endif
    if (strcmp(id, INGOT_SENSORS) == 0) return &sensors;
    if (strcmp(id, INGOT_EVENTLOG) == 0) return &eventlog;
#ifdef BAD_WILD_SLOT
    if (strcmp(id, INGOT_VENDOR) == 0) return &vendor;
#endif
    return NULL;
}

static const char *const extensions[] = {
    INGOT_DRIVER, INGOT_POWER, INGOT_BOOT, INGOT_INVENTORY, INGOT_SENSORS, INGOT_EVENTLOG, INGOT_SWEEP,
#ifdef BAD_WILD_SLOT
    INGOT_VENDOR,
#endif
    NULL};

static ingot_status start(const ingot_host *host) {
    (void)host;
#ifdef BAD_OLD_HOSTS_ONLY
    if (host->minor > INGOT_MINOR) return INGOT_E_UNSUPPORTED;
#endif
#ifdef BAD_START_LEAKS
    pthread_t thread;
    if (pthread_create(&thread, NULL, sleep_on, NULL) == 0) pthread_detach(thread);
#endif
    return INGOT_OK;
}

static void stop(void) {}

#ifdef BAD_OPEN_SECRET
#define WRITE_ONLY ""
#else
#define WRITE_ONLY ",\"writeOnly\":true"
#endif
#ifdef BAD_MISSING_MEMBER
#define REQUIRED "\"host\",\"port\",\"password\""
#else
#define REQUIRED "\"host\",\"port\",\"username\",\"password\""
#endif
#ifdef BAD_LAX_PORT
#define PORT "{}"
#else
#define PORT "{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535}"
#endif
#ifdef BAD_DESCRIPTOR
#define VERSION "2.0.0"
#else
#define VERSION "1.0.0"
#endif

static const ingot_plugin plugin = {
    .struct_size = sizeof plugin,
    .minor = INGOT_MINOR,
    .id = "dev.ingot.zoo",
    .name = "Zoo",
    .vendor = "Ingot",
    .version = VERSION,
    .license = "Apache-2.0",
    .config_schema =
        "{\"type\":\"object\",\"required\":[" REQUIRED "],\"additionalProperties\":false,\"properties\":{"
        "\"host\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255},\"port\":" PORT ","
        "\"username\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":63},"
        "\"password\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":63" WRITE_ONLY "}}}",
    .extensions = extensions,
    .start = start,
    .stop = stop,
    .extension = extension,
};

#ifdef BAD_SECOND_EXPORT
INGOT_EXPORT int zoo_helper(void);
INGOT_EXPORT int zoo_helper(void) { return 1; }
#endif

#ifdef BAD_FORKS
void zoo_never_called(void);
__attribute__((visibility("hidden"), used)) void zoo_never_called(void) {
    if (fork() == 0) _exit(0);
}
#endif

#ifdef BAD_SLOW_LOAD
__attribute__((constructor)) static void dawdle(void) { usleep(150000); }
#endif

INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) {
#ifdef BAD_ENTRY_THREAD
    pthread_t thread;
    if (pthread_create(&thread, NULL, sleep_on, NULL) == 0) pthread_detach(thread);
#endif
#ifdef BAD_ENTRY_IO
    int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) close(fd);
#endif
    return &plugin;
}
