// SPDX-License-Identifier: GPL-3.0-or-later

/// Where sensor data records are kept: the repository of the system, or the BMC's own for itself alone.
enum SDRSource: UInt8, Equatable {
    /// Network function Storage (IPMI 2.0, section 33).
    case repository
    /// Network function Sensor/Event (section 35).
    case device
}

extension Command {
    /// IPMI 2.0, section 33.9.
    static let getSDRRepositoryInfo = Command(
        name: "Get SDR Repository Info", networkFunction: Network.storage, number: 0x20)

    /// Sections 33.11 and 35.4.
    static func reserveSDR(_ source: SDRSource) -> Command {
        switch source {
        case .repository:
            Command(name: "Reserve SDR Repository", networkFunction: Network.storage, number: 0x22)
        case .device:
            Command(name: "Reserve Device SDR Repository", networkFunction: Network.sensor, number: 0x22)
        }
    }

    /// Sections 33.12 and 35.3. Answers the next record's id and the bytes.
    static func getSDR(
        _ source: SDRSource, reservation: UInt16, record: UInt16, offset: UInt8, count: UInt8
    ) -> Command {
        let data = bytes(reservation) + bytes(record) + [offset, count]
        return switch source {
        case .repository:
            Command(name: "Get SDR", networkFunction: Network.storage, number: 0x23, data: data)
        case .device:
            Command(name: "Get Device SDR", networkFunction: Network.sensor, number: 0x21, data: data)
        }
    }

    /// Section 35.5: the factors of a sensor that is not linear, at a raw reading.
    static func getSensorReadingFactors(_ sensor: UInt8, unit: UInt8, raw: UInt8) -> Command {
        Command(
            name: "Get Sensor Reading Factors", networkFunction: Network.sensor, number: 0x23, data: [sensor, raw],
            unit: unit)
    }

    /// Section 35.9.
    static func getSensorThresholds(_ sensor: UInt8, unit: UInt8) -> Command {
        Command(
            name: "Get Sensor Thresholds", networkFunction: Network.sensor, number: 0x27, data: [sensor], unit: unit)
    }

    /// Section 35.14.
    static func getSensorReading(_ sensor: UInt8, unit: UInt8) -> Command {
        Command(
            name: "Get Sensor Reading", networkFunction: Network.sensor, number: 0x2d, data: [sensor], unit: unit)
    }
}
