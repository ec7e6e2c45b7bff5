// SPDX-License-Identifier: Apache-2.0
/* The smallest host: loads one plugin, calls what it offers and prints what came of it. Built with the header of any
 * release it shows that host and plugin of different releases work together. */
#include "ingot.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int emitted;

static int32_t cancelled(const ingot_call *call) { return call->host_data != NULL; }
static void set_error(const ingot_call *call, const ingot_error *error) {
    (void)call;
    if (INGOT_HAS(ingot_error, error, message)) printf("error: %s\n", error->message);
}
static void progress(const ingot_call *call, uint32_t permille, const char *stage) {
    (void)call;
    printf("progress: %u %s\n", permille, stage ? stage : "");
}
static ingot_status emit(const ingot_call *call, const char *key, const void *data, size_t length) {
    (void)call;
    (void)data;
    printf("emit: %s %zu\n", key, length);
    emitted++;
    return INGOT_OK;
}
static ingot_status secret(const ingot_call *call, const char *name, char *buffer, size_t room, size_t *length) {
    (void)call;
    size_t end = strlen(name);
    if (end < 8 || strcmp(name + end - 8, "password") != 0) return INGOT_E_STATE;
    *length = 6;
    if (room < 6) return INGOT_E_INVALID;
    memcpy(buffer, "opense", 6);
    return INGOT_OK;
}
static void wire(const ingot_call *call, int32_t received, const char *protocol, uint32_t flags, const void *bytes,
                 size_t length) {
    (void)call;
    (void)bytes;
    printf("wire: %d %s %u %zu\n", received, protocol, flags, length);
}
static void host_log(const ingot_host *host, int32_t level, const char *message, const char *fields) {
    (void)host;
    printf("log: %d %s %s\n", level, message, fields ? fields : "");
}
static const void *no_extension(const ingot_host *host, const char *id) {
    (void)host;
    (void)id;
    return NULL;
}

static void tell(const char *what, ingot_status status) { printf("%s: %d\n", what, status); }

int main(int count, char **arguments) {
    if (count != 2) return 2;
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        printf("dlopen: %s\n", dlerror());
        return 1;
    }
    ingot_plugin_v1_fn entry;
    *(void **)&entry = dlsym(library, INGOT_ENTRY_V1);
    const ingot_plugin *plugin = entry ? entry() : NULL;
    if (!plugin || plugin != entry()) return 1;
    ingot_host host = {.struct_size = sizeof host, .minor = INGOT_MINOR, .name = "host", .version = "0"};
    host.log = host_log;
    host.extension = no_extension;
    ingot_call call = {.struct_size = sizeof call, .cancel_fd = -1, .operation_id = "op"};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    call.deadline_ns = (uint64_t)(now.tv_sec + 5) * 1000000000u;
    call.cancelled = cancelled;
    call.set_error = set_error;
    call.progress = progress;
    call.emit = emit;
    call.secret = secret;
    call.wire = wire;

    printf("id: %s\n", plugin->id);
    if (INGOT_HAS(ingot_plugin, plugin, start)) tell("start", plugin->start(&host));
    const ingot_driver *driver = plugin->extension(INGOT_DRIVER);
    const ingot_power *power = plugin->extension(INGOT_POWER);
    const ingot_boot *boot = plugin->extension(INGOT_BOOT);
    const ingot_reader *sensors = plugin->extension(INGOT_SENSORS);
    const ingot_sweep *sweep = plugin->extension(INGOT_SWEEP);
    const ingot_vendor *vendor = plugin->extension(INGOT_VENDOR);
    if (plugin->extension("ingot.power/2") || plugin->extension("")) return 1;
    ingot_device *device = NULL;
    if (!INGOT_HAS(ingot_driver, driver, open)) return 1;
    tell("open", driver->open(&call, "{\"name\":\"one\"}", &device));
    if (!device) return 1;
    if (INGOT_HAS(ingot_driver, driver, probe)) tell("probe", driver->probe(device, &call));
    if (INGOT_HAS(ingot_power, power, set)) tell("on", power->set(device, &call, INGOT_DO_ON));
    int32_t state = INGOT_POWER_UNKNOWN;
    if (INGOT_HAS(ingot_power, power, get)) tell("get", power->get(device, &call, &state));
    printf("state: %d\n", state);
    if (INGOT_HAS(ingot_boot, boot, set)) tell("boot", boot->set(device, &call, INGOT_BOOT_PXE, INGOT_BOOT_UEFI));
    int32_t target = 0;
    uint32_t flags = 0;
    if (INGOT_HAS(ingot_boot, boot, get)) tell("boot get", boot->get(device, &call, &target, &flags));
    printf("target: %d %u\n", target, flags);
    if (INGOT_HAS(ingot_reader, sensors, read)) tell("sensors", sensors->read(device, &call, "{}"));
    if (INGOT_HAS(ingot_reader, sensors, clear)) return 1;
    if (INGOT_HAS(ingot_sweep, sweep, read)) tell("sweep", sweep->read(&device, 1, &call, INGOT_SWEEP_POWER));
    if (INGOT_HAS(ingot_vendor, vendor, invoke)) tell("invoke", vendor->invoke(device, &call, "echo", "abc", 3));
    driver->close(device, &call);
    if (INGOT_HAS(ingot_plugin, plugin, stop)) plugin->stop();
    printf("emitted: %d\n", emitted);
    fflush(stdout);
    _exit(0);
}
