// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `HOST:PORT` on the command line.
struct HostPort: ExpressibleByArgument, Equatable {
    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), colon != argument.startIndex,
            let port = UInt16(argument[argument.index(after: colon)...]), port > 0
        else { return nil }
        host = String(argument[..<colon])
        self.port = Int(port)
    }

    var defaultValueDescription: String { "\(host):\(port)" }
}
