// SPDX-License-Identifier: Apache-2.0
// Umbrella header of the C shims for Linux calls that the Swift Glibc overlay lacks.
#ifndef CLINUX_H
#define CLINUX_H

#include "arp.h"
#include "clinux_channel.h"
#include "clinux_child.h"
#include "clinux_process.h"
#include "udp.h"

#endif
