// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

/// Values that most tests share.
enum Fixture {
    static let mac = MACAddress(value: 0x5254_0012_3456)
    static let stranger = MACAddress(value: 0x5254_00AA_BBCC)
    static let server = IPv4Address(192, 168, 77, 1)
    static let address = IPv4Address(192, 168, 77, 10)
    static let token = "token-0123456789"

    static func subnet() throws -> IPv4Subnet { try #require(IPv4Subnet("192.168.77.0/24")) }

    static let site = BootSite(server: server, httpPort: 8080)

    static let install = BootDirective.install(
        InstallBoot(token: token, kernel: "/srv/kernel", initrd: "/srv/initrd", commandLine: "quiet console=ttyS0"))

    static func client(_ directive: BootDirective, mac: MACAddress = mac) -> EnrolledClient {
        EnrolledClient(mac: mac, address: address, hostname: "node-1", directive: directive)
    }

    static let start = Timestamp(milliseconds: 1_700_000_000_000)
}

/// A small fast generator with a printable seed, so that failures can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
