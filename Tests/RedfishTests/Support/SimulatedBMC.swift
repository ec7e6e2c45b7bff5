// SPDX-License-Identifier: Apache-2.0
import BMCModel
import RedfishSimulator

/// A simulated BMC with its machine, and a device of the driver on it.
final class SimulatedBMC: Sendable {
    let server: RedfishServer
    let chassis: SharedChassis
    let faults: FaultInjector

    /// - Parameter behaviours: nil is what the profile does; else exactly these.
    init(
        _ profile: RedfishProfile = .generic, behaviours: Set<RedfishBehaviour>? = nil,
        tls: RedfishServer.TLS = .off, faults: [Fault] = [], power: BMCModel.PowerState = .off,
        timing: ChassisTiming = ChassisTiming(on: .zero, off: .zero, post: .milliseconds(50)),
        _ change: @Sendable (inout RedfishServer.Configuration) -> Void = { _ in }
    ) async throws {
        chassis = SharedChassis(
            Chassis(identity: profile.identity, timing: timing, power: power))
        self.faults = FaultInjector(faults)
        var configuration = RedfishServer.Configuration(
            tls: tls, profile: profile, password: OpenDevice.password, behaviours: behaviours)
        change(&configuration)
        server = try await RedfishServer.start(configuration, chassis: chassis, faults: self.faults)
    }

    func stop() async { await server.stop() }

    func open(quirks: [String] = [], _ more: [String: Any] = [:]) throws -> OpenDevice {
        try OpenDevice(server.baseURL, quirks: quirks, more)
    }

    var machine: Chassis { chassis.snapshot }
}
