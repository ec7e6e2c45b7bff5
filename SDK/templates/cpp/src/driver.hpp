// SPDX-License-Identifier: 0BSD
// What the plugin offers.
#pragma once

#include <ingot.h>

extern const ingot_driver driver;
extern const ingot_power power;
extern const ingot_boot boot;
