// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import PluginAPI

/// One ordinary round through everything a driver offers that does no harm.
enum Exercise {
    /// The simulator, when one was asked for.
    static func target(_ run: CheckRun) async throws -> (any SimulatedTarget)? {
        guard try run.load().offers(Interface.driver) else { return nil }
        switch run.options.target {
        case .simulator, .device: return try await run.startTarget()
        case .none, .replay: return nil
        }
    }

    /// Starts, drives and stops the plugin. Answers are not judged.
    static func run(_ run: CheckRun) async throws {
        let subject = try run.started()
        if let target = try await target(run) {
            let (_, device) = try await subject.open(run.settings(target.endpoint), .within(.seconds(20)))
            let isOurs = target.features.contains(.truth)
            if let device { try await round(device, isOurs: isOurs) }
            guard isOurs else { return subject.stop() }
            let wrong = try run.settings(target.endpoint)
            let (_, refused) = try await subject.open(
                DeviceSettings(json: wrong.json, secrets: MaskedSecrets(["password": "wrong"])), .within(.seconds(5)))
            try await refused?.close()
            await target.stop()
        } else {
            run.note("without a target, no device was opened")
        }
        subject.stop()
    }

    /// One call of each kind, then close.
    /// - Parameter isOurs: the machine is simulated and may be changed.
    static func round(_ device: Device, isOurs: Bool = true) async throws {
        let subject = device.subject
        if subject.tables.driver.probe != nil { _ = try await device.probe() }
        if subject.offers(Interface.power) {
            _ = try await device.power()
            if isOurs { _ = try await device.setPower(INGOT_DO_ON) }
            _ = try await device.setPower(99)
        }
        if subject.offers(Interface.boot) {
            _ = try await device.boot()
            if isOurs { _ = try await device.setBoot(INGOT_BOOT_PXE) }
        }
        for reader in Device.Reader.allCases where subject.offers("ingot.\(reader.rawValue)/1") {
            _ = try await device.read(reader)
        }
        try await device.close()
    }
}

extension DeviceSettings {
    /// For the way into another process; the secrets stay masked.
    func json(adding object: JSONValue = .object([])) -> JSONValue {
        object.setting("configuration", .string(json))
            .setting("secrets", .object(secrets.export.map { (key: $0.key, value: .string($0.value)) }))
    }

    init?(_ input: JSONValue) {
        guard let json = input["configuration"]?.string else { return nil }
        var exported: [String: String] = [:]
        for member in input["secrets"]?.members ?? [] { exported[member.key] = member.value.string ?? "" }
        self.init(json: json, secrets: MaskedSecrets(exported: exported))
    }
}
