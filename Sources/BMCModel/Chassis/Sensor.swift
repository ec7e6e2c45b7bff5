// SPDX-License-Identifier: Apache-2.0

/// One sensor of a machine, in plain units.
public struct Sensor: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable { case temperature, voltage, fan, power, current, discrete }

    public var name: String
    public var kind: Kind
    /// In `kind`'s unit: degrees Celsius, volt, revolutions a minute, watt, ampere. nil when there is no reading.
    public var value: Double?
    public var lowerCritical: Double?
    public var lowerWarning: Double?
    public var upperWarning: Double?
    public var upperCritical: Double?
    /// The states of a discrete sensor that are asserted, as bit numbers of its sensor type (IPMI table 42-3).
    public var states: Set<Int> = []
    /// The sensor type of a discrete sensor (IPMI table 42-3), such as 0x08 power supply.
    public var discreteType: UInt8 = 0
    /// Reads only while the machine has power.
    public var needsPower: Bool
    /// False when the BMC says that there is no reading now.
    public var isReadable = true

    public init(
        name: String, kind: Kind, value: Double?, lowerCritical: Double? = nil, lowerWarning: Double? = nil,
        upperWarning: Double? = nil, upperCritical: Double? = nil, needsPower: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.value = value
        self.lowerCritical = lowerCritical
        self.lowerWarning = lowerWarning
        self.upperWarning = upperWarning
        self.upperCritical = upperCritical
        self.needsPower = needsPower
    }

    /// A discrete sensor.
    public init(name: String, discreteType: UInt8, states: Set<Int>) {
        self.init(name: name, kind: .discrete, value: nil)
        self.discreteType = discreteType
        self.states = states
    }

    /// Whether the value is outside its thresholds.
    public enum Health: String, Sendable { case ok, warning, critical }

    public var health: Health {
        guard let value else { return .ok }
        if lowerCritical.map({ value <= $0 }) == true || upperCritical.map({ value >= $0 }) == true { return .critical }
        if lowerWarning.map({ value <= $0 }) == true || upperWarning.map({ value >= $0 }) == true { return .warning }
        return .ok
    }

    /// What an ordinary server has. The last reads only with power on.
    public static let ordinary: [Sensor] = [
        Sensor(
            name: "Inlet Temp", kind: .temperature, value: 23, lowerCritical: 0, upperWarning: 42, upperCritical: 47),
        Sensor(name: "CPU1 Temp", kind: .temperature, value: 51, upperWarning: 90, upperCritical: 98, needsPower: true),
        Sensor(
            name: "12V", kind: .voltage, value: 12.1, lowerCritical: 10.8, lowerWarning: 11.4, upperWarning: 12.6,
            upperCritical: 13.2),
        Sensor(name: "FAN1", kind: .fan, value: 5600, lowerCritical: 500, lowerWarning: 1000, needsPower: true),
        Sensor(name: "FAN2", kind: .fan, value: 5500, lowerCritical: 500, lowerWarning: 1000, needsPower: true),
        Sensor(name: "PSU Power", kind: .power, value: 210, upperWarning: 700, upperCritical: 800),
        Sensor(name: "PSU1 Status", discreteType: 0x08, states: [0]),
        Sensor(name: "Absent Temp", kind: .temperature, value: nil),
    ]
}
