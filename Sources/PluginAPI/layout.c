// SPDX-License-Identifier: Apache-2.0
/* The layout of ABI 1 on LP64, frozen: an edit of ingot.h that moves anything stops the build here.
 * Having an object file in this target also makes Swift targets rebuild when the header changes. */
#include "ingot.h"

#define SIZE(T, n) _Static_assert(sizeof(T) == (n), "size of " #T)
#define FIELD(T, m, at, n)                                                  \
    _Static_assert(offsetof(T, m) == (at), "offset of " #T "." #m);         \
    _Static_assert(sizeof(((T *)0)->m) == (n), "size of " #T "." #m)

_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "ABI 1 is defined for LP64");
_Static_assert(sizeof(ingot_status) == 4, "size of ingot_status");

SIZE(ingot_error, 32);
FIELD(ingot_error, struct_size, 0, 4);
FIELD(ingot_error, flags, 4, 4);
FIELD(ingot_error, vendor_code, 8, 4);
FIELD(ingot_error, retry_after_ms, 12, 4);
FIELD(ingot_error, message, 16, 8);
FIELD(ingot_error, detail_json, 24, 8);

SIZE(ingot_call, 80);
FIELD(ingot_call, struct_size, 0, 4);
FIELD(ingot_call, cancel_fd, 4, 4);
FIELD(ingot_call, deadline_ns, 8, 8);
FIELD(ingot_call, operation_id, 16, 8);
FIELD(ingot_call, cancelled, 24, 8);
FIELD(ingot_call, set_error, 32, 8);
FIELD(ingot_call, progress, 40, 8);
FIELD(ingot_call, emit, 48, 8);
FIELD(ingot_call, secret, 56, 8);
FIELD(ingot_call, wire, 64, 8);
FIELD(ingot_call, host_data, 72, 8);

SIZE(ingot_source, 32);
FIELD(ingot_source, struct_size, 0, 4);
FIELD(ingot_source, flags, 4, 4);
FIELD(ingot_source, size, 8, 8);
FIELD(ingot_source, read, 16, 8);
FIELD(ingot_source, host_data, 24, 8);

SIZE(ingot_host, 48);
FIELD(ingot_host, struct_size, 0, 4);
FIELD(ingot_host, minor, 4, 4);
FIELD(ingot_host, name, 8, 8);
FIELD(ingot_host, version, 16, 8);
FIELD(ingot_host, log, 24, 8);
FIELD(ingot_host, extension, 32, 8);
FIELD(ingot_host, host_data, 40, 8);

SIZE(ingot_plugin, 96);
FIELD(ingot_plugin, struct_size, 0, 4);
FIELD(ingot_plugin, minor, 4, 4);
FIELD(ingot_plugin, flags, 8, 4);
FIELD(ingot_plugin, reserved, 12, 4);
FIELD(ingot_plugin, id, 16, 8);
FIELD(ingot_plugin, name, 24, 8);
FIELD(ingot_plugin, vendor, 32, 8);
FIELD(ingot_plugin, version, 40, 8);
FIELD(ingot_plugin, license, 48, 8);
FIELD(ingot_plugin, config_schema, 56, 8);
FIELD(ingot_plugin, extensions, 64, 8);
FIELD(ingot_plugin, start, 72, 8);
FIELD(ingot_plugin, stop, 80, 8);
FIELD(ingot_plugin, extension, 88, 8);

SIZE(ingot_driver, 32);
FIELD(ingot_driver, struct_size, 0, 4);
FIELD(ingot_driver, flags, 4, 4);
FIELD(ingot_driver, open, 8, 8);
FIELD(ingot_driver, close, 16, 8);
FIELD(ingot_driver, probe, 24, 8);

SIZE(ingot_power, 24);
FIELD(ingot_power, struct_size, 0, 4);
FIELD(ingot_power, actions, 4, 4);
FIELD(ingot_power, get, 8, 8);
FIELD(ingot_power, set, 16, 8);

SIZE(ingot_boot, 24);
FIELD(ingot_boot, struct_size, 0, 4);
FIELD(ingot_boot, targets, 4, 4);
FIELD(ingot_boot, get, 8, 8);
FIELD(ingot_boot, set, 16, 8);

SIZE(ingot_reader, 24);
FIELD(ingot_reader, struct_size, 0, 4);
FIELD(ingot_reader, flags, 4, 4);
FIELD(ingot_reader, read, 8, 8);
FIELD(ingot_reader, clear, 16, 8);

SIZE(ingot_console, 16);
FIELD(ingot_console, struct_size, 0, 4);
FIELD(ingot_console, flags, 4, 4);
FIELD(ingot_console, open, 8, 8);

SIZE(ingot_job, 32);
FIELD(ingot_job, struct_size, 0, 4);
FIELD(ingot_job, flags, 4, 4);
FIELD(ingot_job, begin, 8, 8);
FIELD(ingot_job, poll, 16, 8);
FIELD(ingot_job, end, 24, 8);

SIZE(ingot_sweep_result, 16);
FIELD(ingot_sweep_result, index, 0, 4);
FIELD(ingot_sweep_result, status, 4, 4);
FIELD(ingot_sweep_result, value, 8, 4);
FIELD(ingot_sweep_result, vendor_code, 12, 4);

SIZE(ingot_sweep, 16);
FIELD(ingot_sweep, struct_size, 0, 4);
FIELD(ingot_sweep, subjects, 4, 4);
FIELD(ingot_sweep, read, 8, 8);

SIZE(ingot_vendor, 16);
FIELD(ingot_vendor, struct_size, 0, 4);
FIELD(ingot_vendor, flags, 4, 4);
FIELD(ingot_vendor, invoke, 8, 8);

SIZE(ingot_installer, 32);
FIELD(ingot_installer, struct_size, 0, 4);
FIELD(ingot_installer, flags, 4, 4);
FIELD(ingot_installer, detect, 8, 8);
FIELD(ingot_installer, render, 16, 8);
FIELD(ingot_installer, event, 24, 8);
