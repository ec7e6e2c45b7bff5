// SPDX-License-Identifier: Apache-2.0

extension MachineDevice {
    /// Makes a request with the drivers that may take it, one after the other.
    /// - Parameter only: the driver it is meant for, when it is meant for one.
    func perform<Value: Sendable>(
        _ request: DeviceRequest, _ time: Duration, only: String? = nil,
        _ body: @Sendable (Device, Duration) async throws -> Value
    ) async throws -> Value {
        let end = Deadline.after(time)
        var attempts: [(DriverAttempt, DriverError)] = []
        var maybe: [(DriverUnit, Device, Capability)] = []

        func attempt(_ unit: DriverUnit, _ device: Device, _ capability: Capability) async throws -> Value? {
            do {
                let value = try await body(device, allowance(request, capability, end))
                await unit.noteOutcome(nil)
                return value
            } catch let error as DriverError {
                await unit.noteOutcome(error)
                attempts.append((DriverAttempt(unit.driver, error), error))
                guard mayPass(error, request, end) else { throw failure(request.name, attempts) }
                return nil
            }
        }

        for unit in await inOrder() where only == nil || unit.driver == only {
            do {
                let (device, capabilities) = try await unit.ready(request.interface, until: end)
                let verdict = capabilities.verdict(on: request)
                let capability = capabilities[request.interface]
                switch verdict.answer {
                case .yes: if let value = try await attempt(unit, device, capability) { return value }
                case .unknown: maybe.append((unit, device, capability))
                case .no:
                    let error = DriverError(status: .unsupported, message: verdict.reason)
                    attempts.append((DriverAttempt(unit.driver, error), error))
                }
            } catch let error as DriverError where error.attempts.isEmpty {
                // The probe failed: nothing was asked of the device yet.
                attempts.append((DriverAttempt(unit.driver, error), error))
                guard mayPass(error, request, end) else { throw failure(request.name, attempts) }
            }
        }
        for (unit, device, capability) in maybe {
            if let value = try await attempt(unit, device, capability) { return value }
        }
        throw failure(request.name, attempts)
    }

    /// The time for one driver's call: what is left, or for a change as long as the driver said that it may take.
    private func allowance(_ request: DeviceRequest, _ capability: Capability, _ end: Deadline) -> Duration {
        guard request.isMutating, let limit = capability.limitSeconds else { return end.remaining }
        return max(end.remaining, .seconds(limit))
    }

    /// The drivers in their order; those that did not reach the device a moment ago come last.
    private func inOrder() async -> [DriverUnit] {
        guard units.count > 1 else { return units }
        var present: [DriverUnit] = []
        var absent: [DriverUnit] = []
        for unit in units {
            if await unit.isAbsent { absent.append(unit) } else { present.append(unit) }
        }
        return present + absent
    }

    /// Whether another driver may do what this one failed at.
    private func mayPass(_ error: DriverError, _ request: DeviceRequest, _ end: Deadline) -> Bool {
        guard !request.isMutating || !error.maybeApplied else { return false }
        switch error.status {
        case .unsupported: return true
        case .unreachable, .protocol, .internal, .timeout: return !end.hasPassed
        default: return false
        }
    }

    /// One error for all attempts: that of the driver that came closest, with the list of all.
    func failure(_ what: String, _ attempts: [(attempt: DriverAttempt, error: DriverError)]) -> DriverError {
        let closest = attempts.last { $0.error.status != .unsupported } ?? attempts.last
        guard var error = closest?.error else {
            return DriverError(status: .unsupported, message: "\(name) has no driver for \(what)")
        }
        error.attempts = attempts.map(\.attempt)
        if attempts.count > 1 {
            let list = attempts.map { "\($0.attempt.driver): \($0.attempt.status): \($0.attempt.message)" }
            error.message = "\(what) failed with every driver tried: " + list.joined(separator: "; ")
        }
        return error
    }
}
