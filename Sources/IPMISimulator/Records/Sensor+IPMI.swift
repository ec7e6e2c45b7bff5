// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// A sensor as IPMI tells it.
extension Sensor {
    /// Table 42-3.
    var sensorType: UInt8 {
        switch kind {
        case .temperature: 0x01
        case .voltage: 0x02
        case .current: 0x03
        case .fan: 0x04
        case .power: 0x0B
        case .discrete: discreteType
        }
    }

    /// 01h threshold, 6Fh specific to the sensor's type (table 42-1).
    var readingType: UInt8 { kind == .discrete ? 0x6F : 0x01 }

    /// Table 43-15.
    var unit: UInt8 {
        switch kind {
        case .temperature: 1
        case .voltage: 4
        case .current: 5
        case .power: 6
        case .fan: 18
        case .discrete: 0
        }
    }

    /// What the sensor watches (table 43-13), as far as its name tells.
    var entity: UInt8 {
        let name = name.lowercased()
        if name.hasPrefix("cpu") { return 0x03 }
        if name.hasPrefix("inlet") { return 0x37 }
        if name.hasPrefix("fan") { return 0x1D }
        if name.hasPrefix("psu") { return 0x0A }
        if name.hasPrefix("dimm") { return 0x20 }
        return 0x07
    }

    /// The number in the name; 1 without one.
    var instance: UInt8 {
        let digits = name.drop { !$0.isNumber }.prefix { $0.isNumber }
        return UInt8(digits).map { min(max($0, 1), 0x5F) } ?? 1
    }

    /// LNC, LC, LNR, UNC, UC, UNR: the order of every command that has thresholds.
    var thresholds: [Double?] { [lowerWarning, lowerCritical, nil, upperWarning, upperCritical, nil] }

    /// Which of them there are, bit by bit.
    var thresholdMask: UInt8 {
        thresholds.enumerated().reduce(0) { mask, threshold in
            threshold.element == nil ? mask : mask | 1 << UInt8(threshold.offset)
        }
    }

    /// Factors that stay the same while the value moves: they come of the kind and of the thresholds.
    var factors: SensorFactors {
        let marks = thresholds.compactMap { $0 }
        let low = marks.min() ?? 0
        let high = (marks.max() ?? 0) * 1.25
        switch kind {
        case .temperature where high <= 127 && low >= -128:
            return SensorFactors(m: 1, rExponent: 0, isSigned: true)
        case .temperature: return .fitting(min(low * 1.25, -50)...max(high, 200), marks: marks)
        case .voltage: return .fitting(min(low * 1.25, 0)...max(high, marks.isEmpty ? 20 : 1), marks: marks)
        case .current: return .fitting(min(low * 1.25, 0)...max(high, marks.isEmpty ? 50 : 1), marks: marks)
        case .fan: return .fitting(0...max(high, 12_750), marks: marks)
        case .power: return .fitting(0...max(high, marks.isEmpty ? 2_550 : 100), marks: marks)
        case .discrete: return SensorFactors(m: 1, rExponent: 0)
        }
    }

    /// The name as an ID string: type and length, then at most 16 characters of Latin-1 (section 43.15).
    var identifier: [UInt8] { Self.identifier(name) }

    static func identifier(_ name: String) -> [UInt8] {
        let text = name.unicodeScalars.map { $0.value < 0x7F && $0.value >= 0x20 ? UInt8($0.value) : 0x3F }.prefix(16)
        return [0xC0 | UInt8(text.count)] + text
    }
}
