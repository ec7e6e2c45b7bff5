// SPDX-License-Identifier: 0BSD
// skeleton: power and boot device of one machine.
#include "driver.hpp"

#include "line.hpp"

#include <ingot-kit.h>

#include <exception>
#include <memory>
#include <sstream>
#include <vector>

struct ingot_device {
    LineSession session;
};

namespace {
using Kind = LineSession::Kind;
constexpr const char *actions[] = {nullptr, "on", "off", "soft-off", "cycle", "reset", "nmi"}; // by INGOT_DO_…
constexpr const char *targets[] = {"none", "pxe", "disk", "cd", "setup", "http", "usb"};       // by INGOT_BOOT_…

// Runs a function of the plugin; no exception may reach the host.
template <typename Body> ingot_status answer(const ingot_call *call, Body body) noexcept {
    try {
        return body();
    } catch (const std::exception &error) {
        return ingot_fail(call, INGOT_E_INTERNAL, 0, error.what());
    } catch (...) {
        return ingot_fail(call, INGOT_E_INTERNAL, 0, "an unknown exception");
    }
}

// The host has checked json against the schema below; the password is not in it but behind call->secret.
ingot_status open_device(const ingot_call *call, const char *json, ingot_device **out) {
    return answer(call, [&] {
        char host[256], user[65];
        int64_t port = 0;
        std::string value;
        if (!ingot_json_text(json, "host", host, sizeof host))
            return ingot_fail_field(call, "$.host", "host is missing or too long");
        if (!ingot_json_text(json, "username", user, sizeof user) || strpbrk(user, " \r\n"))
            return ingot_fail_field(call, "$.username", "username is missing, too long, or has spaces");
        if (!ingot_json_integer(json, "port", &port) || port < 1 || port > 65535)
            return ingot_fail_field(call, "$.port", "port is missing or out of range");
        std::unique_ptr<ingot_device> device(new ingot_device{{host, static_cast<int>(port), user}});
        const ingot_status status = device->session.ask(call, "power?", Kind::reads, value); // signs in
        if (status == INGOT_OK) *out = device.release();
        return status;
    });
}

void close_device(ingot_device *device, const ingot_call *) { delete device; }

ingot_status nonsense(const ingot_call *call) {
    return ingot_fail(call, INGOT_E_PROTOCOL, 0, "the BMC answered what the line protocol does not know");
}

ingot_status get_power(ingot_device *device, const ingot_call *call, int32_t *state) {
    return answer(call, [&] {
        std::string value;
        const ingot_status status = device->session.ask(call, "power?", Kind::reads, value);
        if (status != INGOT_OK) return status;
        if (value == "on") *state = INGOT_POWER_ON;
        else if (value == "off") *state = INGOT_POWER_OFF;
        else if (value == "turning-on" || value == "turning-off") *state = INGOT_POWER_CHANGING;
        else return nonsense(call);
        return INGOT_OK;
    });
}

ingot_status set_power(ingot_device *device, const ingot_call *call, int32_t action) {
    return answer(call, [&] {
        std::string value;
        if (action < INGOT_DO_ON || action >= static_cast<int32_t>(std::size(actions)))
            return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such power action");
        return device->session.ask(call, std::string("power ") + actions[action], Kind::changes, value);
    });
}

ingot_status get_boot(ingot_device *device, const ingot_call *call, int32_t *target, uint32_t *flags) {
    return answer(call, [&] {
        std::string value, name, duration, mode;
        const ingot_status status = device->session.ask(call, "boot?", Kind::reads, value);
        if (status != INGOT_OK) return status;
        if (!(std::istringstream(value) >> name >> duration >> mode)) return nonsense(call);
        *flags = duration == "persistent" ? INGOT_BOOT_PERSISTENT : 0;
        *flags |= mode == "uefi" ? INGOT_BOOT_UEFI : mode == "legacy" ? INGOT_BOOT_LEGACY : 0;
        for (*target = 0; *target < static_cast<int32_t>(std::size(targets)); ++*target)
            if (name == targets[*target]) return INGOT_OK;
        return nonsense(call);
    });
}

ingot_status set_boot(ingot_device *device, const ingot_call *call, int32_t target, uint32_t flags) {
    return answer(call, [&] {
        std::string value;
        const uint32_t modes = flags & (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY);
        if (target < 0 || target >= static_cast<int32_t>(std::size(targets)) ||
            (flags & ~(modes | INGOT_BOOT_PERSISTENT)) || modes == (INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY))
            return ingot_fail(call, INGOT_E_UNSUPPORTED, 0, "no such boot target or flag");
        const char *mode = modes == INGOT_BOOT_UEFI ? "uefi" : modes == INGOT_BOOT_LEGACY ? "legacy" : "any";
        const char *duration = flags & INGOT_BOOT_PERSISTENT ? " persistent " : " once ";
        return device->session.ask(call, std::string("boot set ") + targets[target] + duration + mode, Kind::changes,
                                   value);
    });
}

std::vector<std::string> fields(const std::string &value) {
    std::vector<std::string> found(1);
    for (char byte : value) byte == '\t' ? (void)found.emplace_back() : found.back().push_back(byte);
    return found;
}

std::string quoted(const std::string &text, decltype(ingot_json_quote) *write = ingot_json_quote) {
    std::string json(6 * text.size() + 8, '\0'); // room for every character in quotes and escaped
    return write(json.data(), json.size(), text.c_str());
}

// What this machine can do, and how we know; the host reads it as docs/driver-json.md of Ingot says.
ingot_status probe(ingot_device *device, const ingot_call *call) {
    return answer(call, [&] {
        std::string identity, features;
        ingot_status status = device->session.ask(call, "identity", Kind::reads, identity);
        if (status == INGOT_OK) status = device->session.ask(call, "features", Kind::reads, features);
        if (status != INGOT_OK) return status;
        const auto is = fields(identity), can = fields(features);
        if (is.size() != 4 || can.size() != 4) return nonsense(call);
        const std::string evidence = "\"answer\":\"yes\",\"evidence\":" + quoted(features);
        const auto list = [](const std::string &words) { return quoted(words, ingot_json_words); };
        const char *persistent = can[2].find("persistent") != std::string::npos ? "\"yes\"" : "\"no\"";
        const std::string json = "{\"identity\":{\"vendor\":" + quoted(is[0]) + ",\"model\":" + quoted(is[1]) +
                                 ",\"serial\":" + quoted(is[2]) + ",\"firmware\":" + quoted(is[3]) + "},\"power\":{" +
                                 evidence + ",\"actions\":" + list(can[0]) + "},\"boot\":{" + evidence +
                                 ",\"targets\":" + list(can[1]) + ",\"modes\":" + list(can[3]) +
                                 ",\"persistent\":" + persistent + "}}";
        return call->emit(call, "capabilities", json.data(), json.size());
    });
}
} // namespace

const ingot_driver driver = {sizeof driver, 0, open_device, close_device, probe};
const ingot_power power = {sizeof power, 0x7E, get_power, set_power}; // 1u << INGOT_DO_… of each action
const ingot_boot boot = {sizeof boot, 0x7F, get_boot, set_boot};      // 1u << INGOT_BOOT_… of each target
