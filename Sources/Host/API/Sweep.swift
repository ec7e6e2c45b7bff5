// SPDX-License-Identifier: Apache-2.0
private import PluginAPI
private import PluginWire
internal import PluginWorker

/// What a sweep reads; the numbers are those of `INGOT_SWEEP_*`.
public enum SweepSubject: Int32, Sendable, CaseIterable {
    case power = 1
    case health = 2
}

/// What a device answered in a sweep.
public enum SweepValue: Sendable, Equatable {
    case power(PowerState)
    case health(Health)
}

/// The health of a machine as its BMC sums it up; the numbers are those of `INGOT_HEALTH_*`.
public enum Health: Int32, Sendable, CaseIterable {
    case unknown = 0
    case ok = 1
    case warning = 2
    case critical = 3
}

extension PluginHost {
    /// Reads one thing from many devices. Devices of a driver that can sweep are read in one call; the power of others
    /// is read device by device.
    /// - Parameters:
    ///   - devices: each at most once.
    ///   - deadline: for the sweep as a whole.
    /// - Returns: one result for each device, in their order.
    public func sweep(
        _ devices: [Device], _ subject: SweepSubject, deadline: Duration
    ) async -> [Result<SweepValue, DriverError>] {
        let end = Deadline.after(deadline)
        var groups: [ObjectIdentifier: [Int]] = [:]
        for (index, device) in devices.enumerated() { groups[ObjectIdentifier(device.slot), default: []].append(index) }
        var results = [Result<SweepValue, DriverError>?](repeating: nil, count: devices.count)
        await withTaskGroup(of: [(Int, Result<SweepValue, DriverError>)].self) { tasks in
            for indices in groups.values {
                tasks.addTask {
                    let sweep = Sweep(devices: indices.map { devices[$0] }, subject: subject, deadline: end)
                    return Array(zip(indices, await sweep.run()))
                }
            }
            for await part in tasks { for (index, result) in part { results[index] = result } }
        }
        return results.map { $0 ?? .failure(DriverError(status: .internal, message: "the sweep gave no result")) }
    }
}

/// A sweep over devices of one plugin.
private struct Sweep {
    typealias Outcome = Result<SweepValue, DriverError>

    /// Opens that run at the same time, and calls of a driver that cannot sweep.
    private static let width = 64

    let devices: [Device]
    let subject: SweepSubject
    let deadline: Deadline

    func run() async -> [Outcome] {
        guard let slot = devices.first?.slot, slot.entry.manifest.extensions.contains(INGOT_SWEEP) else {
            return await inParallel { await askAlone($0) }
        }
        // Sweeps take the gates of many devices; only one at a time may, or two could wait for each other.
        guard await slot.sweeping.enter(.exclusive, until: deadline) == .granted else {
            return devices.map { .failure(late($0)) }
        }
        defer { slot.sweeping.leave() }
        do {
            return try await sweep(on: await slot.worker(until: deadline), slot)
        } catch {
            return devices.map { _ in .failure(Self.driverError(error)) }
        }
    }

    private func sweep(on link: WorkerLink, _ slot: PluginSlot) async throws -> [Outcome] {
        guard slot.sweepSubjects & 1 << UInt32(subject.rawValue) != 0 else {
            return await inParallel { await askAlone($0) }
        }
        let opened: [Result<DeviceSession, DriverError>] = await inParallel { await open($0, on: link) }
        defer { for (device, session) in zip(devices, opened) where session.isIn { device.gate.leave() } }
        var call = WorkerCall(function: .sweepRead, deadline: deadline, value: subject.rawValue)
        var order: [Int] = []
        for (index, session) in opened.enumerated() {
            guard case .success(let session) = session else { continue }
            for (name, secret) in devices[index].configuration.secrets {
                call.secrets["\(order.count).\(name)"] = secret
            }
            session.id.appendLittleEndian(to: &call.argument)
            order.append(index)
        }
        var outcomes: [Outcome] = zip(devices, opened).map { device, session in
            if case .failure(let error) = session { .failure(error) } else { .failure(late(device)) }
        }
        guard !order.isEmpty else { return outcomes }
        do {
            let reply = try await link.call(call)
            for record in Self.records(reply.values("result")) where record.index < order.count {
                outcomes[order[record.index]] = outcome(record, devices[order[record.index]])
            }
        } catch {
            for index in order { outcomes[index] = .failure(Self.driverError(error)) }
        }
        return outcomes
    }

    /// Enters the device's gate and opens it; a device that does not open is left again.
    private func open(_ device: Device, on link: WorkerLink) async -> Result<DeviceSession, DriverError> {
        guard await device.gate.enter(.exclusive, until: deadline) == .granted else { return .failure(late(device)) }
        do {
            return .success(try await device.open(on: link, until: deadline))
        } catch {
            device.gate.leave()
            return .failure(Self.driverError(error))
        }
    }

    private func askAlone(_ device: Device) async -> Outcome {
        guard subject == .power else {
            return .failure(DriverError(status: .unsupported, message: "\(device.driver) cannot sweep \(subject)"))
        }
        do { return .success(.power(try await device.powerState(deadline: deadline.remaining))) } catch {
            return .failure(Self.driverError(error))
        }
    }

    private func inParallel<Part: Sendable>(_ body: @escaping @Sendable (Device) async -> Part) async -> [Part] {
        await withTaskGroup(of: (Int, Part).self) { tasks in
            var parts: [(Int, Part)] = []
            for (index, device) in devices.enumerated() {
                if index >= Self.width, let part = await tasks.next() { parts.append(part) }
                tasks.addTask { (index, await body(device)) }
            }
            for await part in tasks { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// `ingot_sweep_result`, sixteen bytes each; what does not come out even is left away.
    private static func records(_ values: [[UInt8]]) -> [(index: Int, status: Int32, value: Int32, vendorCode: Int32)] {
        values.flatMap { bytes in
            stride(from: 0, to: bytes.count - bytes.count % 16, by: 16).map { at in
                func word(_ field: Int) -> UInt32 {
                    UInt32(littleEndianBytes: bytes[at + 4 * field..<at + 4 * field + 4])
                }
                return (
                    Int(word(0)), Int32(bitPattern: word(1)), Int32(bitPattern: word(2)), Int32(bitPattern: word(3))
                )
            }
        }
    }

    private func outcome(
        _ record: (index: Int, status: Int32, value: Int32, vendorCode: Int32), _ device: Device
    ) -> Outcome {
        guard record.status == INGOT_OK else {
            let status = DriverStatus(code: record.status)
            return .failure(
                DriverError(
                    status: status, message: "\(device.name): \(status.name) in a sweep", retryable: true,
                    vendorCode: record.vendorCode))
        }
        return switch subject {
        case .power: .success(.power(PowerState(rawValue: record.value) ?? .unknown))
        case .health: .success(.health(Health(rawValue: record.value) ?? .unknown))
        }
    }

    private func late(_ device: Device) -> DriverError {
        DriverError(
            status: .timeout, message: "\(device.name): no answer before the sweep's deadline", retryable: true)
    }

    private static func driverError(_ error: any Error) -> DriverError {
        error as? DriverError ?? DriverError(status: .internal, message: "the worker was replaced", retryable: true)
    }
}

extension Result {
    fileprivate var isIn: Bool { if case .success = self { true } else { false } }
}
