// SPDX-License-Identifier: Apache-2.0
#ifndef INGOT_KIT_H
#define INGOT_KIT_H
/* Helpers for drivers in C and C++: what nearly each of them needs and should not get wrong.
 *
 * Nothing here is part of the plugin ABI, and nothing is exported: the functions become part of your driver. The
 * socket functions heed the call's cancellation and deadline; they report the error themselves, so that their status
 * can be returned as it is. `flags` are INGOT_ERR_… to add to that error: give INGOT_ERR_MAYBE_APPLIED from the moment
 * a request that changes something leaves until its answer is there, and 0 otherwise. */

#include "ingot.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- Errors --------------------------------------------------------------------------------------------------- */

/* Says why the call fails; code is the device's own (0: none). Returns status. */
static inline ingot_status ingot_fail_code(const ingot_call *call, ingot_status status, uint32_t flags, int32_t code,
                                           const char *message) {
    ingot_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = sizeof error;
    error.flags = flags;
    error.vendor_code = code;
    error.message = message;
    call->set_error(call, &error);
    return status;
}

/* Says why the call fails. Returns status. */
static inline ingot_status ingot_fail(const ingot_call *call, ingot_status status, uint32_t flags,
                                      const char *message) {
    return ingot_fail_code(call, status, flags, 0, message);
}

/* Says which field of the configuration or of the request cannot be used, such as "$.port". Returns INVALID. */
static inline ingot_status ingot_fail_field(const ingot_call *call, const char *field, const char *message) {
    char detail[160];
    ingot_error error;
    memset(&error, 0, sizeof error);
    snprintf(detail, sizeof detail, "{\"field\":\"%s\"}", field);
    error.struct_size = sizeof error;
    error.message = message;
    error.detail_json = detail;
    call->set_error(call, &error);
    return INGOT_E_INVALID;
}

/* Says that the device is busy, and when to ask again (0: unknown). Returns BUSY. */
static inline ingot_status ingot_fail_busy(const ingot_call *call, uint32_t retry_after_ms, const char *message) {
    ingot_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = sizeof error;
    error.flags = INGOT_ERR_RETRYABLE;
    error.retry_after_ms = retry_after_ms;
    error.message = message;
    call->set_error(call, &error);
    return INGOT_E_BUSY;
}

/* ---- Time ----------------------------------------------------------------------------------------------------- */

/* Milliseconds until the deadline, rounded up; 0 once it has passed. */
static inline int ingot_remaining_ms(const ingot_call *call) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    if (ns >= call->deadline_ns) return 0;
    uint64_t ms = (call->deadline_ns - ns - 1) / 1000000u + 1;
    return ms > 3600000u ? 3600000 : (int)ms;
}

/* OK while the call may go on; otherwise TIMEOUT or CANCELLED. */
static inline ingot_status ingot_check(const ingot_call *call, uint32_t flags) {
    if (!call->cancelled(call)) return INGOT_OK;
    if (ingot_remaining_ms(call) == 0)
        return ingot_fail(call, INGOT_E_TIMEOUT, flags | INGOT_ERR_RETRYABLE, "the deadline passed");
    return ingot_fail(call, INGOT_E_CANCELLED, flags | INGOT_ERR_RETRYABLE, "the call was cancelled");
}

/* Waits until fd is ready for events (POLLIN or POLLOUT) or has failed: OK, TIMEOUT or CANCELLED. */
static inline ingot_status ingot_wait(const ingot_call *call, int fd, short events, uint32_t flags) {
    for (;;) {
        struct pollfd set[2] = {{fd, events, 0}, {call->cancel_fd, POLLIN, 0}};
        ingot_status status = ingot_check(call, flags);
        if (status != INGOT_OK) return status;
        if (poll(set, 2, ingot_remaining_ms(call)) > 0 && set[0].revents != 0 && set[1].revents == 0) return INGOT_OK;
    }
}

/* Lets ms milliseconds pass: OK, or TIMEOUT or CANCELLED when the call must end before. */
static inline ingot_status ingot_pause(const ingot_call *call, uint32_t ms, uint32_t flags) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        struct pollfd cancel = {call->cancel_fd, POLLIN, 0};
        ingot_status status = ingot_check(call, flags);
        if (status != INGOT_OK) return status;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t passed = (int64_t)(now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
        if (passed >= (int64_t)ms) return INGOT_OK;
        int64_t left = (int64_t)ms - passed;
        poll(&cancel, 1, left < 1000 ? (int)left + 1 : 1000);
    }
}

/* ---- TCP ------------------------------------------------------------------------------------------------------ */

