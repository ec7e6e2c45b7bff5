// SPDX-License-Identifier: Apache-2.0
/* A driver with every interface of ABI 1.0, over machines that exist in memory only. It is part of the frozen 1.0 set:
 * every later host must go on loading it, from this source and from the library that was built of it. */
#include "ingot.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 5

struct ingot_device {
    char name[64];
    int32_t power;
    int32_t target;
    uint32_t flags;
    int cleared;
    char medium[128];
    int polls;
    int console; /* the driver's end, or -1 */
    pthread_t pump;
};

static const ingot_host *host;

static ingot_status fail(const ingot_call *call, ingot_status status, uint32_t flags, const char *why) {
    ingot_error error = {sizeof error, flags, 42, 250, why, "{\"field\":\"$.x\"}"};
    call->set_error(call, &error);
    return status;
}

static ingot_status say(const ingot_call *call, const char *key, const char *text) {
    return call->emit(call, key, text, strlen(text));
}

static void sent(const ingot_call *call, const char *text) { call->wire(call, 0, "memory", 0, text, strlen(text)); }
static void got(const ingot_call *call, const char *text) { call->wire(call, 1, "memory", 0, text, strlen(text)); }

/* ---- driver ---- */

static ingot_status device_open(const ingot_call *call, const char *json, ingot_device **out) {
    char password[32];
    size_t length = 0;
    const char *name = strstr(json, "\"name\":\"");
    if (!name) return fail(call, INGOT_E_INVALID, 0, "no name");
    name += 8;
    size_t end = strcspn(name, "\"");
    ingot_status status = call->secret(call, "password", password, sizeof password, &length);
    if (status != INGOT_OK || length != 6 || memcmp(password, "opense", 6) != 0)
        return fail(call, INGOT_E_AUTH, 0, "wrong password");
    call->wire(call, 0, "memory", INGOT_WIRE_SENSITIVE, password, length);
    explicit_bzero(password, sizeof password);
    ingot_device *device = calloc(1, sizeof *device);
    if (!device) return INGOT_E_INTERNAL;
    memcpy(device->name, name, end < sizeof device->name ? end : sizeof device->name - 1);
    device->power = INGOT_POWER_OFF;
    device->console = -1;
    *out = device;
    return INGOT_OK;
}

static void console_end(ingot_device *device) {
    if (device->console < 0) return;
    shutdown(device->console, SHUT_RDWR);
    pthread_join(device->pump, NULL);
    close(device->console);
    device->console = -1;
}

static void device_close(ingot_device *device, const ingot_call *call) {
    (void)call;
    console_end(device);
    free(device);
}

static ingot_status probe(ingot_device *device, const ingot_call *call) {
    char text[512];
    snprintf(text, sizeof text,
             "{\"identity\":{\"vendor\":\"Example\",\"model\":\"Memory\",\"serial\":\"%s\",\"firmware\":\"1.0\"},"
             "\"power\":{\"answer\":\"yes\",\"evidence\":\"in memory\",\"actions\":[\"on\",\"off\"]},"
             "\"boot\":{\"answer\":\"yes\",\"evidence\":\"in memory\",\"targets\":[\"none\",\"pxe\",\"disk\"],"
             "\"persistent\":\"yes\",\"modes\":[\"uefi\",\"legacy\"]}}",
             device->name);
    call->progress(call, 500, "probing");
    host->log(host, 1, "probed", "{\"n\":1}");
    if (host->extension(host, "ingot.none/1")) return INGOT_E_INTERNAL;
    return say(call, "capabilities", text);
}

/* ---- power and boot ---- */

static ingot_status power_get(ingot_device *device, const ingot_call *call, int32_t *state) {
    sent(call, "power?");
    got(call, device->power == INGOT_POWER_ON ? "on" : "off");
    *state = device->power;
    return INGOT_OK;
}

