// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI

/// The answer to Get Sensor Reading (IPMI 2.0, table 35-15).
struct RawReading: Equatable {
    let raw: UInt8
    /// There is a reading: scanning is on and nothing says it is unavailable.
    let isAvailable: Bool
    /// For thresholds the comparisons that hold, else the states that are asserted; nil when the BMC says nothing.
    let states: UInt16?

    /// Nil when the answer is too short.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 2 else { return nil }
        raw = bytes[0]
        isAvailable = bytes[1] & 0x20 == 0 && bytes[1] & 0x40 != 0
        if bytes.count >= 3 {
            states = UInt16(bytes[2]) | (bytes.count >= 4 ? UInt16(bytes[3] & 0x7f) << 8 : 0)
        } else {
            states = nil
        }
    }
}

/// How well something is, in the words of the contract.
enum SensorHealth: String, Encodable, Comparable {
    case ok
    case unknown
    case warning
    case critical

    private var rank: Int {
        switch self {
        case .ok: 0
        case .unknown: 1
        case .warning: 2
        case .critical: 3
        }
    }

    static func < (left: SensorHealth, right: SensorHealth) -> Bool { left.rank < right.rank }

    /// By libfreeipmi's numbers of its interpretation tables.
    init(interpreted state: UInt32) {
        self =
            switch state {
            case UInt32(IPMI_INTERPRET_STATE_NOMINAL): .ok
            case UInt32(IPMI_INTERPRET_STATE_WARNING): .warning
            case UInt32(IPMI_INTERPRET_STATE_CRITICAL): .critical
            default: .unknown
            }
    }

    /// By the comparison bits of a sensor with thresholds: 0 and 3 are non-critical, the others worse.
    init(comparisons bits: UInt16) {
        self = bits & 0b11_0110 != 0 ? .critical : bits & 0b00_1001 != 0 ? .warning : .ok
    }
}

/// Texts and judgements of libfreeipmi's tables, which are those of IPMI 2.0, section 42.
enum EventTables {
    /// What a state of a discrete sensor is called.
    static func state(_ offset: Int, readingType: UInt8, sensorType: UInt8) -> String {
        let text: String? =
            switch readingType {
            case 0x02...0x0c:
                filled { ipmi_get_generic_event_message(readingType, UInt32(offset), $0, $1) }
            case 0x6f:
                filled { ipmi_get_sensor_type_message(sensorType, UInt32(offset), $0, $1) }
            default: nil
            }
        return text ?? "state \(offset)"
    }

    /// What the sensor type is called.
    static func sensorType(_ type: UInt8) -> String {
        ipmi_get_sensor_type_string(type).map { String(cString: $0) } ?? "Sensor type \(Hex.byte(type))"
    }

    /// How bad the asserted states of a discrete sensor are.
    static func health(states: UInt16, readingType: UInt8, sensorType: UInt8) -> SensorHealth {
        guard let context = ipmi_interpret_ctx_create() else { return .unknown }
        defer { ipmi_interpret_ctx_destroy(context) }
        var state: UInt32 = 0
        guard ipmi_interpret_sensor(context, readingType, sensorType, states, &state) == 0 else { return .unknown }
        return SensorHealth(interpreted: state)
    }

    /// The text a function of libfreeipmi writes into a buffer; nil when it fails or writes nothing.
    static func filled(_ write: (UnsafeMutablePointer<CChar>?, UInt32) -> Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: 512)
        let count = buffer.withUnsafeMutableBufferPointer { write($0.baseAddress, UInt32($0.count - 1)) }
        guard count > 0 else { return nil }
        let text = String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }
}
