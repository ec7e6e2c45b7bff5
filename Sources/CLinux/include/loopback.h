// SPDX-License-Identifier: Apache-2.0
// One UDP socket that stands for every IPv4 loopback address, and its datagrams many at a time.
#ifndef CLINUX_LOOPBACK_H
#define CLINUX_LOOPBACK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A datagram: where it stands in the room it is kept in, and both its ends. Addresses and ports are in host byte order.
struct clinux_loopback_datagram {
    uint32_t offset;
    uint32_t count;
    /// The loopback address on this side.
    uint32_t local;
    uint32_t remote;
    uint16_t remote_port;
};

/// The most datagrams of one call.
enum { CLINUX_LOOPBACK_MOST = 64 };

/// Opens a non-blocking UDP socket on all addresses of the interface `lo` alone, and no other interface.
///
/// `port` is the wanted port, 0 for any, and becomes the one taken. Returns the descriptor or a negative errno value.
int clinux_loopback_open(uint16_t *port);

/// Receives what is there, up to `most` datagrams, each into `slot` bytes of `room`; a longer one is cut.
/// Returns how many, or a negative errno value; nothing there is -EAGAIN.
int clinux_loopback_receive(
    int fd, uint8_t *room, uint32_t slot, struct clinux_loopback_datagram *datagrams, unsigned most);

/// Sends `count` datagrams, each from its `local` address. Returns how many went out, or a negative errno value.
int clinux_loopback_send(
    int fd, const uint8_t *room, const struct clinux_loopback_datagram *datagrams, unsigned count);

#ifdef __cplusplus
}
#endif

#endif
