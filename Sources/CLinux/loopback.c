// SPDX-License-Identifier: Apache-2.0
#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

static int fail(int fd) {
    int error = errno;
    close(fd);
    return -error;
}

int clinux_loopback_open(uint16_t *port) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    int on = 1;
    int room = 4 << 20;
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2) < 0
        || setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0) {
        return fail(fd);
    }
    // What the kernel gives of it is enough.
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {.s_addr = INADDR_ANY}};
    socklen_t length = sizeof name;
    if (bind(fd, (struct sockaddr *)&name, sizeof name) < 0 || getsockname(fd, (struct sockaddr *)&name, &length) < 0) {
        return fail(fd);
    }
    *port = ntohs(name.sin_port);
    return fd;
}

int clinux_loopback_receive(
    int fd, uint8_t *room, uint32_t slot, struct clinux_loopback_datagram *datagrams, unsigned most) {
    struct mmsghdr messages[CLINUX_LOOPBACK_MOST];
    struct iovec places[CLINUX_LOOPBACK_MOST];
    struct sockaddr_in names[CLINUX_LOOPBACK_MOST];
    union control controls[CLINUX_LOOPBACK_MOST];
    if (most > CLINUX_LOOPBACK_MOST) {
        most = CLINUX_LOOPBACK_MOST;
    }
    memset(messages, 0, most * sizeof *messages);
    for (unsigned i = 0; i < most; i++) {
        places[i] = (struct iovec){room + (size_t)i * slot, slot};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &places[i], .msg_iovlen = 1,
            .msg_control = controls[i].bytes, .msg_controllen = sizeof controls[i].bytes};
    }
    int count = recvmmsg(fd, messages, most, MSG_DONTWAIT, NULL);
    if (count < 0) {
        return -errno;
    }
    for (int i = 0; i < count; i++) {
        datagrams[i] = (struct clinux_loopback_datagram){
            .offset = (uint32_t)i * slot, .count = messages[i].msg_len, .remote = ntohl(names[i].sin_addr.s_addr),
            .remote_port = ntohs(names[i].sin_port)};
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr); c; c = CMSG_NXTHDR(&messages[i].msg_hdr, c)) {
            if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
                struct in_pktinfo info;
                memcpy(&info, CMSG_DATA(c), sizeof info);
                datagrams[i].local = ntohl(info.ipi_addr.s_addr);
            }
        }
    }
    return count;
}

int clinux_loopback_send(
    int fd, const uint8_t *room, const struct clinux_loopback_datagram *datagrams, unsigned count) {
    struct mmsghdr messages[CLINUX_LOOPBACK_MOST];
    struct iovec places[CLINUX_LOOPBACK_MOST];
    struct sockaddr_in names[CLINUX_LOOPBACK_MOST];
    union control controls[CLINUX_LOOPBACK_MOST];
    if (count > CLINUX_LOOPBACK_MOST) {
        count = CLINUX_LOOPBACK_MOST;
    }
    memset(messages, 0, count * sizeof *messages);
    memset(controls, 0, count * sizeof *controls);
    for (unsigned i = 0; i < count; i++) {
        const struct clinux_loopback_datagram *datagram = &datagrams[i];
        places[i] = (struct iovec){(void *)(room + datagram->offset), datagram->count};
        names[i] = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = htons(datagram->remote_port), .sin_addr = {.s_addr = htonl(datagram->remote)}};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &places[i], .msg_iovlen = 1,
            .msg_control = controls[i].bytes, .msg_controllen = sizeof controls[i].bytes};
        struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        struct in_pktinfo info = {.ipi_spec_dst = {.s_addr = htonl(datagram->local)}};
        memcpy(CMSG_DATA(c), &info, sizeof info);
    }
    int sent = sendmmsg(fd, messages, count, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}
