// SPDX-License-Identifier: Apache-2.0
// IPv4 sockets that child processes do not inherit, prepared before bind; the Swift overlay offers neither.
#ifndef CLINUX_INET_H
#define CLINUX_INET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Opens a non-blocking IPv4 UDP socket that may broadcast, and binds it.
///
/// `interface` limits it to one network interface (SO_BINDTODEVICE) unless NULL; `address` is in network byte order and
/// `port` in host byte order. Without SO_REUSEADDR, so that a second server on the same port is an error.
/// Returns the descriptor or a negative errno value.
int clinux_udp_bind(const char *interface, uint32_t address, uint16_t port);

/// Opens a non-blocking IPv4 TCP socket with SO_REUSEADDR and binds it, ready for listen.
///
/// `address` is in network byte order and `port` in host byte order. Returns the descriptor or a negative errno value.
int clinux_tcp_bind(uint32_t address, uint16_t port);

/// Returns the index of a network interface, 0 when there is none with this name.
unsigned int clinux_interface_index(const char *name);

#ifdef __cplusplus
}
#endif

#endif
