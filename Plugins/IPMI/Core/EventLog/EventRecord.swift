// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI

/// A record of the system event log (IPMI 2.0, section 32), 16 bytes.
struct EventRecord: Equatable {
    let bytes: [UInt8]

    /// Nil when there are not 16 bytes.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count >= 16 else { return nil }
        self.bytes = Array(bytes.prefix(16))
    }

    var id: UInt16 { UInt16(bytes[0]) | UInt16(bytes[1]) << 8 }
    /// 02h a system event, C0h to DFh OEM with a time, E0h and up OEM without one.
    var type: UInt8 { bytes[2] }
    var isSystemEvent: Bool { type == 0x02 }

    /// Seconds since 1970 by the BMC's clock; nil when the record has none or the clock was not set: times up to
    /// 20000000h count from the BMC's start (section 37).
    var seconds: UInt32? {
        guard type < 0xe0 else { return nil }
        let seconds = bytes[3...6].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return seconds > 0x2000_0000 && seconds != .max ? seconds : nil
    }

    /// `2026-03-01T10:00:00Z`.
    var time: String? {
        guard let seconds else { return nil }
        let day = Int(seconds / 86_400)
        let rest = Int(seconds % 86_400)
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        let date = CivilDate(daysSince1970: day).text
        return "\(date)T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }

    /// The address of the event's generator, the BMC's being 20h.
    var generator: UInt8 { bytes[7] }
    var sensorType: UInt8 { bytes[10] }
    var sensorNumber: UInt8 { bytes[11] }
    var readingType: UInt8 { bytes[12] & 0x7f }
    var isDeassertion: Bool { isSystemEvent && bytes[12] & 0x80 != 0 }

    /// What happened, by libfreeipmi's tables; OEM records as hexadecimal digits.
    var message: String {
        let digits = bytes[(type < 0xe0 ? 7 : 3)...].map(Hex.digits).joined(separator: " ")
        guard isSystemEvent else { return "OEM record \(Hex.byte(type)): \(digits)" }
        guard let context = ipmi_sel_ctx_create(nil, nil) else { return digits }
        defer { ipmi_sel_ctx_destroy(context) }
        _ = ipmi_sel_ctx_set_separator(context, ", ")
        let text = bytes.withUnsafeBytes { record in
            EventTables.filled { buffer, size in
                ipmi_sel_parse_read_record_string(
                    context, "%E", record.baseAddress, UInt32(record.count), buffer, size,
                    UInt32(IPMI_SEL_STRING_FLAGS_IGNORE_UNAVAILABLE_FIELD))
            }
        }
        let event = text ?? "event \(digits)"
        return isDeassertion ? event + " (no longer)" : event
    }

    /// How bad it is, by libfreeipmi's tables. That something is no longer so is information.
    var severity: String {
        guard isSystemEvent, !isDeassertion, let context = ipmi_interpret_ctx_create() else { return "info" }
        defer { ipmi_interpret_ctx_destroy(context) }
        var state: UInt32 = 0
        let status = bytes.withUnsafeBytes { ipmi_interpret_sel(context, $0.baseAddress, UInt32($0.count), &state) }
        guard status == 0 else { return "info" }
        return switch SensorHealth(interpreted: state) {
        case .ok, .unknown: "info"
        case .warning: "warning"
        case .critical: "critical"
        }
    }

    /// The sensor's name in the records, or what it is.
    func source(_ sensors: [SensorRecord]) -> String {
        guard isSystemEvent else { return "OEM" }
        for record in sensors where [.full, .compact, .eventOnly].contains(record.kind) && record.owner == generator {
            let place = Int(sensorNumber) - Int(record.number)
            guard place >= 0, place < record.shareCount, record.sensorType == sensorType else { continue }
            let name = record.name(sharing: place)
            if !name.isEmpty { return name }
        }
        return "\(EventTables.sensorType(sensorType)) \(sensorNumber)"
    }
}

/// One event as it is emitted: `event` of the driver contract.
struct EventReport: Encodable {
    var id: String
    /// Nil is told as null: the BMC's clock was not set.
    var time: String?
    var severity: String
    var source: String
    var message: String

    private enum CodingKeys: CodingKey {
        case id, time, severity, source, message
    }

    init(_ record: EventRecord, _ sensors: [SensorRecord]) {
        id = "\(record.id)"
        time = record.time
        severity = record.severity
        source = record.source(sensors)
        message = record.message
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode(time, forKey: .time)
        try members.encode(severity, forKey: .severity)
        try members.encode(source, forKey: .source)
        try members.encode(message, forKey: .message)
    }
}
