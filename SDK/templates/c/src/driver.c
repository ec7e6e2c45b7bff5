// SPDX-License-Identifier: 0BSD
/* skeleton: power and boot device of one machine. */
#include "line.h"

#include <ingot-kit.h>

struct ingot_device {
    struct line_session session;
};

static const char *const actions[] = {NULL, "on", "off", "soft-off", "cycle", "reset", "nmi"}; /* by INGOT_DO_… */
static const char *const targets[] = {"none", "pxe", "disk", "cd", "setup", "http", "usb"};    /* by INGOT_BOOT_… */
#define COUNT(array) ((int32_t)(sizeof(array) / sizeof *(array)))

static void device_close(ingot_device *device, const ingot_call *call) {
    (void)call;
    line_end(&device->session);
    free(device);
}

/* The host has checked json against the schema below; the password is not in it but behind call->secret. */
static ingot_status device_open(const ingot_call *call, const char *json, ingot_device **out) {
    char value[LINE_SIZE];
    int64_t port = 0;
    ingot_device *device = calloc(1, sizeof *device);
    if (!device) return ingot_fail(call, INGOT_E_INTERNAL, 0, "out of memory");
    struct line_session *session = &device->session;
    session->fd = -1;
    const char *wrong = NULL;
    if (!ingot_json_text(json, "host", session->host, sizeof session->host)) wrong = "$.host";
    if (!ingot_json_text(json, "username", session->user, sizeof session->user)) wrong = "$.username";
    if (strpbrk(session->user, " \r\n")) wrong = "$.username"; /* would change the meaning of the request */
    if (!ingot_json_integer(json, "port", &port) || port < 1 || port > 65535) wrong = "$.port";
    session->port = (int)port;
    ingot_status status = wrong ? ingot_fail_field(call, wrong, "is missing or cannot be used")
                                : line_ask(session, call, "power?\n", 0, value); /* signs in */
    if (status != INGOT_OK) device_close(device, call);
    if (status == INGOT_OK) *out = device;
    return status;
}

static ingot_status nonsense(const ingot_call *call) {
    return ingot_fail(call, INGOT_E_PROTOCOL, 0, "the BMC answered what the line protocol does not know");
}

static ingot_status power_get(ingot_device *device, const ingot_call *call, int32_t *state) {
    char value[LINE_SIZE];
    ingot_status status = line_ask(&device->session, call, "power?\n", 0, value);
    if (status != INGOT_OK) return status;
    if (strcmp(value, "on") == 0) *state = INGOT_POWER_ON;
    else if (strcmp(value, "off") == 0) *state = INGOT_POWER_OFF;
    else if (strncmp(value, "turning-", 8) == 0) *state = INGOT_POWER_CHANGING;
    else return nonsense(call);
    return INGOT_OK;
}

static ingot_status power_set(ingot_device *device, const ingot_call *call, int32_t action) {
    char request[64], value[LINE_SIZE];
    if (action < INGOT_DO_ON || action >= COUNT(actions))
        return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such power action");
    snprintf(request, sizeof request, "power %s\n", actions[action]);
    return line_ask(&device->session, call, request, 1, value);
}

static ingot_status boot_get(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
    char value[LINE_SIZE], name[16], duration[16], mode[16];
    ingot_status status = line_ask(&device->session, call, "boot?\n", 0, value);
    if (status != INGOT_OK) return status;
    if (sscanf(value, "%15s %15s %15s", name, duration, mode) != 3) return nonsense(call);
    *flags = strcmp(duration, "persistent") == 0 ? INGOT_BOOT_PERSISTENT : 0;
    if (strcmp(mode, "uefi") == 0) *flags |= INGOT_BOOT_UEFI;
    if (strcmp(mode, "legacy") == 0) *flags |= INGOT_BOOT_LEGACY;
    for (*target = 0; *target < COUNT(targets); ++*target)
        if (strcmp(name, targets[*target]) == 0) return INGOT_OK;
    return nonsense(call);
}

