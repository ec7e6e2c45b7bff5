// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
import PXE
public import Store

/// Performs effects on real machines: through the host process's devices and installers.
public struct HardwareEffects: EffectPerformer {
    let store: Store
    let devices: DeviceTable
    let host: PluginHost
    let site: Site
    let timeouts: Timeouts

    /// A performer over the devices of `host`.
    public init(store: Store, devices: DeviceTable, host: PluginHost, site: Site, timeouts: Timeouts) {
        self.store = store
        self.devices = devices
        self.host = host
        self.site = site
        self.timeouts = timeouts
    }

    /// Performs one effect; every failure comes back as `EffectOutcome.failed`.
    public func perform(_ effect: Effect, for job: Job) async -> EffectOutcome {
        do {
            return try await attempt(effect, for: job)
        } catch let error as DriverError {
            return .failed(EffectFailure(error))
        } catch let error as ControlError {
            return .failed(EffectFailure(code: error.code.rawValue, message: error.description, retryable: false))
        } catch {
            return .failed(EffectFailure(code: "internal", message: "\(error)", retryable: true))
        }
    }

    private func attempt(_ effect: Effect, for job: Job) async throws -> EffectOutcome {
        if case .nothing = effect { return .done }
        if case .render = effect { return .rendered(try await render(job)) }
        let device = try await devices.device(job.machine)
        let call = Duration.seconds(timeouts.call)
        // The same for every retry of one intent: it changes when the step is entered anew, not when it is resumed.
        let entered = (job.waitingFor?.since ?? job.created).timeIntervalSince1970
        let operation = "\(job.id)/\(job.step.rawValue)/\(Int64(entered * 1000))"
        switch effect {
        case .probe:
            try await device.refresh(deadline: call)
            return .done
        case .readPower: return .power(try await device.powerState(deadline: call))
        case .readInventory:
            let components = try await device.inventory(deadline: call).compactMap { JSONValue(jsonText: $0) }
            if try await hasNewFirmware(components, machine: job.machine) { await device.forgetCapabilities() }
            return .inventory(components)
        case .ensurePower(let on): return try await ensurePower(on, device, operation, call)
        case .setBoot(let setting):
            // A deployment goes by the mode the machine is said to have; a device that cannot be told does as it does.
            return .boot(
                try await device.setBoot(
                    setting, modeIsHint: job.kind == .deploy, operation: operation, deadline: call))
        case .signal(let action):
            do {
                try await device.setPower(action, operation: operation, deadline: call)
            } catch let error as DriverError where action == .softOff && error.status == .timeout {
                // The button was pressed; the next step waits for the operating system.
                return .power(try await device.powerState(deadline: call))
            } catch let error as DriverError where error.maybeApplied {
                return .failed(EffectFailure(code: "maybe-applied", message: error.message, retryable: false))
            }
            // Done is done; what the BMC says afterwards is only news.
            guard let after = try? await device.powerState(deadline: call) else { return .done }
            return .power(after)
        case .awaitOff:
            let state = try await device.powerState(deadline: call)
            guard state == .off else {
                return .failed(
                    EffectFailure(
                        code: "power.still-on", message: "power is \(state)", retryable: true, retryAfter: 1))
            }
            return .power(state)
        case .render, .nothing: return .done
        }
    }

    /// Never toggles a machine that is already where it should be: read, act, read back.
    private func ensurePower(
        _ on: Bool, _ device: MachineDevice, _ operation: String, _ call: Duration
    ) async throws -> EffectOutcome {
        let wanted: PowerState = on ? .on : .off
        let before = try await device.powerState(deadline: call)
        if before == wanted { return .power(before) }
        if let hint = try await device.personalHint(for: on ? .on : .off, deadline: call) {
            return .needsPerson(hint: hint)
        }
        try await device.setPower(on ? .on : .off, operation: operation, deadline: call)
        let after = try await device.powerState(deadline: call)
        // A machine that can be woken and not asked: what it does next on the network tells.
        if on, before == .unknown, after == .unknown { return .power(after) }
        guard after == wanted else {
            return .failed(
                EffectFailure(
                    code: "power.not-reached", message: "asked for power \(wanted), the BMC reads \(after)",
                    retryable: true, retryAfter: 1))
        }
        return .power(after)
    }

    /// Whether the BMC tells another firmware version than at the last inspection.
    private func hasNewFirmware(_ components: [JSONValue], machine: String) async throws -> Bool {
        func version(_ components: [JSONValue]?) -> String? {
            components?.first { $0["kind"].text == "bmc" }?["firmware"].text
        }
        let before = version(try await store.read { try $0.get(Machine.self, machine)?.inventory })
        return before != nil && before != version(components)
    }

    /// Refuses now what could not be booted later, and says whose fault it is.
    private func check(_ rendered: RenderedBoot, token: String, by installer: String) throws {
        guard let kernel = site.file(rendered.kernel), let initrd = site.file(rendered.initrd) else {
            throw ControlError(
                .driver,
                "installer \(installer) asks for \(rendered.kernel) and \(rendered.initrd), which are not served")
        }
        let install = InstallBoot(
            token: token, kernel: kernel, initrd: initrd, commandLine: rendered.commandLine)
        do {
            _ = try IPXEScript.install(install, firmware: .uefi, base: site.baseURL, script: "/boot")
        } catch {
            throw ControlError(.driver, "installer \(installer) rendered what cannot be booted: \(error)")
        }
    }

    private func render(_ job: Job) async throws -> RenderedBoot {
        guard let name = job.instance, let token = job.facts.token else {
            throw ControlError(.invalid, "job \(job.id) has no instance to render")
        }
        let (instance, machine, image) = try await store.read { transaction in
            let instance = try transaction.get(Instance.self, name)
            return (
                instance, try transaction.get(Machine.self, job.machine),
                try instance.flatMap { try transaction.get(Image.self, $0.image) }
            )
        }
        guard let instance, let machine else { throw ControlError(.notFound, "there is no instance \(name)") }
        guard let image, image.sha256 == instance.imageSHA256 else {
            throw ControlError(.notFound, "image \(instance.image) is gone or was replaced since the order")
        }
        let request = RenderRequest(
            instance: instance, machine: machine, image: image, server: site.baseURL, token: token,
            phoneHome: job.facts.helloToken.map { "\(site.baseURL)/hello/\($0)" })
        let emitted = try await host.installer(image.installer).render(
            imagePath: site.imagePath(sha256: image.sha256), requestJSON: try request.json(),
            deadline: .seconds(timeouts.render))
        let rendered = try RenderedBoot(emitted: emitted)
        try check(rendered, token: token, by: image.installer)
        return rendered
    }
}

extension EffectFailure {
    /// A driver's error in a job's words.
    init(_ error: DriverError) {
        self.init(
            code: "bmc.\(error.status.name)", message: error.message,
            retryable: error.retryable || error.maybeApplied || error.status.mayPass,
            unsupported: error.status == .unsupported,
            retryAfter: error.retryAfter.map { Double($0.components.seconds) },
            attempts: error.attempts.isEmpty ? nil : error.attempts)
    }
}

extension DriverStatus {
    /// Whether waiting can help: the device may come back. Refused credentials and wrong settings do not.
    var mayPass: Bool {
        switch self {
        case .unreachable, .timeout, .busy, .protocol, .internal, .cancelled, .state: true
        default: false
        }
    }
}
