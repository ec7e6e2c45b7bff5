// SPDX-License-Identifier: GPL-3.0-or-later
import CFreeIPMI
import Glibc

/// How raw readings of a sensor become numbers: y = L[(M·x + B·10^b)·10^r] (IPMI 2.0, section 36.3).
struct ReadingFactors: Equatable {
    /// 10 bits, signed.
    var multiplier: Int16
    /// 10 bits, signed.
    var offset: Int16
    /// 4 bits, signed.
    var offsetExponent: Int8
    /// 4 bits, signed.
    var resultExponent: Int8
    /// 0 linear, 1 to Bh a function, 70h to 7Fh not linear: factors are asked for with each reading.
    var linearization: UInt8
    /// 0 unsigned, 1 one's complement, 2 two's complement.
    var format: UInt8
    /// Sensor unit bytes (table 43-15): percentage, base unit, modifiers.
    var units: SensorUnit

    /// From a full record, which must have at least 31 bytes.
    init?(record bytes: [UInt8]) {
        guard bytes.count >= 31 else { return nil }
        multiplier = Self.tenBits(bytes[24], bytes[25])
        offset = Self.tenBits(bytes[26], bytes[27])
        resultExponent = Self.fourBits(bytes[29] >> 4)
        offsetExponent = Self.fourBits(bytes[29] & 0x0f)
        linearization = bytes[23] & 0x7f
        format = bytes[20] >> 6
        units = SensorUnit(units1: bytes[20], base: bytes[21])
    }

    /// The factors depend on the reading.
    var isNonLinear: Bool { linearization >= 0x70 }

    /// The factors for one reading, from the answer of Get Sensor Reading Factors (table 35-5).
    func at(_ answer: [UInt8]) -> ReadingFactors? {
        guard answer.count >= 7 else { return nil }
        var factors = self
        factors.multiplier = Self.tenBits(answer[1], answer[2])
        factors.offset = Self.tenBits(answer[3], answer[4])
        factors.resultExponent = Self.fourBits(answer[6] >> 4)
        factors.offsetExponent = Self.fourBits(answer[6] & 0x0f)
        factors.linearization = 0
        return factors
    }

    /// The number a raw reading stands for, in `units`; nil when it has none, such as the logarithm of 0.
    func value(_ raw: UInt8) -> Double? {
        var value = 0.0
        // libfreeipmi 1.6.10 takes number 11, the cube root, for 1/x³.
        let isCubeRoot = linearization == 11
        let status = ipmi_sensor_decode_value(
            resultExponent, offsetExponent, multiplier, offset, isCubeRoot ? 0 : linearization, format, raw, &value)
        if isCubeRoot { value = cbrt(value) }
        guard status == 0, value.isFinite else { return nil }
        return units.standard(value)
    }

    private static func tenBits(_ low: UInt8, _ high: UInt8) -> Int16 {
        let bits = Int16(low) | Int16(high >> 6) << 8
        return bits & 0x200 == 0 ? bits : bits - 0x400
    }

    private static func fourBits(_ bits: UInt8) -> Int8 {
        let bits = Int8(bits & 0x0f)
        return bits & 0x08 == 0 ? bits : bits - 16
    }
}

/// The unit of a sensor (IPMI 2.0, table 43-15).
struct SensorUnit: Equatable {
    var isPercentage: Bool
    var hasModifier: Bool
    var base: UInt8

    init(units1: UInt8, base: UInt8) {
        isPercentage = units1 & 0x01 != 0
        hasModifier = units1 & 0x3e != 0
        self.base = base
    }

    /// The value in the unit Ingot uses: degrees Celsius for all temperatures; rounded to six decimals, so that 12.1 is 12.1.
    func standard(_ value: Double) -> Double {
        var value = value
        switch base {
        case 2 where !isPercentage: value = (value - 32) / 1.8
        case 3 where !isPercentage: value -= 273.15
        default: break
        }
        let scaled = (value * 1_000_000).rounded()
        return scaled.isFinite ? scaled / 1_000_000 : value
    }

    /// Kind and unit in the words of the sensor contract.
    func words(sensorType: UInt8, name: String) -> (kind: String, unit: String?) {
        let isFan = sensorType == 0x04
        if isPercentage {
            if isFan { return ("fan", "percent") }
            return name.lowercased().contains("humid") ? ("humidity", "percent") : ("other", nil)
        }
        guard !hasModifier else { return ("other", nil) }
        return switch base {
        case 1, 2, 3: ("temperature", "celsius")
        case 4: ("voltage", "volt")
        case 5: ("current", "ampere")
        case 6: ("power", "watt")
        case 7: ("energy", "joule")
        case 18: ("fan", "rpm")
        case 19: ("frequency", "hertz")
        default: ("other", nil)
        }
    }
}
