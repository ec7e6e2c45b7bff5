// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Host
import LineSimulator
import Logging
import Scaffold

/// A generated driver in a worker, beside a simulated BMC.
struct Bench {
    let server: LineServer
    let chassis: SharedChassis
    let host: PluginHost
    let driver: String
    let faults = FaultInjector(seed: 7)

    init(
        _ language: DriverLanguage, _ configuration: LineServer.Configuration = .init(),
        power: BMCModel.PowerState = .off
    ) async throws {
        let plugins = try DriverLab.shared.get().plugins(language)
        driver = "dev.example.\(language.rawValue)-driver"
        chassis = SharedChassis(Chassis(power: power))
        server = try await LineServer.start(configuration, chassis: chassis, faults: faults)
        host = PluginHost(
            configuration: .init(directories: [plugins], workerPath: DriverLab.workerPath),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), onEvent: { _ in })
    }

    /// The machine behind the driver.
    func device(port: Int? = nil, password: String = "secret", name: String = "one") throws -> Device {
        try host.device(
            name: name, driver: driver,
            configJSON: #"{"host":"127.0.0.1","port":\#(port ?? server.port),"username":"admin"}"#,
            secrets: ["password": Secret(password)])
    }

    func end() async {
        await host.shutdown()
        await server.stop()
    }
}

/// Asks again and again until it is so, at most for ten seconds.
func eventually(_ condition: @Sendable () async throws -> Bool) async rethrows -> Bool {
    let limit = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < limit {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// The error of a call that must fail.
func failure<T>(_ call: () async throws -> T) async -> DriverError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? DriverError
    }
}
