// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// How an analogue sensor's byte becomes a value: y = (M·x + B·10^b)·10^r (IPMI 2.0 section 36.3).
struct SensorFactors: Equatable {
    /// −512 to 511.
    var m: Int
    var b = 0
    /// −8 to 7.
    var bExponent = 0
    var rExponent: Int
    /// The byte is two's complement instead of unsigned.
    var isSigned = false

    func value(_ raw: UInt8) -> Double {
        let x = isSigned ? Double(Int8(bitPattern: raw)) : Double(raw)
        return (Double(m) * x + Double(b) * Self.power(bExponent)) * Self.power(rExponent)
    }

    /// The byte that comes closest.
    func raw(_ value: Double) -> UInt8 {
        guard value.isFinite, m != 0 else { return 0 }
        // A negative exponent divides: 0.1 is not a binary fraction, 10 is.
        let scaled = rExponent < 0 ? value * Self.power(-rExponent) : value / Self.power(rExponent)
        let x = ((scaled - Double(b) * Self.power(bExponent)) / Double(m)).rounded()
        return isSigned
            ? UInt8(bitPattern: Int8(min(max(x, -128), 127))) : UInt8(min(max(x, 0), 255))
    }

    private static func power(_ exponent: Int) -> Double {
        let magnitude = (0..<abs(exponent)).reduce(1.0) { power, _ in power * 10 }
        return exponent < 0 ? 1 / magnitude : magnitude
    }

    /// Factors that reach from the lowest to the highest value, in the roundest steps that hit `marks` best.
    static func fitting(_ range: ClosedRange<Double>, marks: [Double] = []) -> SensorFactors {
        let isSigned = range.lowerBound < 0
        let reach = isSigned ? max(range.upperBound / 127, -range.lowerBound / 128) : range.upperBound / 255
        let step = max(reach, 1e-6)
        // Two or three digits of M: 10 to 99 tenths of the step's own power of ten.
        var exponent = -1
        while step / power(exponent) >= 50, exponent < 7 { exponent += 1 }
        while step / power(exponent) < 5, exponent > -8 { exponent -= 1 }
        let first = max(1, Int((step / power(exponent)).rounded(.up)))
        let candidates = (first...min(max(first, 2 * first), 511)).map {
            SensorFactors(m: $0, rExponent: exponent, isSigned: isSigned)
        }
        func error(_ factors: SensorFactors) -> Double {
            let worst = marks.map { abs(factors.value(factors.raw($0)) - $0) }.max() ?? 0
            let isRound = factors.m % 50 == 0 ? 0 : factors.m % 10 == 0 ? 1 : factors.m % 5 == 0 ? 2 : 3
            return (worst / step * 1_000).rounded() + Double(isRound) / 10
        }
        let best = candidates.min { error($0) < error($1) } ?? SensorFactors(m: 1, rExponent: 0)
        return best.reduced
    }

    /// The same with the smallest M.
    private var reduced: SensorFactors {
        var factors = self
        while factors.m % 10 == 0, factors.rExponent < 7 {
            factors.m /= 10
            factors.rExponent += 1
        }
        return factors
    }

    /// Bytes 24 to 30 of a full sensor record, or the seven of Get Sensor Reading Factors: linear, no tolerance.
    var encoded: [UInt8] {
        let m = UInt16(bitPattern: Int16(clamping: self.m))
        let b = UInt16(bitPattern: Int16(clamping: self.b))
        let exponents =
            UInt8(bitPattern: Int8(clamping: rExponent)) << 4 | UInt8(bitPattern: Int8(clamping: bExponent)) & 0x0F
        return [
            UInt8(truncatingIfNeeded: m), UInt8(truncatingIfNeeded: m >> 2) & 0xC0, UInt8(truncatingIfNeeded: b),
            UInt8(truncatingIfNeeded: b >> 2) & 0xC0, 0x00, exponents,
        ]
    }
}
