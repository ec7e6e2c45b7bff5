// SPDX-License-Identifier: 0BSD
#include "line.hpp"

#include <ingot-kit.h>

#include <array>
#include <utility>

namespace {
constexpr std::size_t longestLine = 512; // newline included

// Secret bytes that do not stay in memory.
template <std::size_t size> struct Wiped : std::array<char, size> {
    Wiped() : std::array<char, size>{} {}
    ~Wiped() { ingot_wipe(this->data(), size); }
};

// What a line that is not ok means for the host.
ingot_status refused(const ingot_call *call, const std::string &line, uint32_t maybe) {
    struct Meaning {
        std::string_view code;
        ingot_status status;
        uint32_t flags;
    };
    static constexpr Meaning known[] = {
        {"denied", INGOT_E_AUTH, 0},         {"locked", INGOT_E_AUTH, 0},
        {"forbidden", INGOT_E_FORBIDDEN, 0}, {"state", INGOT_E_STATE, 0},
        {"badarg", INGOT_E_UNSUPPORTED, 0},  {"unknown", INGOT_E_UNSUPPORTED, 0},
        {"expired", INGOT_E_STATE, INGOT_ERR_SESSION_LOST | INGOT_ERR_RETRYABLE},
    };
    if (line.rfind("error ", 0) == 0) {
        const std::string text = line.substr(6);
        const std::string code = text.substr(0, text.find(' '));
        if (code == "busy")
            return ingot_fail_busy(call, static_cast<uint32_t>(std::strtoul(text.c_str() + 4, nullptr, 10)),
                                   text.c_str());
        for (const Meaning &meaning : known)
            if (code == meaning.code) return ingot_fail(call, meaning.status, meaning.flags, text.c_str());
    }
    return ingot_fail(call, INGOT_E_PROTOCOL, maybe, "the answer is neither ok nor an error of the line protocol");
}

bool isOK(const std::string &line) { return line == "ok" || line.rfind("ok ", 0) == 0; }
} // namespace

LineSession::LineSession(std::string host, int port, std::string user)
    : host(std::move(host)), user(std::move(user)), port(port) {}

// Sends a line and receives its answer. `maybe` is added to an error from the moment the line leaves.
ingot_status LineSession::exchange(const ingot_call *call, std::string_view line, uint32_t wire, uint32_t maybe,
                                   std::string &answer) {
    char buffer[longestLine];
    call->wire(call, 0, "line", wire, line.data(), line.size()); // before it leaves, never after
    ingot_status status = ingot_send(call, fd, line.data(), line.size(), maybe);
    if (status == INGOT_OK) status = ingot_receive_line(call, fd, buffer, sizeof buffer, maybe);
    if (status != INGOT_OK) return status;
    answer = buffer;
    call->wire(call, 1, "line", 0, answer.data(), answer.size());
    return INGOT_OK;
}

ingot_status LineSession::begin(const ingot_call *call) {
    char greeting[longestLine];
    Wiped<65> password;
    Wiped<longestLine> request;
    std::string answer;
    std::size_t length = 0;
    ingot_status status = ingot_connect(call, host.c_str(), port, &fd);
    if (status == INGOT_OK) status = ingot_receive_line(call, fd, greeting, sizeof greeting, 0);
    if (status == INGOT_OK && std::string_view(greeting) != "ingot-line 1")
        status = ingot_fail(call, INGOT_E_PROTOCOL, 0, "this is no BMC of the line protocol, version 1");
    if (status == INGOT_OK && call->secret(call, "password", password.data(), password.size() - 1, &length) != INGOT_OK)
        status = ingot_fail_field(call, "$.password", "the password is missing or longer than 64 bytes");
    for (std::size_t i = 0; status == INGOT_OK && i < length; i++)
        if (password[i] < 0x20 || password[i] > 0x7E)
            status = ingot_fail_field(call, "$.password", "the password is not printable ASCII");
    if (status == INGOT_OK) {
        snprintf(request.data(), request.size(), "login %s %s\n", user.c_str(), password.data());
        status = exchange(call, request.data(), INGOT_WIRE_SENSITIVE, 0, answer);
    }
    if (status == INGOT_OK && !isOK(answer)) status = refused(call, answer, 0);
    if (status != INGOT_OK) end();
    return status;
}

ingot_status LineSession::ask(const ingot_call *call, std::string_view request, Kind kind, std::string &value) {
    const std::string line = std::string(request) + "\n";
    const uint32_t maybe = kind == Kind::changes ? INGOT_ERR_MAYBE_APPLIED : 0;
    for (bool again = true;; again = false) {
        std::string answer;
        ingot_status status = ingot_check(call, 0);
        if (status == INGOT_OK && !ingot_is_idle(fd)) {
            end();
            status = begin(call);
        }
        if (status != INGOT_OK) return status;
        status = exchange(call, line, 0, maybe, answer);
        if (status == INGOT_OK && isOK(answer)) {
            value = answer.size() > 3 ? answer.substr(3) : "";
            return INGOT_OK;
        }
        const bool expired = status == INGOT_OK && answer.rfind("error expired", 0) == 0;
        if (status != INGOT_OK || expired) end(); // or a late answer would be taken for the next one
        // A session that has ended by itself is begun once more. What changes something is not repeated, unless the
        // BMC has said that it did not do it.
        if (again && (expired || (status == INGOT_E_UNREACHABLE && kind == Kind::reads))) continue;
        return status == INGOT_OK ? refused(call, answer, maybe) : status;
    }
}

void LineSession::end() {
    if (fd >= 0) close(fd);
    fd = -1;
}
