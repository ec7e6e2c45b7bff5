// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import PluginKit
import PluginTesting
import Testing

@testable import Outlet

/// What one call on a power path came to.
struct OutletOutcome: Sendable {
    var state: PowerState?
    var error: PluginError?
    var record: TestCall.Record
    var elapsed: Duration
}

/// A power path as a driver makes it from its configuration, and the secrets the host has for it.
struct TestPath: Sendable {
    let path: PowerPath
    var secrets: [String: String]

    init(_ json: String, secrets: [String: String] = ["community": "private"]) throws {
        path = PowerPath(try PowerConfiguration(json: json))
        self.secrets = secrets
    }

    func set(_ action: PowerAction, deadline: Duration = .seconds(20), _ given: TestCall? = nil) async -> OutletOutcome {
        await run(given ?? TestCall(deadline: deadline, secrets: secrets)) { path, call throws(PluginError) in
            try path.set(action, call)
            return nil
        }
    }

    func state(deadline: Duration = .seconds(20), _ given: TestCall? = nil) async -> OutletOutcome {
        await run(given ?? TestCall(deadline: deadline, secrets: secrets)) { path, call throws(PluginError) in
            try path.state(call)
        }
    }

    private func run(
        _ call: TestCall,
        _ body: @escaping @Sendable (PowerPath, borrowing Call) throws(PluginError) -> PowerState?
    ) async -> OutletOutcome {
        await onOwnThread {
            let begin = ContinuousClock.now
            var outcome = OutletOutcome(record: call.result, elapsed: .zero)
            call.run { raw in
                do throws(PluginError) {
                    outcome.state = try body(path, Call(raw))
                } catch {
                    outcome.error = error
                }
            }
            outcome.elapsed = ContinuousClock.now - begin
            outcome.record = call.result
            return outcome
        }
    }
}

/// A configuration's text with one outlet member.
func outletJSON(_ port: UInt16, _ outlets: String = "\"5\"", _ more: String = "\"model\":\"apc-rpdu\"") -> String {
    "{\"outlet\":{\"host\":\"127.0.0.1\",\"port\":\(port),\"outlets\":[\(outlets)],\(more)}}"
}
