// SPDX-License-Identifier: GPL-3.0-or-later

/// Sensor data records made byte by byte from IPMI 2.0, section 43.
enum RecordBuilder {
    /// A full record of a sensor with thresholds.
    static func full(
        number: UInt8, name: String, type: UInt8, unit: UInt8, units1: UInt8 = 0, multiplier: Int = 1, offset: Int = 0,
        offsetExponent: Int = 0, resultExponent: Int = 0, linearization: UInt8 = 0, readable: UInt8 = 0
    ) -> [UInt8] {
        let m = UInt16(bitPattern: Int16(multiplier))
        let b = UInt16(bitPattern: Int16(offset))
        let exponents = UInt8(resultExponent & 0x0f) << 4 | UInt8(offsetExponent & 0x0f)
        let head: [UInt8] = [0x20, 0x00, number, 0x07, number, 0x7f, 0x68, type, 0x01]
        let masks: [UInt8] = [0x00, 0x00, 0x00, 0x00, readable, readable]
        let conversion: [UInt8] = [
            units1, unit, 0x00, linearization, UInt8(m & 0xff), UInt8(m >> 8 & 3) << 6, UInt8(b & 0xff),
            UInt8(b >> 8 & 3) << 6, 0x00, exponents,
        ]
        let rest = [UInt8](repeating: 0, count: 17)
        return record(0x01, head + masks + conversion + rest, name)
    }

    /// A compact record of a sensor with states.
    static func compact(number: UInt8, name: String, type: UInt8, reading: UInt8 = 0x6f, shares: UInt8 = 1) -> [UInt8] {
        let head: [UInt8] = [0x20, 0x00, number, 0x0a, number, 0x67, 0x40, type, reading]
        let masks: [UInt8] = [0xff, 0x00, 0xff, 0x00, 0xff, 0x00]
        let rest: [UInt8] = [0xc0, 0x00, 0x00, shares, 0x01, 0, 0, 0, 0, 0, 0]
        return record(0x02, head + masks + rest, name)
    }

    /// A locator of a logical inventory area of the BMC.
    static func fruLocator(device: UInt8, name: String, entity: UInt8) -> [UInt8] {
        record(0x11, [0x20, device, 0x80, 0x00, 0x00, 0x10, 0x00, entity, 0x01, 0x00], name)
    }

    /// The record with its header; ids count from 1 when ipmi_sim stores it.
    private static func record(_ type: UInt8, _ body: [UInt8], _ name: String) -> [UInt8] {
        let text = Array(name.utf8)
        let content = body + [0xc0 | UInt8(text.count)] + text
        return [0x00, 0x00, 0x51, type, UInt8(content.count)] + content
    }

    /// ipmi_sim's command that adds the record to the repository.
    static func command(_ record: [UInt8]) -> String {
        "main_sdr_add 0x20 " + record.map { String($0) }.joined(separator: " ") + "\n"
    }
}