static ingot_status boot_set(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
    char request[64], value[LINE_SIZE];
    uint32_t modes = flags & (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY);
    if (target < 0 || target >= COUNT(targets) || (flags & ~(modes | INGOT_BOOT_PERSISTENT)) ||
        modes == (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY))
        return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such boot target or flag");
    snprintf(request, sizeof request, "boot set %s %s %s\n", targets[target],
             flags & INGOT_BOOT_PERSISTENT ? "persistent" : "once",
             modes == INGOT_BOOT_UEFI ? "uefi" : modes == INGOT_BOOT_LEGACY ? "legacy" : "any");
    return line_ask(&device->session, call, request, 1, value);
}

/* Cuts a value at its tabs: 1 when it has exactly four fields. */
static int four_fields(char *value, char *field[4]) {
    for (int i = 0; i < 4; i++)
        if (!(field[i] = strsep(&value, "\t"))) return 0;
    return value == NULL;
}

/* What this machine can do, and how we know; the host reads it as docs/driver-json.md of Ingot says. */
static ingot_status probe(ingot_device *device, const ingot_call *call) {
    char identity[LINE_SIZE], features[LINE_SIZE], *is[4], *can[4], json[16 * LINE_SIZE], text[8][2 * LINE_SIZE];
    ingot_status status = line_ask(&device->session, call, "identity\n", 0, identity);
    if (status == INGOT_OK) status = line_ask(&device->session, call, "features\n", 0, features);
    if (status != INGOT_OK) return status;
    const char *evidence = ingot_json_quote(text[0], sizeof text[0], features);
    if (!four_fields(identity, is) || !four_fields(features, can)) return nonsense(call);
    int length = snprintf(
        json, sizeof json,
        "{\"identity\":{\"vendor\":%s,\"model\":%s,\"serial\":%s,\"firmware\":%s},"
        "\"power\":{\"answer\":\"yes\",\"evidence\":%s,\"actions\":%s},"
        "\"boot\":{\"answer\":\"yes\",\"evidence\":%s,\"targets\":%s,\"modes\":%s,\"persistent\":\"%s\"}}",
        ingot_json_quote(text[1], sizeof text[1], is[0]), ingot_json_quote(text[2], sizeof text[2], is[1]),
        ingot_json_quote(text[3], sizeof text[3], is[2]), ingot_json_quote(text[4], sizeof text[4], is[3]), evidence,
        ingot_json_words(text[5], sizeof text[5], can[0]), evidence, ingot_json_words(text[6], sizeof text[6], can[1]),
        ingot_json_words(text[7], sizeof text[7], can[3]), strstr(can[2], "persistent") ? "yes" : "no");
    return call->emit(call, "capabilities", json, (size_t)length);
}

static const ingot_driver driver = {sizeof driver, 0, device_open, device_close, probe};
static const ingot_power power = {sizeof power, 0x7E, power_get, power_set}; /* 1u << INGOT_DO_… of each action */
static const ingot_boot boot = {sizeof boot, 0x7F, boot_get, boot_set}; /* 1u << INGOT_BOOT_… of each target */

static const void *extension(const char *id) {
    if (strcmp(id, INGOT_DRIVER) == 0) return &driver;
    if (strcmp(id, INGOT_POWER) == 0) return &power;
    if (strcmp(id, INGOT_BOOT) == 0) return &boot;
    return NULL;
}

static const char *const extensions[] = {INGOT_DRIVER, INGOT_POWER, INGOT_BOOT, NULL};

/* plugin.json.in says the same. */
static const ingot_plugin plugin = {
    .struct_size = sizeof plugin,
    .minor = INGOT_MINOR,
    .id = "dev.example.skeleton",
    .name = "skeleton",
    .vendor = "Example",
    .version = "0.1.0",
    .license = "0BSD",
    .config_schema =
        "{\"type\":\"object\",\"required\":[\"host\",\"port\",\"username\",\"password\"],"
        "\"additionalProperties\":false,\"properties\":{"
        "\"host\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255},"
        "\"port\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535},"
        "\"username\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64,\"pattern\":\"^[!-~]+$\"},"
        "\"password\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64,\"writeOnly\":true}}}",
    .extensions = extensions,
    .extension = extension,
};

INGOT_EXPORT const ingot_plugin *ingot_plugin_v1(void) { return &plugin; }