static ingot_status power_set(ingot_device *device, const ingot_call *call, int32_t action) {
    if (action != INGOT_DO_ON && action != INGOT_DO_OFF) return INGOT_E_UNSUPPORTED;
    if (!call->operation_id || !*call->operation_id) return fail(call, INGOT_E_INVALID, 0, "no operation id");
    sent(call, action == INGOT_DO_ON ? "power on" : "power off");
    device->power = action == INGOT_DO_ON ? INGOT_POWER_ON : INGOT_POWER_OFF;
    got(call, "ok");
    return INGOT_OK;
}

static ingot_status boot_get(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
    (void)call;
    *target = device->target;
    *flags = device->flags;
    return INGOT_OK;
}

static ingot_status boot_set(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
    if (target < INGOT_BOOT_NONE || target > INGOT_BOOT_DISK) return INGOT_E_UNSUPPORTED;
    if (flags & ~(INGOT_BOOT_PERSISTENT | INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY)) return INGOT_E_UNSUPPORTED;
    sent(call, "boot");
    device->target = target;
    device->flags = flags;
    return INGOT_OK;
}

/* ---- readers ---- */

static ingot_status inventory(ingot_device *device, const ingot_call *call, const char *query) {
    (void)device;
    if (strcmp(query, "{}") != 0) return INGOT_E_INVALID;
    ingot_status status = say(call, "component", "{\"kind\":\"cpu\",\"id\":\"cpu-0\",\"cores\":4}");
    return status ? status : say(call, "component", "{\"kind\":\"disk\",\"id\":\"disk-0\",\"size_bytes\":1}");
}

static ingot_status sensors(ingot_device *device, const ingot_call *call, const char *query) {
    (void)device;
    (void)query;
    ingot_status status =
        say(call, "sensor",
            "{\"id\":\"1\",\"name\":\"Inlet\",\"kind\":\"temperature\",\"unit\":\"celsius\",\"value\":21.5,\"state\":\"ok\"}");
    return status ? status
                  : say(call, "sensor",
                        "{\"id\":\"2\",\"name\":\"Absent\",\"kind\":\"fan\",\"unit\":\"rpm\",\"value\":null,"
                        "\"state\":\"unknown\"}");
}

static long number_after(const char *json, const char *member) {
    const char *at = strstr(json, member);
    return at ? strtol(at + strlen(member), NULL, 10) : -1;
}

static ingot_status events(ingot_device *device, const ingot_call *call, const char *query) {
    char text[200];
    long from = number_after(query, "\"after\":\"");
    long limit = number_after(query, "\"limit\":");
    int last = device->cleared ? 0 : EVENTS;
    int at = from < 0 || from > last ? 0 : (int)from;
    if (from > last && say(call, "note", "{\"lost\":true}") != INGOT_OK) return INGOT_E_CANCELLED;
    for (long count = 0; at < last && (limit < 0 || count < limit); count++) {
        at++;
        snprintf(text, sizeof text,
                 "{\"id\":\"%d\",\"time\":null,\"severity\":\"info\",\"source\":\"Memory\",\"message\":\"event %d\"}", at, at);
        if (say(call, "event", text) != INGOT_OK) return INGOT_E_CANCELLED;
    }
    snprintf(text, sizeof text, "%d", at);
    return say(call, "cursor", text);
}

static ingot_status clear(ingot_device *device, const ingot_call *call) {
    sent(call, "clear");
    device->cleared = 1;
    return INGOT_OK;
}

/* ---- console: whatever is typed comes back ---- */

static void *pump(void *argument) {
    int fd = *(int *)argument;
    char buffer[4096];
    free(argument);
    for (ssize_t count; (count = read(fd, buffer, sizeof buffer)) > 0;) {
        for (ssize_t at = 0; at < count;) {
            ssize_t put = send(fd, buffer + at, (size_t)(count - at), MSG_NOSIGNAL);
            if (put <= 0) return NULL;
            at += put;
        }
    }
    shutdown(fd, SHUT_RDWR);
    return NULL;
}

