// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// A request of the line protocol.
enum LineRequest: Equatable {
    /// Lists that are read entry by entry.
    enum Reader: String, CaseIterable {
        case component
        case sensor
    }

    case login(user: String, password: String)
    case bye
    case readPower
    case power(PowerAction)
    case readBoot
    case boot(BootOverride)
    case identity
    case features
    case readers(Reader)
    case reader(Reader, Int)
    case log
    case event(Int)
    case clearLog

    /// Reads a line without its newline; nil when it is no request.
    init?(_ line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        switch (words.first.map(String.init), words.count) {
        case ("login", 3...):
            // The password is the rest of the line, spaces included.
            let rest = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard !rest[1].isEmpty else { return nil }
            self = .login(user: String(rest[1]), password: String(rest[2]))
        case ("bye", 1): self = .bye
        case ("power?", 1): self = .readPower
        case ("power", 2):
            guard let action = PowerAction(lineName: words[1]) else { return nil }
            self = .power(action)
        case ("boot?", 1): self = .readBoot
        case ("boot", 5) where words[1] == "set":
            guard let target = BootTarget(rawValue: String(words[2])), ["once", "persistent"].contains(words[3]),
                words[4] == "any" || BootMode(rawValue: String(words[4])) != nil
            else { return nil }
            self = .boot(
                BootOverride(
                    target, persistent: words[3] == "persistent", mode: BootMode(rawValue: String(words[4]))))
        case ("identity", 1): self = .identity
        case ("features", 1): self = .features
        case ("inventory", 1): self = .readers(.component)
        case ("sensors", 1): self = .readers(.sensor)
        case ("component", 2), ("sensor", 2):
            guard let kind = Reader(rawValue: String(words[0])), let number = Int(words[1]) else { return nil }
            self = .reader(kind, number)
        case ("log", 1): self = .log
        case ("log", 2) where words[1] == "clear": self = .clearLog
        case ("event", 2):
            guard let number = Int(words[1]) else { return nil }
            self = .event(number)
        default: return nil
        }
    }

    /// Whether it changes something.
    var isChange: Bool {
        switch self {
        case .power, .boot, .clearLog: true
        default: false
        }
    }

    /// Its name in the statistics.
    var verb: String {
        switch self {
        case .login: "login"
        case .bye: "bye"
        case .readPower: "power?"
        case .power: "power"
        case .readBoot: "boot?"
        case .boot: "boot"
        case .identity: "identity"
        case .features: "features"
        case .readers(.component): "inventory"
        case .readers(.sensor): "sensors"
        case .reader(let kind, _): kind.rawValue
        case .log: "log"
        case .event: "event"
        case .clearLog: "log clear"
        }
    }
}
