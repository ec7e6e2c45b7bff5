// SPDX-License-Identifier: Apache-2.0
/* Makes every type of the header reachable from an exported function, for tools that compare ABIs by debug information. */
#include "ingot.h"

#define PIN(T) \
    INGOT_EXPORT void pin_##T(T *value); \
    void pin_##T(T *value) { (void)value; }

PIN(ingot_error)
PIN(ingot_call)
PIN(ingot_source)
PIN(ingot_host)
PIN(ingot_plugin)
PIN(ingot_driver)
PIN(ingot_power)
PIN(ingot_boot)
PIN(ingot_reader)
PIN(ingot_console)
PIN(ingot_job)
PIN(ingot_sweep_result)
PIN(ingot_sweep)
PIN(ingot_vendor)
PIN(ingot_installer)

static const ingot_plugin none = {.struct_size = sizeof none};
INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) { return &none; }