static ingot_status console_open(ingot_device *device, const ingot_call *call, int32_t *fd) {
    int pair[2];
    struct pollfd end = {device->console, POLLIN, 0};
    if (device->console >= 0 && poll(&end, 1, 0) == 0)
        return fail(call, INGOT_E_BUSY, INGOT_ERR_RETRYABLE, "another console is open");
    console_end(device);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return INGOT_E_INTERNAL;
    int *own = malloc(sizeof *own);
    if (own) *own = pair[0];
    if (!own || pthread_create(&device->pump, NULL, pump, own) != 0) {
        free(own);
        close(pair[0]);
        close(pair[1]);
        return INGOT_E_INTERNAL;
    }
    device->console = pair[0];
    *fd = pair[1];
    return INGOT_OK;
}

/* ---- jobs: done at the third look ---- */

static ingot_status media_begin(ingot_device *device, const ingot_call *call, const char *request,
                                const ingot_source *source) {
    if (source || !strstr(request, "\"url\"")) return fail(call, INGOT_E_INVALID, 0, "no url");
    if (say(call, "token", "slot-1") != INGOT_OK) return INGOT_E_CANCELLED;
    sent(call, "insert");
    snprintf(device->medium, sizeof device->medium, "%.100s", request);
    return INGOT_OK;
}

static ingot_status media_poll(ingot_device *device, const ingot_call *call, const char *token, int32_t *done) {
    if (strcmp(token, "slot-1") != 0) return fail(call, INGOT_E_INVALID, 0, "unknown token");
    *done = device->medium[0] != 0;
    return INGOT_OK;
}

static ingot_status media_end(ingot_device *device, const ingot_call *call, const char *token) {
    if (strcmp(token, "slot-1") != 0) return fail(call, INGOT_E_INVALID, 0, "unknown token");
    if (!device->medium[0]) return fail(call, INGOT_E_STATE, 0, "no medium");
    sent(call, "eject");
    device->medium[0] = 0;
    return INGOT_OK;
}

static ingot_status firmware_begin(ingot_device *device, const ingot_call *call, const char *request,
                                   const ingot_source *source) {
    char head[4];
    size_t count = 0;
    (void)request;
    if (!source || source->read(source, NULL, 0, head, sizeof head, &count) != INGOT_OK || count != 4 ||
        memcmp(head, "GOOD", 4) != 0)
        return fail(call, INGOT_E_INVALID, 0, "not a firmware image");
    if (say(call, "token", "update-1") != INGOT_OK) return INGOT_E_CANCELLED;
    device->polls = 0;
    return INGOT_OK;
}

static ingot_status firmware_poll(ingot_device *device, const ingot_call *call, const char *token, int32_t *done) {
    (void)token;
    call->progress(call, 333u * (uint32_t)device->polls, "flashing");
    *done = ++device->polls >= 3;
    return INGOT_OK;
}

static ingot_status firmware_end(ingot_device *device, const ingot_call *call, const char *token) {
    (void)device;
    (void)token;
    return fail(call, INGOT_E_STATE, 0, "too late");
}

/* ---- vendor and sweep ---- */

static ingot_status invoke(ingot_device *device, const ingot_call *call, const char *method, const void *body,
                           size_t length) {
    (void)device;
    if (strcmp(method, "echo") != 0) return fail(call, INGOT_E_UNSUPPORTED, 0, "unknown method");
    return call->emit(call, "reply", body, length);
}

static ingot_status sweep(ingot_device *const *devices, size_t count, const ingot_call *call, int32_t subject) {
    ingot_sweep_result results[16];
    size_t filled = 0;
    if (subject != INGOT_SWEEP_POWER) return INGOT_E_UNSUPPORTED;
    for (size_t index = 0; index < count; index++) {
        char name[32], password[32];
        size_t length = 0;
        snprintf(name, sizeof name, "%zu.password", index);
        ingot_sweep_result result = {(uint32_t)index, INGOT_OK, devices[index]->power, 0};
        if (call->secret(call, name, password, sizeof password, &length) != INGOT_OK || length != 6)
            result = (ingot_sweep_result){(uint32_t)index, INGOT_E_AUTH, 0, 7};
        explicit_bzero(password, sizeof password);
        /* A device of this name never answers. */
        if (strcmp(devices[index]->name, "silent") != 0) results[filled++] = result;
        if (filled == 16 || (index + 1 == count && filled > 0)) {
            if (call->emit(call, "result", results, filled * sizeof results[0]) != INGOT_OK) return INGOT_E_CANCELLED;
            filled = 0;
        }
    }
    return INGOT_OK;
}

