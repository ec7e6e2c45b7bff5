// SPDX-License-Identifier: 0BSD
// What the plugin is; plugin.json.in says the same.
#include "driver.hpp"

#include <string_view>

namespace {
const void *extension(const char *id) {
    const std::string_view wanted = id;
    if (wanted == INGOT_DRIVER) return &driver;
    if (wanted == INGOT_POWER) return &power;
    if (wanted == INGOT_BOOT) return &boot;
    return nullptr;
}

constexpr const char *extensions[] = {INGOT_DRIVER, INGOT_POWER, INGOT_BOOT, nullptr};

constexpr const char *schema = R"({
    "type": "object",
    "required": ["host", "port", "username", "password"],
    "additionalProperties": false,
    "properties": {
        "host": {"type": "string", "minLength": 1, "maxLength": 255},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "username": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
        "password": {"type": "string", "minLength": 1, "maxLength": 64, "writeOnly": true}
    }
})";

const ingot_plugin plugin = {
    .struct_size = sizeof plugin,
    .minor = INGOT_MINOR,
    .flags = 0,
    .reserved = 0,
    .id = "dev.example.skeleton",
    .name = "skeleton",
    .vendor = "Example",
    .version = "0.1.0",
    .license = "0BSD",
    .config_schema = schema,
    .extensions = extensions,
    .start = nullptr,
    .stop = nullptr,
    .extension = extension,
};
} // namespace

const ingot_plugin *ingot_plugin_v1(void) { return &plugin; }
