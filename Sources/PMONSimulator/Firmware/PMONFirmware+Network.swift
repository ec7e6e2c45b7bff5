// SPDX-License-Identifier: Apache-2.0
import PXE

/// `ifaddr`, `ifconfig`, `ifup` and `ping`.
extension PMONFirmware {
    /// The address that packets leave from: that of the first interface which has one and is up.
    var sourceAddress: IPv4Address? {
        settings.interfaces.lazy.compactMap { addresses[$0] }.first { $0.isUp }?.address
    }

    /// `ifaddr`: an address, which the others of an address in the environment may follow after colons.
    mutating func configure(_ interface: String, _ text: String) -> CommandEnd {
        print("bootp=8f7ff930\n")
        guard let address = IPv4Address(String(text.prefix { $0 != ":" })) else {
            print("\nNOTICE: set $ifconfig to enable network\n")
            return .done
        }
        guard settings.interfaces.contains(interface) else {
            print("\nNOTICE: No network interface available\n")
            return .done
        }
        addresses[interface] = NetworkAddress(address: address, mask: Self.classMask(address))
        return .done
    }

    mutating func interface(_ words: [String]) -> CommandEnd {
        let name = words[0]
        guard words.count > 1 else {
            let known = addresses[name]
            let mask = known?.mask ?? .unspecified
            let broadcast = IPv4Address(value: (known?.address.value ?? 0) | (known == nil ? 0 : ~mask.value))
            print("ip:\(known?.address ?? .unspecified)\nnetmask:\(mask)\nbroadcast:\(broadcast)\n")
            print("status:\(known?.isUp == true ? "up running" : "down stoped")\n")
            return .done
        }
        switch words[1] {
        case "up", "down": return bringUp(name, words[1] == "up")
        case "remove":
            addresses[name] = nil
            return .done
        default:
            guard let address = IPv4Address(words[1]) else { return .misused }
            guard settings.interfaces.contains(name) else {
                print("can not find dev \(name).\n")
                return .misused
            }
            let mask = words.count > 2 ? IPv4Address(words[2]) : nil
            addresses[name] = NetworkAddress(address: address, mask: mask ?? Self.classMask(address))
            return .done
        }
    }

    mutating func bringUp(_ name: String, _ isUp: Bool) -> CommandEnd {
        guard settings.interfaces.contains(name) else {
            print("can not find dev \(name).\n")
            return .misused
        }
        addresses[name]?.isUp = isUp
        return .done
    }

    mutating func ping(_ words: [String]) -> CommandEnd {
        var words = words
        var count = 4
        if words.first == "-c" {
            guard words.count > 2, let number = Int(words[1]), (1...32).contains(number) else { return .misused }
            count = number
            words.removeFirst(2)
        }
        guard words.count == 1, let host = words.first else { return .misused }
        guard let address = IPv4Address(host) else {
            print("ping: unknown host \(host)\n")
            return .failed
        }
        print("PING \(host) (\(address)): 56 data bytes\n")
        guard let source = sourceAddress else {
            print("ping: sendto: Network is unreachable\n")
            return .failed
        }
        lastNumber &+= 1
        effects.append(.ping(lastNumber, host: address, from: source, count: count))
        phase = .waiting(lastNumber, .ping)
        return .elsewhere
    }

    /// The mask that goes with an address when none is given (RFC 791, section 3.2).
    private static func classMask(_ address: IPv4Address) -> IPv4Address {
        let first = address.value >> 24
        return IPv4Address(value: first < 128 ? 0xFF00_0000 : first < 192 ? 0xFFFF_0000 : 0xFFFF_FF00)
    }
}
