// SPDX-License-Identifier: GPL-3.0-or-later
#include "datagrams.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static unsigned prepare(
    struct mmsghdr *messages, struct iovec *places, const struct ipmi_datagram *datagrams, unsigned count) {
    if (count > IPMI_DATAGRAMS_MOST) {
        count = IPMI_DATAGRAMS_MOST;
    }
    memset(messages, 0, count * sizeof *messages);
    for (unsigned i = 0; i < count; i++) {
        messages[i].msg_hdr.msg_name = (void *)datagrams[i].address;
        messages[i].msg_hdr.msg_iov = &places[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    return count;
}

int ipmi_datagrams_receive(int fd, uint8_t *room, uint32_t slot, struct ipmi_datagram *datagrams, unsigned most) {
    struct mmsghdr messages[IPMI_DATAGRAMS_MOST];
    struct iovec places[IPMI_DATAGRAMS_MOST];
    most = prepare(messages, places, datagrams, most);
    for (unsigned i = 0; i < most; i++) {
        places[i] = (struct iovec){room + (size_t)i * slot, slot};
        messages[i].msg_hdr.msg_namelen = sizeof datagrams[i].address;
    }
    int count = recvmmsg(fd, messages, most, MSG_DONTWAIT, NULL);
    if (count < 0) {
        return -errno;
    }
    for (int i = 0; i < count; i++) {
        uint32_t length = messages[i].msg_hdr.msg_namelen;
        datagrams[i].offset = (uint32_t)i * slot;
        datagrams[i].count = messages[i].msg_len;
        datagrams[i].address_length = length < sizeof datagrams[i].address ? length : sizeof datagrams[i].address;
    }
    return count;
}

int ipmi_datagrams_send(int fd, const uint8_t *room, const struct ipmi_datagram *datagrams, unsigned count) {
    struct mmsghdr messages[IPMI_DATAGRAMS_MOST];
    struct iovec places[IPMI_DATAGRAMS_MOST];
    count = prepare(messages, places, datagrams, count);
    for (unsigned i = 0; i < count; i++) {
        places[i] = (struct iovec){(void *)(room + datagrams[i].offset), datagrams[i].count};
        messages[i].msg_hdr.msg_namelen = datagrams[i].address_length;
    }
    int sent = sendmmsg(fd, messages, count, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}
