// SPDX-License-Identifier: Apache-2.0
/* A driver that does what files tell it. A machine is a directory:
 *   capabilities   what probe emits
 *   fail           lines "FUNCTION STATUS FLAGS", such as "power.get 5 0": that function fails so
 *   timed          when it is there, `calls` tells the seconds that power.set was given
 *   needs          a quirk: without it probe fails with PROTOCOL
 *   calls          every function that was called, one a line; written by the driver
 *   power, boot    the state, one number each; written by the driver */
#include "ingot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef PLUGIN_ID
#define PLUGIN_ID "dev.example.scripted"
#endif

struct ingot_device {
    char path[400];
    char quirks[200];
};

static FILE *open_file(const ingot_device *device, const char *name, const char *mode) {
    char path[480];
    snprintf(path, sizeof path, "%s/%s", device->path, name);
    return fopen(path, mode);
}

static void note(const ingot_device *device, const char *line) {
    FILE *calls = open_file(device, "calls", "a");
    if (!calls) return;
    fprintf(calls, "%s\n", line);
    fclose(calls);
}

static ingot_status begin(const ingot_device *device, const ingot_call *call, const char *function) {
    char line[128], name[64], message[96];
    int status = 0;
    unsigned flags = 0;
    note(device, function);
    FILE *fail = open_file(device, "fail", "r");
    if (!fail) return INGOT_OK;
    while (fgets(line, sizeof line, fail)) {
        int count = sscanf(line, "%63s %d %u", name, &status, &flags);
        if (count >= 2 && strcmp(name, function) == 0) break;
        status = 0;
    }
    fclose(fail);
    if (!status) return INGOT_OK;
    snprintf(message, sizeof message, "%s was told to fail", function);
    ingot_error error = {sizeof error, flags, 0, 0, message, NULL};
    call->set_error(call, &error);
    return status;
}

static int32_t load(const ingot_device *device, const char *name) {
    int value = 0;
    FILE *file = open_file(device, name, "r");
    if (!file) return 0;
    if (fscanf(file, "%d", &value) != 1) value = 0;
    fclose(file);
    return value;
}

static ingot_status store(const ingot_device *device, const char *name, int32_t value) {
    FILE *file = open_file(device, name, "w");
    if (!file) return INGOT_E_INTERNAL;
    fprintf(file, "%d", (int)value);
    fclose(file);
    return INGOT_OK;
}

static ingot_status device_open(const ingot_call *call, const char *json, ingot_device **out) {
    char line[600];
    const char *path = strstr(json, "\"path\":\"");
    const char *end = path ? strchr(path += 8, '"') : NULL;
    if (!end || end - path > 399) return INGOT_E_INVALID;
    ingot_device *device = calloc(1, sizeof *device);
    if (!device) return INGOT_E_INTERNAL;
    memcpy(device->path, path, (size_t)(end - path));
    const char *quirks = strstr(json, "\"quirks\":[");
    const char *last = quirks ? strchr(quirks, ']') : NULL;
    if (last && last - quirks > 10) {
        snprintf(line, sizeof line, "quirks %.*s", (int)(last - quirks - 10), quirks + 10);
        note(device, line);
        snprintf(device->quirks, sizeof device->quirks, "%.*s", (int)(last - quirks - 10), quirks + 10);
    }
    ingot_status status = begin(device, call, "open");
    if (status) {
        free(device);
        return status;
    }
    *out = device;
    return INGOT_OK;
}

static void device_close(ingot_device *device, const ingot_call *call) {
    (void)call;
    note(device, "close");
    free(device);
}

static ingot_status probe(ingot_device *device, const ingot_call *call) {
    char text[8192];
    ingot_status status = begin(device, call, "probe");
    if (status) return status;
    char needs[64];
    FILE *need = open_file(device, "needs", "r");
    if (need) {
        int found = fscanf(need, "%63s", needs) == 1 && strstr(device->quirks, needs);
        fclose(need);
        if (!found) return INGOT_E_PROTOCOL;
    }
    FILE *file = open_file(device, "capabilities", "r");
    if (!file) return INGOT_E_UNSUPPORTED;
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    return call->emit(call, "capabilities", text, length);
}

static ingot_status power_get(ingot_device *device, const ingot_call *call, int32_t *out) {
    ingot_status status = begin(device, call, "power.get");
    if (!status) *out = load(device, "power");
    return status;
}