/* ---- installer ---- */

static ingot_status detect(const ingot_call *call, const ingot_source *image, int32_t *score) {
    char head[4];
    size_t count = 0;
    ingot_status status = image->read(image, NULL, 0, head, sizeof head, &count);
    if (status != INGOT_OK) return status;
    *score = count == 4 && memcmp(head, "IMG1", 4) == 0 ? 90 : 0;
    return say(call, "identity", "{\"format\":\"img1\"}");
}

static ingot_status render(const ingot_call *call, const ingot_source *image, const char *request) {
    (void)image;
    ingot_status status = say(call, "boot/cmdline", "quiet");
    return status ? status : say(call, "answer/request", request);
}

static ingot_status event(const ingot_call *call, const char *report) { return say(call, "phase", report); }

/* ---- the tables ---- */

static const ingot_driver driver = {sizeof driver, 0, device_open, device_close, probe};
static const ingot_power power = {sizeof power, 1u << INGOT_DO_ON | 1u << INGOT_DO_OFF, power_get, power_set};
static const ingot_boot boot = {sizeof boot, 7u, boot_get, boot_set};
static const ingot_reader inventory_reader = {sizeof inventory_reader, 0, inventory, NULL};
static const ingot_reader sensor_reader = {sizeof sensor_reader, 0, sensors, NULL};
static const ingot_reader event_reader = {sizeof event_reader, 0, events, clear};
static const ingot_console console = {sizeof console, 0, console_open};
static const ingot_job media = {sizeof media, 0, media_begin, media_poll, media_end};
static const ingot_job firmware = {sizeof firmware, 0, firmware_begin, firmware_poll, firmware_end};
static const ingot_vendor vendor = {sizeof vendor, 0, invoke};
static const ingot_sweep sweeper = {sizeof sweeper, 1u << INGOT_SWEEP_POWER, sweep};
static const ingot_installer installer = {sizeof installer, 0, detect, render, event};

static const char *const extensions[] = {
    INGOT_DRIVER,  INGOT_POWER, INGOT_BOOT,     INGOT_INVENTORY, INGOT_SENSORS, INGOT_EVENTLOG,
    INGOT_CONSOLE, INGOT_MEDIA, INGOT_FIRMWARE, INGOT_VENDOR,    INGOT_SWEEP,   INGOT_INSTALLER,
    NULL};

static const void *extension(const char *id) {
    static const void *const tables[] = {&driver,  &power, &boot,     &inventory_reader, &sensor_reader, &event_reader,
                                         &console, &media, &firmware, &vendor,           &sweeper,       &installer};
    for (size_t index = 0; extensions[index]; index++)
        if (strcmp(extensions[index], id) == 0) return tables[index];
    return NULL;
}

static ingot_status start(const ingot_host *lent) {
    host = lent;
    return lent->minor <= 1000 && lent->name ? INGOT_OK : INGOT_E_INTERNAL;
}

static void stop(void) { host = NULL; }

static const ingot_plugin plugin = {
    .struct_size = sizeof plugin,
    .minor = INGOT_MINOR,
    .id = "dev.example.allround",
    .name = "Allround",
    .vendor = "Example",
    .version = "1.0.0",
    .license = "Apache-2.0",
    .config_schema = "{\"type\":\"object\",\"required\":[\"name\"],\"additionalProperties\":false,\"properties\":{"
                     "\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":63},"
                     "\"password\":{\"type\":\"string\",\"writeOnly\":true}}}",
    .extensions = extensions,
    .start = start,
    .stop = stop,
    .extension = extension,
};

INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) { return &plugin; }
