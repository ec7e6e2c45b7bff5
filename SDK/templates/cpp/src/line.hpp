// SPDX-License-Identifier: 0BSD
// A session with a BMC that speaks Ingot's line protocol. In a driver of your own, your protocol stands here.
#pragma once

#include <ingot.h>

#include <string>
#include <string_view>

class LineSession {
public:
    LineSession(std::string host, int port, std::string user);
    LineSession(const LineSession &) = delete;
    LineSession &operator=(const LineSession &) = delete;
    ~LineSession() { end(); }

    enum class Kind { reads, changes };

    // Asks, within a session that is begun or begun anew when needed. `request` has no newline. On OK `value` is what
    // followed "ok", otherwise the error has been reported.
    ingot_status ask(const ingot_call *call, std::string_view request, Kind kind, std::string &value);

private:
    ingot_status begin(const ingot_call *call);
    ingot_status exchange(const ingot_call *call, std::string_view line, uint32_t wire, uint32_t maybe,
                          std::string &answer);
    void end();

    std::string host, user;
    int port;
    int fd = -1;
};
