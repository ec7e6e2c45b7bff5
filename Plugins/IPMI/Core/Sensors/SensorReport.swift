// SPDX-License-Identifier: GPL-3.0-or-later

/// One sensor as it is emitted: `sensor` of the driver contract.
struct SensorReport: Encodable, Equatable {
    struct Thresholds: Encodable, Equatable {
        var lowerCritical: Double?
        var lowerWarning: Double?
        var upperWarning: Double?
        var upperCritical: Double?

        var isEmpty: Bool { self == Thresholds() }
    }

    var id: String
    var name: String
    var kind: String
    var unit: String?
    /// Nil without a reading, which is told as null. Discrete sensors have none and do not tell it.
    var value: Double?
    var states: [String]?
    var state: SensorHealth
    var thresholds: Thresholds?

    private enum CodingKeys: CodingKey {
        case id, name, kind, unit, value, states, state, thresholds
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode(name, forKey: .name)
        try members.encode(kind, forKey: .kind)
        try members.encodeIfPresent(unit, forKey: .unit)
        if kind != "discrete" { try members.encode(value, forKey: .value) }
        try members.encodeIfPresent(states, forKey: .states)
        try members.encode(state.rawValue, forKey: .state)
        if let thresholds, !thresholds.isEmpty { try members.encode(thresholds, forKey: .thresholds) }
    }

    /// From a record, the sensor's place among those sharing it, and what the BMC answered. `factors` are those for this
    /// reading; `limits` is the answer of Get Sensor Thresholds (table 35-9).
    init(
        _ record: SensorRecord, sharing index: Int = 0, reading: RawReading?, factors: ReadingFactors?, limits: [UInt8]?
    ) {
        let number = record.number &+ UInt8(truncatingIfNeeded: index)
        id = record.owner == 0x20 && record.unit == 0 ? "\(number)" : "\(record.owner).\(record.unit).\(number)"
        let ownName = record.name(sharing: index)
        name = ownName.isEmpty ? "\(EventTables.sensorType(record.sensorType)) \(number)" : ownName
        let isThreshold = record.readingType == 0x01
        let available = reading.flatMap { $0.isAvailable ? $0 : nil }
        let conversion = factors ?? record.factors
        if let conversion {
            (kind, unit) = conversion.units.words(sensorType: record.sensorType, name: name)
            value = available.flatMap { conversion.value($0.raw) }
        } else {
            kind = isThreshold ? "other" : "discrete"
        }
        if isThreshold {
            thresholds = Self.thresholds(limits, record, conversion)
            state = value == nil ? .unknown : Self.health(value, available?.states, thresholds)
        } else {
            let asserted = available?.states
            states = (0..<15).filter { (asserted ?? 0) >> $0 & 1 != 0 }.map {
                EventTables.state($0, readingType: record.readingType, sensorType: record.sensorType)
            }
            state =
                asserted.map {
                    EventTables.health(
                        states: $0, readingType: record.readingType, sensorType: record.sensorType)
                } ?? .unknown
        }
    }

    private static func thresholds(
        _ limits: [UInt8]?, _ record: SensorRecord, _ factors: ReadingFactors?
    ) -> Thresholds? {
        guard let factors, let limits, limits.count >= 7 else { return nil }
        func limit(_ threshold: Threshold) -> Double? {
            limits[0] >> threshold.rawValue & 1 != 0 ? factors.value(limits[1 + threshold.rawValue]) : nil
        }
        return Thresholds(
            lowerCritical: limit(.lowerCritical), lowerWarning: limit(.lowerNonCritical),
            upperWarning: limit(.upperNonCritical), upperCritical: limit(.upperCritical))
    }

    /// What the BMC compared, or what follows from the limits when it does not say.
    private static func health(_ value: Double?, _ comparisons: UInt16?, _ limits: Thresholds?) -> SensorHealth {
        if let comparisons { return SensorHealth(comparisons: comparisons & 0x3f) }
        guard let value else { return .unknown }
        guard let limits else { return .ok }
        if limits.lowerCritical.map({ value <= $0 }) == true || limits.upperCritical.map({ value >= $0 }) == true {
            return .critical
        }
        let warns = limits.lowerWarning.map { value <= $0 } == true || limits.upperWarning.map { value >= $0 } == true
        return warns ? .warning : .ok
    }
}
