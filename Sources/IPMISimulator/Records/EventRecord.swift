// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// A record of the event log in the 16 bytes of IPMI (IPMI 2.0 section 32.1).
enum EventRecord {
    /// 1 to FFFEh; a log that has seen more begins at 1 again.
    static func id(_ number: Int) -> UInt16 { UInt16((max(number, 1) - 1) % 0xFFFE + 1) }

    static func encode(_ record: EventLog.Record, sensors: [Sensor]) -> [UInt8] {
        let id = id(record.number).wire
        if let written = record.ipmi, written.count == 16 {
            // Types from E0h on have no time.
            return written[2] >= 0xE0
                ? id + written[2...] : id + [written[2]] + UInt32(clamping: record.seconds).wire + written[7...]
        }
        let event = event(record, sensors: sensors)
        return id + [0x02] + UInt32(clamping: record.seconds).wire + [0x20, 0x00, 0x04] + event
    }

    /// Sensor type, sensor number, event direction and type, three bytes of data.
    private static func event(_ record: EventLog.Record, sensors: [Sensor]) -> [UInt8] {
        guard let index = sensors.firstIndex(where: { $0.name == record.source }) else {
            // System Event: OEM system boot event, or for what is serious an undetermined hardware failure.
            return [0x12, 0x00, 0x6F, record.severity == .info ? 0x01 : 0x02, 0xFF, 0xFF]
        }
        let sensor = sensors[index]
        let number = UInt8(clamping: index + 1)
        guard sensor.kind != .discrete else {
            // Offsets 0 to 2 of a power supply: presence, failure, predictive failure.
            let offset: UInt8 = record.severity == .info ? 0 : record.severity == .critical ? 1 : 2
            return [sensor.sensorType, number, sensor.readingType, offset, 0xFF, 0xFF]
        }
        let isLow = sensor.upperCritical == nil && sensor.upperWarning == nil
        let limit =
            record.severity == .critical
            ? (isLow ? sensor.lowerCritical : sensor.upperCritical)
            : (isLow ? sensor.lowerWarning : sensor.upperWarning)
        // "Non-critical going low" 0 and high 7, "critical going low" 2 and high 9.
        let offset: UInt8 = record.severity == .critical ? (isLow ? 2 : 9) : (isLow ? 0 : 7)
        let direction: UInt8 = record.severity == .info ? 0x80 : 0x00
        let factors = sensor.factors
        guard let limit else { return [sensor.sensorType, number, direction | 0x01, offset, 0xFF, 0xFF] }
        let reading = factors.raw(sensor.value ?? limit)
        return [sensor.sensorType, number, direction | 0x01, 0x50 | offset, reading, factors.raw(limit)]
    }

    /// What a record that a client wrote is about.
    static func describe(
        _ bytes: [UInt8], sensors: [Sensor]
    ) -> (message: String, source: String, severity: EventLog.Record.Severity) {
        guard bytes.count == 16, bytes[2] == 0x02 else { return ("OEM record", "", .info) }
        let number = Int(bytes[11])
        let source = (1...max(1, sensors.count)).contains(number) && !sensors.isEmpty ? sensors[number - 1].name : ""
        let isDeasserted = bytes[12] & 0x80 != 0
        let offset = bytes[13] & 0x0F
        var severity = EventLog.Record.Severity.info
        if bytes[12] & 0x7F == 0x01, !isDeasserted { severity = [0, 1, 6, 7].contains(offset) ? .warning : .critical }
        let digits = bytes[10...15].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        return ("event \(digits)\(isDeasserted ? " deasserted" : "")", source, severity)
    }
}
