// SPDX-License-Identifier: Apache-2.0
#include "arp.h"

#include <errno.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int fill(struct arpreq *request, const char *interface, uint32_t address) {
    memset(request, 0, sizeof *request);
    size_t length = strlen(interface);
    if (length >= sizeof request->arp_dev) {
        return ENAMETOOLONG;
    }
    memcpy(request->arp_dev, interface, length + 1);
    struct sockaddr_in protocol = {.sin_family = AF_INET, .sin_addr = {.s_addr = address}};
    memcpy(&request->arp_pa, &protocol, sizeof request->arp_pa);
    return 0;
}

int clinux_arp_set(int fd, const char *interface, uint32_t address, const uint8_t *mac) {
    struct arpreq request;
    int error = fill(&request, interface, address);
    if (error != 0) {
        return error;
    }
    request.arp_ha.sa_family = ARPHRD_ETHER;
    memcpy(request.arp_ha.sa_data, mac, 6);
    request.arp_flags = ATF_COM;
    return ioctl(fd, SIOCSARP, &request) < 0 ? errno : 0;
}

int clinux_arp_delete(int fd, const char *interface, uint32_t address) {
    struct arpreq request;
    int error = fill(&request, interface, address);
    if (error != 0) {
        return error;
    }
    return ioctl(fd, SIOCDARP, &request) < 0 ? errno : 0;
}
