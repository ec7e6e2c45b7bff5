// SPDX-License-Identifier: Apache-2.0
/* A driver that does everything right: a machine is a file of two characters, power and boot target.
 * Its installer profile counts the bytes of an image. */
#include "ingot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PLUGIN_ID
#define PLUGIN_ID "dev.example.relay"
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.0.0"
#endif

struct ingot_device {
    char path[512];
};

static const ingot_host *host;

static ingot_status fail(const ingot_call *call, ingot_status status, const char *why, const char *detail) {
    ingot_error error = {sizeof error, 0, 0, 0, why, detail};
    call->set_error(call, &error);
    return status;
}

static ingot_status device_open(const ingot_call *call, const char *json, ingot_device **out) {
    char password[64];
    size_t length = 0;
    const char *path = strstr(json, "\"path\":\"");
    const char *end = path ? strchr(path += 8, '"') : NULL;
    if (!end || end - path > 511) return fail(call, INGOT_E_INVALID, "no path", "{\"field\":\"$.path\"}");
    if (strstr(json, "password")) return fail(call, INGOT_E_INTERNAL, "the password is in the configuration", NULL);
    if (call->secret(call, "password", password, sizeof password, &length) == INGOT_OK &&
        (length != 6 || memcmp(password, "opense", 6) != 0))
        return fail(call, INGOT_E_AUTH, "wrong password", NULL);
    explicit_bzero(password, sizeof password);
    if (call->secret(call, "nothing", password, sizeof password, &length) != INGOT_E_STATE)
        return fail(call, INGOT_E_INTERNAL, "a secret nobody gave", NULL);
    ingot_device *device = calloc(1, sizeof *device);
    if (!device) return INGOT_E_INTERNAL;
    memcpy(device->path, path, (size_t)(end - path));
    *out = device;
    return INGOT_OK;
}

static void device_close(ingot_device *device, const ingot_call *call) {
    (void)call;
    char path[600];
    snprintf(path, sizeof path, "%s.closed", device->path);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) {
        ssize_t done = write(fd, "c", 1);
        (void)done;
        close(fd);
    }
    free(device);
}

static ingot_status probe(ingot_device *device, const ingot_call *call) {
    (void)device;
    call->progress(call, 500, "probing");
    host->log(host, 1, "probed", "{\"n\":1}");
    return call->emit(call, "capabilities", "{\"power\":true}", 14);
}

