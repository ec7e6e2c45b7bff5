// SPDX-License-Identifier: Apache-2.0
// Neighbour-table entries written by hand, for DHCP clients that cannot answer ARP yet.
#ifndef CLINUX_ARP_H
#define CLINUX_ARP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Adds a completed IPv4 neighbour entry on one Ethernet interface (SIOCSARP; needs CAP_NET_ADMIN).
///
/// `fd` is any AF_INET socket, `address` is in network byte order, `mac` has six bytes.
/// Returns 0 or an errno value; ENAMETOOLONG when the interface name does not fit.
int clinux_arp_set(int fd, const char *interface, uint32_t address, const uint8_t *mac);

/// Removes an IPv4 neighbour entry (SIOCDARP). Returns 0 or an errno value.
int clinux_arp_delete(int fd, const char *interface, uint32_t address);

#ifdef __cplusplus
}
#endif

#endif