/* Connects to a numeric IPv4 or IPv6 address ("192.0.2.7", "fe80::1%eth0"). On OK *fd is a non-blocking socket.
 * Names are not looked up, because looking up can neither be cancelled nor bounded in time. */
static inline ingot_status ingot_connect(const ingot_call *call, const char *host, int port, int *fd) {
    char service[16], message[96];
    struct addrinfo hints, *found = NULL;
    int error = 0;
    socklen_t length = sizeof error;
    *fd = -1;
    ingot_status status = ingot_check(call, 0);
    if (status != INGOT_OK) return status;
    memset(&hints, 0, sizeof hints);
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    snprintf(service, sizeof service, "%d", port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return ingot_fail(call, INGOT_E_UNREACHABLE, 0, "the host is no IPv4 or IPv6 address");
    int made = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made >= 0 && connect(made, found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS) error = errno;
    freeaddrinfo(found);
    if (made < 0) return ingot_fail(call, INGOT_E_INTERNAL, 0, "no socket could be made");
    if (error == 0 && (status = ingot_wait(call, made, POLLOUT, 0)) != INGOT_OK) {
        close(made);
        return status;
    }
    if (error == 0) getsockopt(made, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
        close(made);
        snprintf(message, sizeof message, "no connection: %s", strerror(error));
        return ingot_fail_code(call, INGOT_E_UNREACHABLE, INGOT_ERR_RETRYABLE, error, message);
    }
    *fd = made;
    return INGOT_OK;
}

/* Sends all bytes. */
static inline ingot_status ingot_send(const ingot_call *call, int fd, const void *bytes, size_t len, uint32_t flags) {
    const char *next = (const char *)bytes;
    while (len > 0) {
        ingot_status status = ingot_wait(call, fd, POLLOUT, flags);
        if (status != INGOT_OK) return status;
        ssize_t sent = send(fd, next, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (sent <= 0)
            return ingot_fail_code(call, INGOT_E_UNREACHABLE, flags | INGOT_ERR_RETRYABLE, errno,
                                   "the connection is gone");
        next += sent;
        len -= (size_t)sent;
    }
    return INGOT_OK;
}

/* Receives what there is, at least one byte; at the end of the stream that is OK with *got 0. */
static inline ingot_status ingot_receive(const ingot_call *call, int fd, void *bytes, size_t cap, size_t *got,
                                         uint32_t flags) {
    for (;;) {
        ingot_status status = ingot_wait(call, fd, POLLIN, flags);
        if (status != INGOT_OK) return status;
        ssize_t count = recv(fd, bytes, cap, MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (count < 0)
            return ingot_fail_code(call, INGOT_E_UNREACHABLE, flags | INGOT_ERR_RETRYABLE, errno,
                                   "the connection is gone");
        *got = (size_t)count;
        return INGOT_OK;
    }
}

/* Receives one line of printable ASCII and tabs into line, without its newline and NUL-ended. It must be the last thing
 * the peer sent: PROTOCOL when it is not, is longer than cap, holds other bytes, or ends half-way. */
static inline ingot_status ingot_receive_line(const ingot_call *call, int fd, char *line, size_t cap, uint32_t flags) {
    size_t used = 0, got = 0;
    while (used < cap) {
        ingot_status status = ingot_receive(call, fd, line + used, cap - used, &got, flags);
        if (status != INGOT_OK) return status;
        if (got == 0 && used == 0)
            return ingot_fail(call, INGOT_E_UNREACHABLE, flags | INGOT_ERR_RETRYABLE, "the peer ended the connection");
        if (got == 0) return ingot_fail(call, INGOT_E_PROTOCOL, flags, "the answer ends half-way");
        for (size_t end = used + got; used < end; used++) {
            if (line[used] == '\n' && used + 1 == end) {
                line[used] = 0;
                return INGOT_OK;
            }
            if ((line[used] < 0x20 || line[used] > 0x7E) && line[used] != '\t')
                return ingot_fail(call, INGOT_E_PROTOCOL, flags, "the answer is no line of text");
        }
    }
    return ingot_fail(call, INGOT_E_PROTOCOL, flags, "the answer is too long");
}

/* 1 while nothing has happened on an idle connection; 0 once the peer has ended it or sent what nobody asked for. */
static inline int ingot_is_idle(int fd) {
    char byte;
    return fd >= 0 && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------- */

/* The value of a top-level member of a flat object, such as the configuration the host hands to open; NULL: none. */
static inline const char *ingot_json_find(const char *json, const char *key) {
    size_t length = strlen(key);
    for (const char *at = strchr(json, '"'); at; at = strchr(at + 1, '"')) {
        const char *end = at + 1;
        while (*end && *end != '"') end += *end == '\\' && end[1] ? 2 : 1;
        if (!*end) return NULL;
        const char *after = end + 1;
        after += strspn(after, " \t\r\n");
        if (*after == ':' && (size_t)(end - at - 1) == length && memcmp(at + 1, key, length) == 0)
            return after + 1 + strspn(after + 1, " \t\r\n");
        at = end;
    }
    return NULL;
}

/* Copies a text member into buf, NUL-ended: 1, or 0 when it is not there, is no text, or does not fit. */
static inline int ingot_json_text(const char *json, const char *key, char *buf, size_t cap) {
    const char *at = ingot_json_find(json, key);
    size_t used = 0;
    if (!at || *at++ != '"') return 0;
    while (*at && *at != '"') {
        unsigned code = (unsigned char)*at++, more = 0;
        if (code == '\\') {
            static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
            const char *known = *at ? strchr(from, *at) : NULL;
            if (known) {
                code = (unsigned char)to[known - from];
                at++;
            } else {
                if (*at != 'u' || strspn(at + 1, "0123456789abcdefABCDEF") < 4) return 0;
                if (sscanf(at, "u%4x", &code) != 1 || code == 0 || (code >= 0xD800 && code <= 0xDFFF)) return 0;
                at += 5;
                more = code >= 0x800 ? 2 : code >= 0x80 ? 1 : 0;
            }
        }
        if (used + more + 1 >= cap) return 0;
        if (more == 2) buf[used++] = (char)(0xE0 | (code >> 12));
        if (more == 2) buf[used++] = (char)(0x80 | ((code >> 6) & 0x3F));
        if (more == 1) buf[used++] = (char)(0xC0 | (code >> 6));
        buf[used++] = more ? (char)(0x80 | (code & 0x3F)) : (char)code;
    }
    if (cap > 0) buf[used] = 0;
    return *at == '"' && cap > 0;
}

/* Reads an integer member: 1, or 0 when it is not there or no integer of int64_t. */
static inline int ingot_json_integer(const char *json, const char *key, int64_t *value) {
    const char *at = ingot_json_find(json, key);
    char *end = NULL;
    if (!at || (*at != '-' && (*at < '0' || *at > '9'))) return 0;
    errno = 0;
    *value = strtoll(at, &end, 10);
    return errno == 0 && end != at && !strchr(".eE", *end ? *end : ' ');
}

/* 1 when a member is an array that has this text, such as a quirk among the configuration's "quirks". */
static inline int ingot_json_has(const char *json, const char *key, const char *word) {
    const char *at = ingot_json_find(json, key);
    size_t length = strlen(word);
    if (!at || *at != '[') return 0;
    for (at += 1; *at && *at != ']';) {
        const char *end = at + 1;
        if (*at != '"') {
            at++;
            continue;
        }
        while (*end && *end != '"') end += *end == '\\' && end[1] ? 2 : 1;
        if (!*end) return 0;
        if ((size_t)(end - at - 1) == length && memcmp(at + 1, word, length) == 0) return 1;
        at = end + 1;
    }
    return 0;
}

/* Writes text as a JSON string with its quotes, cut off when it does not fit; control characters become spaces, and
 * bytes outside ASCII question marks, so that no answer of a device can break the JSON it is put into. Returns buf. */
static inline char *ingot_json_quote(char *buf, size_t cap, const char *text) {
    size_t used = 0;
    if (cap < 3) return buf;
    buf[used++] = '"';
    for (; *text && used + 4 < cap; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') buf[used++] = '\\';
        buf[used++] = byte < 0x20 ? ' ' : byte > 0x7E ? '?' : (char)byte;
    }
    buf[used++] = '"';
    buf[used] = 0;
    return buf;
}

/* Writes words with commas between them ("on,off") as a JSON array of texts, cut off when it does not fit. Returns
 * buf. */
static inline char *ingot_json_words(char *buf, size_t cap, const char *words) {
    char word[64];
    size_t used = 0;
    if (cap < 3) return buf;
    buf[used++] = '[';
    while (*words) {
        size_t length = strcspn(words, ",");
        snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), words);
        if (used + 2 * strlen(word) + 4 >= cap) break;
        if (used > 1) buf[used++] = ',';
        ingot_json_quote(buf + used, cap - used, word);
        used += strlen(buf + used);
        words += length + (words[length] == ',');
    }
    buf[used++] = ']';
    buf[used] = 0;
    return buf;
}

/* Overwrites what must not stay in memory; the compiler cannot leave it out. */
static inline void ingot_wipe(void *bytes, size_t len) {
    memset(bytes, 0, len);
    __asm__ __volatile__("" : : "r"(bytes) : "memory");
}

#endif
