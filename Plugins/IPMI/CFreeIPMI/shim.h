/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INGOT_CFREEIPMI_SHIM_H
#define INGOT_CFREEIPMI_SHIM_H
#include <freeipmi/freeipmi.h>
#endif
