// SPDX-License-Identifier: Apache-2.0
#include "inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(int fd) {
    int error = errno;
    close(fd);
    return -error;
}

static int finish(int fd, uint32_t address, uint16_t port) {
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = address}};
    if (bind(fd, (struct sockaddr *)&local, sizeof local) < 0) {
        return fail(fd);
    }
    return fd;
}

int clinux_udp_bind(const char *interface, uint32_t address, uint16_t port) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) < 0) {
        return fail(fd);
    }
    if (interface != NULL
        && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) < 0) {
        return fail(fd);
    }
    return finish(fd, address, port);
}

int clinux_tcp_bind(uint32_t address, uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) {
        return fail(fd);
    }
    return finish(fd, address, port);
}

unsigned int clinux_interface_index(const char *name) {
    return if_nametoindex(name);
}
