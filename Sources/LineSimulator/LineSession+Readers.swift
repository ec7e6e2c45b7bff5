// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// Lists of parts and sensors, one entry a request.
extension LineSession {
    func count(of kind: LineRequest.Reader) -> Int {
        switch kind {
        case .component: components.count
        case .sensor: machine.chassis.snapshot.sensors.count
        }
    }

    func entry(_ number: Int, of kind: LineRequest.Reader) -> LineReply {
        guard number >= 1, number <= count(of: kind) else { return .error(.badarg, "there is no entry \(number)") }
        switch kind {
        case .component: return .ok(components[number - 1].map(LineProtocol.field))
        case .sensor:
            let sensors = machine.sensors
            guard number <= sensors.count else { return .error(.badarg, "there is no entry \(number)") }
            return .ok(fields(of: sensors[number - 1], number: number))
        }
    }

    /// Kind and id, then `member=value` as `docs/driver-json.md` names them.
    private var components: [[String]] {
        let machine = machine.chassis.snapshot
        let (identity, hardware) = (machine.identity, machine.hardware)
        var parts = [
            [
                "system", "1", "vendor=\(identity.vendor)", "model=\(identity.model)", "serial=\(identity.serial)",
                "uuid=\(identity.uuidText)", "architecture=\(hardware.architecture)",
                "boot_mode=\(hardware.firmwareMode.rawValue)",
            ],
            ["bmc", "1", "firmware=\(identity.bmcFirmware)"],
            ["firmware", "bios", "name=BIOS", "firmware=\(identity.biosVersion)"],
        ]
        for number in 0..<max(0, hardware.processors) {
            parts.append([
                "cpu", "\(number)", "model=\(hardware.processorModel)", "cores=\(hardware.coresPerProcessor)",
            ])
        }
        let modules = max(1, hardware.memoryModules)
        for number in 0..<max(0, hardware.memoryModules) {
            parts.append(["memory", "\(number)", "size_bytes=\(hardware.memoryBytes / Int64(modules))"])
        }
        for nic in hardware.networkInterfaces {
            parts.append(["nic", nic.name, "mac=\(nic.macText)", "speed_mbps=\(nic.speedMbps)"])
        }
        for disk in hardware.disks {
            parts.append([
                "disk", disk.name, "model=\(disk.model)", "serial=\(disk.serial)", "wwn=\(disk.wwn)",
                "size_bytes=\(disk.sizeBytes)",
            ])
        }
        return parts
    }

    /// Number, name, kind, unit, value, health, and the four thresholds from below to above; `-` for what is not there.
    private func fields(of sensor: Sensor, number: Int) -> [String] {
        let kind = sensor.kind
        let unit =
            switch kind {
            case .temperature: "celsius"
            case .voltage: "volt"
            case .fan: "rpm"
            case .power: "watt"
            case .current: "ampere"
            case .discrete: "-"
            }
        let isKnown = kind == .discrete ? sensor.isReadable : sensor.value != nil
        let numbers = [sensor.lowerCritical, sensor.lowerWarning, sensor.upperWarning, sensor.upperCritical]
        return ["\(number)", LineProtocol.field(sensor.name), kind.rawValue, unit, text(sensor.value)]
            + [isKnown ? sensor.health.rawValue : "unknown"] + numbers.map(text)
    }

    private func text(_ number: Double?) -> String {
        guard let number else { return "-" }
        return number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }
}
