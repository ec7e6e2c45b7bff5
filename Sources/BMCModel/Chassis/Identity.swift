// SPDX-License-Identifier: Apache-2.0

/// What a machine and its BMC say they are.
public struct Identity: Sendable, Equatable {
    public var vendor: String
    public var model: String
    public var serial: String
    /// Version of the BMC's firmware.
    public var bmcFirmware: String
    /// Version of the machine's own firmware.
    public var biosVersion: String
    /// The system's UUID, 16 bytes in the order they are written.
    public var uuid: [UInt8]
    /// IANA enterprise number of the BMC's maker.
    public var manufacturerID: UInt32
    public var productID: UInt16

    public init(
        vendor: String = "Ingot", model: String = "Simulated machine", serial: String = "SIM0001",
        bmcFirmware: String = "1.00", biosVersion: String = "1.0.0", uuid: [UInt8]? = nil,
        manufacturerID: UInt32 = 0, productID: UInt16 = 1
    ) {
        self.vendor = vendor
        self.model = model
        self.serial = serial
        self.bmcFirmware = bmcFirmware
        self.biosVersion = biosVersion
        self.uuid = uuid ?? Self.uuid(from: vendor + serial)
        self.manufacturerID = manufacturerID
        self.productID = productID
    }

    /// The UUID as text, such as `1e0c…-…`.
    public var uuidText: String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for (index, byte) in uuid.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append("-") }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    /// The same text always gives the same UUID (shaped as version 8, RFC 9562 section 5.8).
    private static func uuid(from text: String) -> [UInt8] {
        var random = SeededRandom(seed: 0, name: text)
        var bytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        bytes[6] = 0x80 | bytes[6] & 0x0F
        bytes[8] = 0x80 | bytes[8] & 0x3F
        return bytes
    }
}
