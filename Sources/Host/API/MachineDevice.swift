// SPDX-License-Identifier: Apache-2.0

/// One machine behind one or more drivers, in the order in which they are preferred.
///
/// A request goes to the first driver that is known to do it, then to the first that may; what every driver is known to
/// refuse is refused without asking. A read that fails because a driver does not reach the device, does not understand it
/// or crashes is made again with the next driver; a change is passed on only when it certainly did not reach the device.
/// The error of a request that failed with several drivers lists the attempts.
public final class MachineDevice: Sendable {
    /// What a machine's drivers share.
    public struct Surroundings: Sendable {
        public var quirks: QuirkBook
        public var override: QuirkOverride
        public var expiry: CapabilityExpiry
        /// Told whenever a driver was probed.
        public var onReport: @Sendable (DriverReport) async -> Void

        public init(
            quirks: QuirkBook = QuirkBook(), override: QuirkOverride = QuirkOverride(),
            expiry: CapabilityExpiry = CapabilityExpiry(),
            onReport: @escaping @Sendable (DriverReport) async -> Void = { _ in }
        ) {
            self.quirks = quirks
            self.override = override
            self.expiry = expiry
            self.onReport = onReport
        }
    }

    public let name: String
    let units: [DriverUnit]

    /// Checks each driver's configuration; does no I/O.
    /// - Parameters:
    ///   - drivers: at least one.
    ///   - known: what an earlier process was told.
    /// - Throws: `DriverError` that names the driver and the path of what is wrong.
    public init(
        name: String, host: PluginHost, drivers: [DriverSettings], known: [DriverReport] = [],
        surroundings: Surroundings = Surroundings()
    ) throws {
        guard !drivers.isEmpty else { throw DriverError(status: .invalid, message: "\(name) has no driver") }
        self.name = name
        units = try drivers.map { settings in
            try DriverUnit(
                name: name, host: host, settings: settings, known: known.first { $0.driver == settings.driver },
                surroundings: surroundings)
        }
    }

    /// Probes every driver now.
    /// - Returns: the drivers' reports, in order.
    /// - Throws: `DriverError` when none was answered.
    @discardableResult
    public func refresh(deadline: Duration) async throws -> [DriverReport] {
        let end = Deadline.after(deadline)
        let failures = await withTaskGroup(of: (Int, DriverError)?.self) { group in
            for (index, unit) in units.enumerated() {
                group.addTask {
                    do { try await unit.refresh(until: end) } catch {
                        let failure = error as? DriverError
                        return (index, failure ?? DriverError(status: .internal, message: "\(error)"))
                    }
                    return nil
                }
            }
            var failures: [(Int, DriverError)] = []
            for await failure in group { if let failure { failures.append(failure) } }
            return failures.sorted { $0.0 < $1.0 }.map { (DriverAttempt(units[$0.0].driver, $0.1), $0.1) }
        }
        guard failures.count < units.count else { throw failure("probe", failures) }
        return await reports
    }

    /// What is known of each driver, in order.
    public var reports: [DriverReport] {
        get async {
            var reports: [DriverReport] = []
            for unit in units { reports.append(await unit.report) }
            return reports
        }
    }

    /// Makes the next request probe again, as after an update of the BMC's firmware.
    public func forgetCapabilities() async {
        for unit in units { await unit.forgetCapabilities() }
    }

    /// Reads the power state from the device.
    public func powerState(deadline: Duration) async throws -> PowerState {
        try await perform(.readPower, deadline) { try await $0.powerState(deadline: $1) }
    }

    /// Asks for a power action. Returning means the device took it, not that it is done.
    /// - Parameter operation: the same for every retry of one intent.
    public func setPower(_ action: PowerAction, operation: String, deadline: Duration) async throws {
        try await perform(.power(action), deadline) {
            try await $0.setPower(action, operation: operation, deadline: $1)
        }
    }

    /// What a person has to know who is to carry the action out; nil when a driver does it.
    ///
    /// The first driver that takes the action decides, as with every request.
    /// - Throws: `DriverError` when a driver before it cannot be probed.
    public func personalHint(for action: PowerAction, deadline: Duration) async throws -> String? {
        let end = Deadline.after(deadline)
        for unit in units {
            let (_, capabilities) = try await unit.ready(.power, until: end)
            guard capabilities.verdict(on: .power(action)).answer != .no else { continue }
            let power = capabilities[.power]
            return power.by == .person ? power.hint ?? "" : nil
        }
        return nil
    }

    /// Reads the boot override back from the device.
    public func bootSetting(deadline: Duration) async throws -> BootSetting {
        try await perform(.readBoot, deadline) { try await $0.bootSetting(deadline: $1) }
    }

    /// Sets the boot override, and reads it back through the same driver.
    /// - Parameters:
    ///   - operation: the same for every retry of one intent.
    ///   - modeIsHint: leave the mode to a device that cannot be told it.
    public func setBoot(
        _ setting: BootSetting, modeIsHint: Bool = false, operation: String, deadline: Duration
    ) async throws -> BootSetting {
        var setting = setting
        if modeIsHint, setting.mode != nil {
            let reports = await reports
            var without = setting
            without.mode = nil
            if !reports.offer(.boot(setting)).isAllowed, reports.offer(.boot(without)).isAllowed { setting = without }
        }
        let wanted = setting
        return try await perform(.boot(wanted), deadline) { device, time in
            let end = Deadline.after(time)
            try await device.setBoot(wanted, operation: operation, deadline: time)
            do {
                return try await device.bootSetting(deadline: end.remaining)
            } catch var error as DriverError {
                // It was set: no other driver is to do it again.
                error.maybeApplied = true
                throw error
            }
        }
    }

    /// Ends the device's sessions after the calls before it. A later call opens the device again.
    public func close() async {
        for unit in units { await unit.close() }
    }
}

extension PluginHost {
    /// The manifest of a plugin in use.
    func manifest(of id: String) -> PluginManifest? {
        plugins.first { $0.id == id && $0.manifest != nil }?.manifest
    }
}