static ingot_status power_set(ingot_device *device, const ingot_call *call, int32_t action) {
    ingot_status status = begin(device, call, "power.set");
    if (status) return status;
    FILE *timed = open_file(device, "timed", "r");
    if (timed) {
        char line[64];
        struct timespec now;
        fclose(timed);
        clock_gettime(CLOCK_MONOTONIC, &now);
        snprintf(line, sizeof line, "seconds %lld", (long long)(call->deadline_ns / 1000000000u) - (long long)now.tv_sec);
        note(device, line);
    }
    return store(device, "power", action == INGOT_DO_OFF || action == INGOT_DO_SOFT_OFF ? INGOT_POWER_OFF
                                                                                        : INGOT_POWER_ON);
}

static ingot_status boot_get(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
    ingot_status status = begin(device, call, "boot.get");
    if (status) return status;
    *target = load(device, "boot") & 255;
    *flags = (uint32_t)load(device, "boot") >> 8;
    return INGOT_OK;
}

static ingot_status boot_set(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
    ingot_status status = begin(device, call, "boot.set");
    return status ? status : store(device, "boot", target | (int32_t)(flags << 8));
}

static ingot_status inventory(ingot_device *device, const ingot_call *call, const char *query) {
    (void)query;
    const char *component = "{\"kind\":\"bmc\",\"id\":\"bmc\",\"firmware\":\"1.0\"}";
    ingot_status status = begin(device, call, "inventory.read");
    return status ? status : call->emit(call, "component", component, strlen(component));
}

static ingot_status sensors(ingot_device *device, const ingot_call *call, const char *query) {
    (void)query;
    const char *sensor = "{\"id\":\"1\",\"name\":\"CPU1 Temp\",\"kind\":\"temperature\",\"unit\":\"celsius\","
                         "\"value\":51.5,\"state\":\"ok\",\"thresholds\":{\"upper_critical\":98}}";
    ingot_status status = begin(device, call, "sensors.read");
    return status ? status : call->emit(call, "sensor", sensor, strlen(sensor));
}

static ingot_status events(ingot_device *device, const ingot_call *call, const char *query) {
    const char *event = "{\"id\":\"12\",\"time\":null,\"severity\":\"critical\",\"source\":\"PSU1\",\"message\":\"lost\"}";
    char line[256];
    snprintf(line, sizeof line, "eventlog.query %s", query);
    note(device, line);
    ingot_status status = begin(device, call, "eventlog.read");
    if (!status && !load(device, "cleared") && !strstr(query, "after"))
        status = call->emit(call, "event", event, strlen(event));
    return status ? status : call->emit(call, "cursor", "c/12", 4);
}

static ingot_status clear(ingot_device *device, const ingot_call *call) {
    ingot_status status = begin(device, call, "eventlog.clear");
    return status ? status : store(device, "cleared", 1);
}

static const ingot_driver driver = {sizeof driver, 0, device_open, device_close, probe};
static const ingot_power power = {sizeof power, 0x7e, power_get, power_set};
static const ingot_boot boot = {sizeof boot, 0x7f, boot_get, boot_set};
static const ingot_reader inventory_reader = {sizeof inventory_reader, 0, inventory, NULL};
static const ingot_reader sensor_reader = {sizeof sensor_reader, 0, sensors, NULL};
static const ingot_reader event_reader = {sizeof event_reader, 0, events, clear};

static const void *extension(const char *id) {
    if (!strcmp(id, INGOT_DRIVER)) return &driver;
    if (!strcmp(id, INGOT_POWER)) return &power;
    if (!strcmp(id, INGOT_BOOT)) return &boot;
    if (!strcmp(id, INGOT_INVENTORY)) return &inventory_reader;
    if (!strcmp(id, INGOT_SENSORS)) return &sensor_reader;
    if (!strcmp(id, INGOT_EVENTLOG)) return &event_reader;
    return NULL;
}

static const char *const extensions[] = {INGOT_DRIVER,  INGOT_POWER,   INGOT_BOOT, INGOT_INVENTORY,
                                         INGOT_SENSORS, INGOT_EVENTLOG, NULL};
static const ingot_plugin plugin = {
    .struct_size = sizeof plugin,
    .minor = INGOT_MINOR,
    .id = PLUGIN_ID,
    .name = "Scripted",
    .vendor = "Example",
    .version = "1.0.0",
    .license = "Apache-2.0",
    .config_schema = "{\"type\":\"object\",\"required\":[\"path\"],\"additionalProperties\":false,\"properties\":{"
                     "\"path\":{\"type\":\"string\",\"minLength\":1},"
                     "\"password\":{\"type\":\"string\",\"writeOnly\":true},"
                     "\"quirks\":{\"type\":\"array\",\"uniqueItems\":true,\"default\":[],\"items\":{\"type\":\"string\","
                     "\"enum\":[\"slow_start\",\"no_mode\",\"one_call\"]}}}}",
    .extensions = extensions,
    .extension = extension,
};

INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) { return &plugin; }
