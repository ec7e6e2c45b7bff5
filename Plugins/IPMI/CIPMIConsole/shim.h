/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INGOT_CIPMICONSOLE_SHIM_H
#define INGOT_CIPMICONSOLE_SHIM_H
#include <ipmiconsole.h>
#endif
