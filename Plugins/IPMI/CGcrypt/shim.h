/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef INGOT_CGCRYPT_SHIM_H
#define INGOT_CGCRYPT_SHIM_H
#include <gcrypt.h>
#endif
