/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INGOT_CCURL_SHIM_H
#define INGOT_CCURL_SHIM_H
#include <curl/curl.h>
#endif
