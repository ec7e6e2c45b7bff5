// SPDX-License-Identifier: Apache-2.0
// Umbrella header of the C shims for Linux calls that the Swift Glibc overlay lacks.
#ifndef CLINUX_H
#define CLINUX_H

#include "arp.h"

#endif
