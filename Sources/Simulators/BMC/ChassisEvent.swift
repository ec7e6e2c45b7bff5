// SPDX-License-Identifier: Apache-2.0

/// One line that the chassis script writes into the machine's pipe: what was set, and the number of the power change.
struct ChassisEvent: Equatable {
    /// What the BMC set.
    enum Kind: Equatable {
        case power(Bool)
        case reset
        case shutdown
        case stall
        case boot(String)
    }

    var kind: Kind
    /// Counts changes of the power, from 1; 0 for others.
    var sequence: Int

    /// Reads a line `NAME VALUE SEQUENCE`; nil when it is none.
    init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count == 3, let sequence = Int(words[2]) else { return nil }
        self.sequence = sequence
        switch words[0] {
        case "power": kind = .power(words[1] != "0")
        case "reset": kind = .reset
        case "shutdown": kind = .shutdown
        case "boot": kind = .boot(String(words[1]))
        default: return nil
        }
    }
}
