// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// One driver of a machine: the device behind it, what it is known to do, and the quirks it was opened with.
actor DriverUnit {
    nonisolated let driver: String
    private let name: String
    private let host: PluginHost
    private let settings: DriverSettings
    private let surroundings: MachineDevice.Surroundings
    private var device: Device
    /// The quirks `device` is opened with.
    private var active: [String]
    /// The quirk that was found by trial, if one was.
    private var tried: String?
    private(set) var report: DriverReport
    /// The device's session when it was probed; another one makes the answers old.
    private var probedSession: UInt64?
    private var probing: Task<Void, any Error>?
    /// The driver did not reach the device a moment ago.
    private var absentUntil = Deadline(at: 0)

    /// - Parameter known: what an earlier process was told, if anything.
    /// - Throws: `DriverError` that names the driver's trouble, or the path of what is wrong in the configuration.
    init(
        name: String, host: PluginHost, settings: DriverSettings, known: DriverReport?,
        surroundings: MachineDevice.Surroundings
    ) throws {
        driver = settings.driver
        self.name = name
        self.host = host
        self.settings = settings
        self.surroundings = surroundings
        // As the operator wrote it first, so that a wrong configuration is told as it stands.
        var device = try host.device(
            name: name, driver: settings.driver, configJSON: settings.configJSON, secrets: settings.secrets)
        let manifest = host.manifest(of: settings.driver)
        let identity = known?.capabilities.identity ?? .init()
        let tried = known?.quirks.first { $0.state == .tried }?.quirk
        let choice = Self.choice(identity, settings, manifest, surroundings, tried)
        if choice.names != settings.quirks.sorted() {
            device = try Self.device(name, host, settings, choice.names)
        }
        self.device = device
        active = choice.names
        self.tried = tried
        var report = known ?? DriverReport(driver: settings.driver)
        if known == nil { report.capabilities = Capabilities(extensions: manifest?.extensions ?? []) }
        report.quirks = choice.quirks
        self.report = report
    }

    private static func device(
        _ name: String, _ host: PluginHost, _ settings: DriverSettings, _ quirks: [String]
    ) throws -> Device {
        try host.device(
            name: name, driver: settings.driver, configJSON: settings.configJSON(quirks: quirks),
            secrets: settings.secrets)
    }

    private static func choice(
        _ identity: Capabilities.Identity, _ settings: DriverSettings, _ manifest: PluginManifest?,
        _ surroundings: MachineDevice.Surroundings, _ tried: String?
    ) -> QuirkChoice {
        QuirkChoice(
            matches: surroundings.quirks.matches(driver: settings.driver, identity: identity),
            configured: settings.quirks, override: surroundings.override, known: manifest?.quirks ?? [],
            tried: tried)
    }

    /// The device, once it is known what it does about an interface; probes it when that is not known any more.
    func ready(_ interface: DeviceInterface, until deadline: Deadline) async throws -> (Device, Capabilities) {
        while true {
            let isSameSession = probedSession == nil || probedSession == device.sessionNumber
            if isSameSession, report.isFresh(interface, at: Date(), surroundings.expiry) {
                return (device, report.capabilities)
            }
            if let probing {
                // Its outcome is looked at in the next round; its error belongs to who asked for it.
                _ = try? await probing.value
                if report.failure == nil { continue }
                guard !deadline.hasPassed else {
                    throw DriverError(
                        status: .timeout, message: "\(name): the deadline passed while it was probed", retryable: true)
                }
            }
            try await refresh(until: deadline)
            return (device, report.capabilities)
        }
    }

    /// Probes the device, matches quirks, opens it anew when they changed, and keeps what it told.
    func refresh(until deadline: Deadline) async throws {
        if let probing { _ = try? await probing.value }
        let task = Task { try await self.probe(until: deadline) }
        probing = task
        defer { probing = nil }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func probe(until deadline: Deadline) async throws {
        let manifest = host.manifest(of: driver)
        do {
            var capabilities = try await askOrTry(manifest, deadline)
            let choice = Self.choice(capabilities.identity, settings, manifest, surroundings, tried)
            if choice.names != active {
                try await reopen(choice.names)
                capabilities = try await ask(manifest, deadline)
            }
            // What a device says of itself under its quirks is what counts; they are not chosen a second time.
            report = DriverReport(driver: driver, at: Date(), capabilities: capabilities, quirks: choice.quirks)
            probedSession = device.sessionNumber
        } catch {
            let failure = error as? DriverError ?? DriverError(status: .internal, message: "\(error)")
            report.failure = DriverAttempt(driver, failure)
            noteOutcome(failure)
            await surroundings.onReport(report)
            throw failure
        }
        await surroundings.onReport(report)
    }

    private func reopen(_ quirks: [String]) async throws {
        await device.close()
        device = try Self.device(name, host, settings, quirks)
        active = quirks
    }

    /// Probes; a device that answers nonsense, or takes the privilege for too low, is tried with the quirks that are known
    /// to help, one after the other.
    ///
    /// Refused credentials are no reason to try anything: they would count as attempts.
    private func askOrTry(_ manifest: PluginManifest?, _ deadline: Deadline) async throws -> Capabilities {
        do {
            return try await ask(manifest, deadline)
        } catch let error as DriverError where error.status.isWorthATrial {
            let before = active
            let known = manifest?.quirks ?? []
            let removed = surroundings.override.remove
            for quirk in surroundings.quirks.trials(driver: driver)
            where known.contains(quirk) && !before.contains(quirk) && !removed.contains(quirk) && !deadline.hasPassed {
                try await reopen((before + [quirk]).sorted())
                do {
                    let capabilities = try await ask(manifest, deadline)
                    tried = quirk
                    return capabilities
                } catch let next as DriverError where next.status.isWorthATrial {
                    continue
                }
            }
            if active != before { try await reopen(before) }
            throw error
        }
    }

    /// Probes; a device that is busy with itself is asked again a few times, within the deadline.
    private func ask(_ manifest: PluginManifest?, _ deadline: Deadline) async throws -> Capabilities {
        var rounds = 0
        while true {
            do {
                return try await askOnce(manifest, deadline)
            } catch let error as DriverError where error.status == .busy && error.retryable && rounds < 5 {
                rounds += 1
                let pause = max(error.retryAfter ?? .zero, .milliseconds(500 * rounds))
                guard pause < deadline.remaining else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }

    private func askOnce(_ manifest: PluginManifest?, _ deadline: Deadline) async throws -> Capabilities {
        let extensions = manifest?.extensions ?? []
        do {
            let text = try await device.probe(deadline: deadline.remaining)
            return try Capabilities(driverJSON: text, extensions: extensions)
        } catch let error as DriverError where error.status == .unsupported {
            // A driver that cannot say what the device does: everything may be.
            return Capabilities(extensions: extensions)
        }
    }

    /// What the driver knows is not to be relied on any more.
    func forgetCapabilities() { report.at = nil }

    /// Remembers for half a minute that the driver did not reach the device.
    func noteOutcome(_ error: DriverError?) {
        switch error?.status {
        case .unreachable, .timeout: absentUntil = .after(.seconds(30))
        default: absentUntil = Deadline(at: 0)
        }
    }

    /// Whether the driver did not reach the device a moment ago.
    var isAbsent: Bool { !absentUntil.hasPassed }

    func close() async { await device.close() }
}

extension DriverStatus {
    /// Whether a quirk may be what is missing.
    fileprivate var isWorthATrial: Bool { self == .protocol || self == .forbidden }
}
