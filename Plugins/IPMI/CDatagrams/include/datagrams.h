// SPDX-License-Identifier: GPL-3.0-or-later
// UDP datagrams many at a time; Glibc's overlay has neither sendmmsg nor recvmmsg.
#ifndef INGOT_IPMI_DATAGRAMS_H
#define INGOT_IPMI_DATAGRAMS_H

#include <stdint.h>

/// A datagram: where it stands in the room it is kept in, and the socket address at its other end.
struct ipmi_datagram {
    uint32_t offset;
    uint32_t count;
    /// Bytes of the address in use.
    uint32_t address_length;
    /// A `sockaddr_in` or `sockaddr_in6`.
    uint8_t address[28];
};

/// The most datagrams of one call.
enum { IPMI_DATAGRAMS_MOST = 64 };

/// Receives what is there, up to `most` datagrams, each into `slot` bytes of `room`; a longer one is cut.
/// Returns how many, or a negative errno value; nothing there is -EAGAIN.
int ipmi_datagrams_receive(int fd, uint8_t *room, uint32_t slot, struct ipmi_datagram *datagrams, unsigned most);

/// Sends `count` datagrams. Returns how many of the first ones went out, or a negative errno value.
int ipmi_datagrams_send(int fd, const uint8_t *room, const struct ipmi_datagram *datagrams, unsigned count);

#endif
