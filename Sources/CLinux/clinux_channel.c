// SPDX-License-Identifier: Apache-2.0
#include "clinux_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_POLLED 8

int clinux_seqpacket_pair(int fds[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0 ? -errno : 0;
}

ssize_t clinux_send_message(int fd, const void *bytes, size_t count, int passed, int nonblocking) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec vector = {(void *)(uintptr_t)bytes, count};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    if (passed >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &passed, sizeof passed);
    }
    int flags = MSG_NOSIGNAL | (nonblocking ? MSG_DONTWAIT : 0);
    for (;;) {
        ssize_t sent = sendmsg(fd, &message, flags);
        if (sent >= 0) return sent;
        if (errno != EINTR) return -errno;
    }
}

ssize_t clinux_receive_message(int fd, void *bytes, size_t capacity, int *passed, int nonblocking) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec vector = {bytes, capacity};
    struct msghdr message;
    *passed = -1;
    for (;;) {
        memset(&message, 0, sizeof message);
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | (nonblocking ? MSG_DONTWAIT : 0));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
            if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
            if (header->cmsg_len < CMSG_LEN(sizeof(int))) continue;
            if (*passed >= 0) close(*passed);
            memcpy(passed, CMSG_DATA(header), sizeof *passed);
        }
        if (!(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) return got;
        if (*passed >= 0) close(*passed);
        *passed = -1;
        return -EMSGSIZE;
    }
}

int clinux_duplicate(int fd) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}

int clinux_eventfd(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

void clinux_eventfd_signal(int fd) {
    uint64_t one = 1;
    ssize_t done = write(fd, &one, sizeof one); /* a full counter is signalled already */
    (void)done;
}

void clinux_eventfd_reset(int fd) {
    uint64_t count;
    ssize_t done = read(fd, &count, sizeof count); /* nothing to read is fine */
    (void)done;
}

int clinux_timerfd(void) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int clinux_timerfd_set(int fd, uint64_t at_ns) {
    struct itimerspec when;
    memset(&when, 0, sizeof when);
    when.it_value.tv_sec = (time_t)(at_ns / 1000000000u);
    when.it_value.tv_nsec = (long)(at_ns % 1000000000u);
    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL) < 0 ? -errno : 0;
}

int clinux_sigterm_fd(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int clinux_output_pipe(int fds[2]) {
    if (pipe2(fds, O_CLOEXEC) < 0) return -errno;
    if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
        int error = errno;
        close(fds[0]);
        close(fds[1]);
        return -error;
    }
    return 0;
}

int clinux_poll(const int *fds, int count, unsigned writing, int64_t timeout_ns) {
    struct pollfd polled[MAX_POLLED];
    if (count < 0 || count > MAX_POLLED) return -EINVAL;
    for (int i = 0; i < count; i++) {
        polled[i].fd = fds[i];
        polled[i].events = (short)(POLLIN | (writing >> i & 1u ? POLLOUT : 0));
        polled[i].revents = 0;
    }
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    if (ppoll(polled, (nfds_t)count, timeout_ns < 0 ? NULL : &timeout, NULL) < 0) return errno == EINTR ? 0 : -errno;
    int ready = 0;
    for (int i = 0; i < count; i++) {
        if (polled[i].revents & ~POLLOUT) ready |= 1 << i;
        if (polled[i].revents & POLLOUT) ready |= 1 << (16 + i);
    }
    return ready;
}
