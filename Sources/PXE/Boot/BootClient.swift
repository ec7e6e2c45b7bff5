// SPDX-License-Identifier: Apache-2.0

/// Which program on the machine is asking.
public enum BootStage: String, Hashable, Sendable, Codable, CaseIterable {
    /// The network boot code of the firmware (vendor class `PXEClient` or `HTTPClient`).
    case firmware
    /// iPXE, from the network card, the firmware or a boot program.
    case ipxe
    /// An operating system or the agent: no network boot vendor class.
    case os
}

/// What is known about a machine that asks how to boot.
public struct BootClient: Hashable, Sendable {
    /// The machine's entry in the boot table; nil for an unknown machine.
    public var enrolment: EnrolledClient?
    /// Which program asks.
    public var stage: BootStage
    /// The architecture in option 93, or in the vendor class when option 93 is missing.
    public var architecture: ClientArchitecture?
    /// True when the vendor class is `HTTPClient`: the firmware wants a URL.
    public var wantsHTTP: Bool
    /// False when iPXE says that it was built without HTTP.
    public var hasHTTP: Bool

    /// Describes an asking machine.
    public init(
        enrolment: EnrolledClient?, stage: BootStage, architecture: ClientArchitecture? = nil,
        wantsHTTP: Bool = false, hasHTTP: Bool = true
    ) {
        self.enrolment = enrolment
        self.stage = stage
        self.architecture = architecture
        self.wantsHTTP = wantsHTTP
        self.hasHTTP = hasHTTP
    }

    /// Reads stage and architecture from a DHCP packet.
    public init(enrolment: EnrolledClient?, packet: DHCPPacket) {
        let vendorClass = packet.options.vendorClass ?? ""
        wantsHTTP = vendorClass.hasPrefix("HTTPClient")
        architecture = packet.options.architectures.first ?? Self.architecture(in: vendorClass)
        hasHTTP = packet.options.ipxeHasHTTP
        self.enrolment = enrolment
        if packet.options.isIPXE {
            stage = .ipxe
        } else if wantsHTTP || vendorClass.hasPrefix("PXEClient") {
            stage = .firmware
        } else {
            stage = .os
        }
    }

    /// The firmware kind that the architecture stands for; BIOS when nothing is said.
    public var firmware: Firmware { architecture?.isUEFI == true ? .uefi : .bios }

    /// The number in `PXEClient:Arch:00007:UNDI:003016` (RFC 4578 section 4 and the PXE 2.1 specification).
    private static func architecture(in vendorClass: String) -> ClientArchitecture? {
        let parts = vendorClass.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1] == "Arch", parts[2].utf8.count == 5 else { return nil }
        let digits = parts[2].utf8.drop { $0 == UInt8(ascii: "0") }
        let number = digits.isEmpty ? 0 : Decimal.parse(digits, maximum: 0xFFFF)
        return number.map { ClientArchitecture(rawValue: UInt16($0)) }
    }
}
