// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// One `--network mac=…,address=…/24,gateway=…,dns=…`. `dns` may be given several times.
struct NetworkArgument: ExpressibleByArgument, Equatable {
    var mac: String
    var address: String
    var gateway: String?
    var dns: [String] = []

    init?(argument: String) {
        var mac: String?
        var address: String?
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[1].isEmpty else { return nil }
            let value = String(pair[1])
            switch pair[0] {
            case "mac" where mac == nil: mac = value
            case "address" where address == nil: address = value
            case "gateway" where gateway == nil: gateway = value
            case "dns": dns.append(value)
            default: return nil
            }
        }
        guard let mac, let address else { return nil }
        self.mac = mac
        self.address = address
    }

    /// The request's form.
    var json: JSONValue {
        var members: [String: JSONValue] = ["mac": .string(mac), "address": .string(address)]
        if let gateway { members["gateway"] = .string(gateway) }
        members["dns"] = .array(dns.map { .string($0) })
        return .object(members)
    }
}
