// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import IPMISimulator

/// Ingot's own simulated BMC and the machine behind it.
final class BuiltInBMC: Sendable {
    let server: IPMIServer
    let chassis: SharedChassis

    var port: UInt16 { UInt16(clamping: server.port) }
    var faults: FaultInjector { server.faults }

    static let password = "canary-S3cret"

    private init(_ server: IPMIServer, _ chassis: SharedChassis) {
        self.server = server
        self.chassis = chassis
    }

    /// Starts one on a free port of loopback.
    static func start(
        power: PowerState = .off, timing: ChassisTiming = ChassisTiming(), faults: [String] = [], seed: UInt64 = 1,
        chassis more: Chassis? = nil, _ change: (inout IPMIServer.Configuration) -> Void = { _ in }
    ) async throws -> BuiltInBMC {
        var configuration = IPMIServer.Configuration(password: password, console: .echo)
        change(&configuration)
        let chassis = SharedChassis(more ?? Chassis(timing: timing, power: power))
        let injector = FaultInjector(try faults.map { try Fault($0) }, seed: seed)
        let server = try await IPMIServer.start(configuration, chassis: chassis, faults: injector)
        return BuiltInBMC(server, chassis)
    }

    func stop() async { await server.stop() }

    /// A driver on it.
    func driver(_ more: [String: Any] = [:], password: String = BuiltInBMC.password) throws -> DriverUnderTest {
        let base: [String: Any] = ["host": "127.0.0.1", "port": Int(port), "username": "admin"]
        return try DriverUnderTest(base.merging(more) { $1 }, password: password)
    }
}

/// Runs a test against a simulated BMC and stops it afterwards.
func withBMC(
    power: PowerState = .off, timing: ChassisTiming = ChassisTiming(), faults: [String] = [],
    chassis: Chassis? = nil, behaviours: Set<Behaviour> = [], password: String = BuiltInBMC.password,
    sessionLimit: Int = 16, users: [IPMIServer.User] = [],
    override: (@Sendable (IPMIRequest) -> IPMIResponse?)? = nil, _ body: (BuiltInBMC) async throws -> Void
) async throws {
    let bmc = try await BuiltInBMC.start(
        power: power, timing: timing, faults: faults, chassis: chassis
    ) {
        $0.behaviours = behaviours
        $0.password = password
        $0.sessionLimit = sessionLimit
        $0.otherUsers = users
        $0.commandOverride = override
    }
    do {
        try await body(bmc)
    } catch {
        await bmc.stop()
        throw error
    }
    await bmc.stop()
}
