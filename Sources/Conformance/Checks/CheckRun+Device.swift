// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host
internal import PluginAPI

extension CheckRun {
    /// Opens a device and asks for its power state, since a driver may sign in only when it has to.
    /// - Returns: the first answer that is not OK, or the last one.
    func reach(_ settings: DeviceSettings, _ options: CallOptions = .within(.seconds(10))) async throws -> Answer {
        let (answer, device) = try await started().open(settings, options)
        guard let device else { return answer }
        let touched = try await touch(device, options)
        try await device.close()
        return touched
    }

    /// Whether the simulator has anything for the readers; other targets are not known.
    var hasReaders: Bool {
        guard case .simulator(let name) = options.target else { return true }
        return TargetCatalogue.entry(name)?.features.contains(.readers) ?? true
    }

    /// The cheapest call that needs the device.
    func touch(_ device: Device, _ options: CallOptions = .within(.seconds(10))) async throws -> Answer {
        let subject = device.subject
        if subject.offers(Interface.power) { return try await device.power(options) }
        if subject.offers(Interface.boot) { return try await device.boot(options) }
        if subject.tables.driver.probe != nil { return try await device.probe(options) }
        for reader in Device.Reader.allCases where subject.offers("ingot.\(reader.rawValue)/1") {
            return try await device.read(reader, options)
        }
        throw CheckStop.notApplicable("the driver has nothing that could be read")
    }

    /// Calls until the device answers again, opening it anew when the driver says the session is lost.
    func recover(_ device: Device, _ target: any SimulatedTarget, within limit: Duration) async throws -> Device {
        let end = ContinuousClock.now + limit
        var device = device
        var last: Answer
        repeat {
            last = try await touch(device, .within(.seconds(5)))
            if last.isOK { return device }
            if (last.failure?.flags ?? 0) & UInt32(INGOT_ERR_SESSION_LOST) != 0 || last.status != INGOT_E_BUSY {
                try await device.close()
                device = try await reopen(target, by: end)
            }
            try await Task.sleep(for: .milliseconds(100))
        } while ContinuousClock.now < end
        throw CheckStop.failed(expected: "the device answers again within \(limit.text)", seen: last.text)
    }

    /// Opens a device as soon as that works again.
    func reopen(_ target: any SimulatedTarget, by end: ContinuousClock.Instant) async throws -> Device {
        while true {
            let (answer, device) = try await started().open(settings(target.endpoint), .within(.seconds(5)))
            if let device { return device }
            guard ContinuousClock.now < end else {
                throw CheckStop.failed(expected: "the device opens again in time", seen: answer.text)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Waits until this process has no more descriptors than before; those that came meanwhile otherwise.
    ///
    /// Sockets of the simulator, which is in this process too, are not counted.
    func leftDescriptors(
        since before: ProcessFacts, _ target: any SimulatedTarget, _ limit: Duration = .seconds(3)
    ) async throws -> [String] {
        let end = ContinuousClock.now + limit
        try load().forget()
        while true {
            let simulators = ProcessFacts.sockets(onPort: target.endpoint.port)
            func count(_ facts: ProcessFacts) -> [String] {
                facts.descriptors.values.filter { !ProcessFacts.isKitsOwn($0) && !simulators.contains($0) }
            }
            let left = count(ProcessFacts.now())
            if left.count <= count(before).count { return [] }
            guard ContinuousClock.now < end else {
                let known = Set(before.descriptors.values)
                return left.filter { !known.contains($0) }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What the driver says this device can do; nil when it does not tell.
    func capabilities(_ device: Device) async throws -> Capabilities? {
        guard device.subject.tables.driver.probe != nil else { return nil }
        let answer = try await device.probe(.within(.seconds(30)))
        guard answer.isOK, let bytes = answer.emitted("capabilities").last,
            let json = try? JSONParser.parse(bytes)
        else { return nil }
        return Capabilities(json: json)
    }
}

/// The capabilities of one device (docs/driver-json.md).
struct Capabilities: Sendable {
    let json: JSONValue

    /// `yes`, `no` or `unknown`.
    func answer(_ interface: String) -> String { json[interface]?["answer"]?.string ?? "unknown" }

    func says(_ action: String) -> Bool? { list("power", "actions").map { $0.contains(action) } }

    func has(target: String) -> Bool? { list("boot", "targets").map { $0.contains(target) } }

    func has(mode: String) -> Bool? { list("boot", "modes").map { $0.contains(mode) } }

    var persistent: String { json["boot"]?["persistent"]?.string ?? "unknown" }

    private func list(_ interface: String, _ member: String) -> [String]? {
        guard case .array(let elements) = json[interface]?[member] ?? .null else { return nil }
        return elements.compactMap(\.string)
    }
}

extension PowerState {
    /// The number of the ABI, for states that do not change by themselves.
    var steady: Int32? {
        switch self {
        case .on: INGOT_POWER_ON
        case .off: INGOT_POWER_OFF
        case .turningOn, .turningOff: nil
        }
    }
}

extension Chassis {
    /// A machine that is on and past its self-test.
    static func running(timing: ChassisTiming = ChassisTiming()) -> Chassis { Chassis(timing: timing, power: .on) }
}

/// A fault by its name on the command line.
func fault(_ text: String) throws -> Fault {
    do throws(FaultError) { return try Fault(text) } catch { throw CheckStop.trouble(error.message) }
}