static ingot_status load(ingot_device *device, const ingot_call *call, char state[2]) {
    int fd = open(device->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(call, INGOT_E_UNREACHABLE, "the relay file cannot be opened", NULL);
    ssize_t got = read(fd, state, 2);
    close(fd);
    return got == 2 ? INGOT_OK : fail(call, INGOT_E_PROTOCOL, "the relay file is too short", NULL);
}

static ingot_status store(ingot_device *device, const ingot_call *call, const char state[2]) {
    int fd = open(device->path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return fail(call, INGOT_E_UNREACHABLE, "the relay file cannot be opened", NULL);
    call->wire(call, 0, "file", 0, state, 2);
    ssize_t put = write(fd, state, 2);
    close(fd);
    return put == 2 ? INGOT_OK : fail(call, INGOT_E_PROTOCOL, "the relay file takes nothing", NULL);
}

static ingot_status power_get(ingot_device *device, const ingot_call *call, int32_t *out) {
    char state[2];
    ingot_status status = load(device, call, state);
    if (status == INGOT_OK) *out = state[0] == '1' ? INGOT_POWER_ON : INGOT_POWER_OFF;
    return status;
}

static ingot_status power_set(ingot_device *device, const ingot_call *call, int32_t action) {
    char state[2];
    if (action != INGOT_DO_ON && action != INGOT_DO_OFF) return INGOT_E_UNSUPPORTED;
    if (strlen(call->operation_id) == 0) return fail(call, INGOT_E_INVALID, "no operation id", NULL);
    ingot_status status = load(device, call, state);
    if (status != INGOT_OK) return status;
    state[0] = action == INGOT_DO_ON ? '1' : '0';
    return store(device, call, state);
}

static ingot_status boot_get(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
    char state[2];
    ingot_status status = load(device, call, state);
    if (status != INGOT_OK) return status;
    *target = (state[1] - 'A') & 7;
    *flags = (uint32_t)((state[1] - 'A') >> 3);
    return INGOT_OK;
}

static ingot_status boot_set(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
    char state[2];
    if (target < 0 || target > 7 || flags > 5) return INGOT_E_UNSUPPORTED;
    ingot_status status = load(device, call, state);
    if (status != INGOT_OK) return status;
    state[1] = (char)('A' + target + (int32_t)(flags << 3));
    return store(device, call, state);
}

static ingot_status inventory(ingot_device *device, const ingot_call *call, const char *query) {
    (void)device;
    if (strcmp(query, "{}") != 0) return INGOT_E_INVALID;
    ingot_status status = call->emit(call, "component", "{\"kind\":\"fan\"}", 14);
    return status ? status : call->emit(call, "component", "{\"kind\":\"cpu\"}", 14);
}

static ingot_status detect(const ingot_call *call, const ingot_source *image, int32_t *score) {
    char first[4];
    size_t got = 0;
    ingot_status status = image->read(image, NULL, 0, first, sizeof first, &got);
    if (status != INGOT_OK) return status;
    if (image->read(image, "etc/passwd", 0, first, sizeof first, &got) != INGOT_E_STATE) return INGOT_E_INTERNAL;
    *score = memcmp(first, "IMG1", 4) == 0 ? 90 : 0;
    return call->emit(call, "identity", "{\"format\":\"img1\"}", 17);
}

static ingot_status render(const ingot_call *call, const ingot_source *image, const char *request) {
    char buffer[8192];
    char text[96];
    uint64_t at = 0, sum = 0;
    for (size_t got = 1; got > 0; at += got) {
        ingot_status status = image->read(image, NULL, at, buffer, sizeof buffer, &got);
        if (status != INGOT_OK) return status;
        for (size_t i = 0; i < got; i++) sum += (unsigned char)buffer[i];
    }
    int length = snprintf(text, sizeof text, "size=%llu read=%llu sum=%llu", (unsigned long long)image->size,
                          (unsigned long long)at, (unsigned long long)sum);
    ingot_status status = call->emit(call, "boot/cmdline", text, (size_t)length);
    return status ? status : call->emit(call, "answer/request", request, strlen(request));
}

static const ingot_driver driver = {sizeof driver, 0, device_open, device_close, probe};
static const ingot_power power = {sizeof power, 1u << INGOT_DO_ON | 1u << INGOT_DO_OFF, power_get, power_set};
static const ingot_boot boot = {sizeof boot, 0x7f, boot_get, boot_set};
static const ingot_reader reader = {sizeof reader, 0, inventory, NULL};
static const ingot_installer installer = {sizeof installer, 0, detect, render, NULL};

static const void *extension(const char *id) {
    if (!strcmp(id, INGOT_DRIVER)) return &driver;
    if (!strcmp(id, INGOT_POWER)) return &power;
    if (!strcmp(id, INGOT_BOOT)) return &boot;
    if (!strcmp(id, INGOT_INVENTORY)) return &reader;
    if (!strcmp(id, INGOT_INSTALLER)) return &installer;
    return NULL;
}

static ingot_status start(const ingot_host *lent) {
    host = lent;
    return INGOT_OK;
}

static const char *const extensions[] = {INGOT_DRIVER,    INGOT_POWER,     INGOT_BOOT,
                                         INGOT_INVENTORY, INGOT_INSTALLER, NULL};
static const ingot_plugin plugin = {
    .struct_size = sizeof plugin,
    .minor = INGOT_MINOR,
    .id = PLUGIN_ID,
    .name = "Relay",
    .vendor = "Example",
    .version = PLUGIN_VERSION,
    .license = "Apache-2.0",
    .config_schema = "{\"type\":\"object\",\"required\":[\"path\"],\"additionalProperties\":false,\"properties\":{"
                     "\"path\":{\"type\":\"string\",\"minLength\":1},"
                     "\"password\":{\"type\":\"string\",\"writeOnly\":true}}}",
    .extensions = extensions,
    .start = start,
    .extension = extension,
};

INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) { return &plugin; }
