// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// What a target's protocol has, so that a check knows whether it concerns it.
enum TargetFeature: String, Sendable, CaseIterable {
    /// Datagrams, which may be lost.
    case datagram
    /// A byte stream.
    case stream
    case tls
    case ipmi
    case redfish
    case line
    case snmp
    /// Firmware on a serial line.
    case firmware
    /// Faults can be switched on and off.
    case faults
    /// The truth about the machine can be seen.
    case truth
    /// Firmware notices boot overrides by itself.
    case boots
    /// Sessions are counted.
    case sessions
    /// Requests are counted.
    case requests
    /// A serial console.
    case console
    /// A boot override may leave the boot mode open.
    case openMode
}

/// How to reach a target.
struct Endpoint: Sendable {
    var host: String
    var port: Int
    var user: String
    var password: String
    /// `https` or `http` for a target that is reached by a URL.
    var scheme: String?
    /// The authority that signed the target's certificate, as a PEM file.
    var certificateFile: String?

    var url: String? {
        // A scope stands percent-encoded in a URL (RFC 6874).
        scheme.map { scheme in
            "\(scheme)://\(host.contains(":") ? "[\(host.replacing("%", with: "%25"))]" : host):\(port)"
        }
    }
}

/// What has reached a target so far.
struct TargetStatistics: Sendable, Equatable {
    var openSessions = 0
    var sessionsOpened = 0
    var loginsFailed = 0
    /// Requests of any kind, those of the log-in included.
    var requests = 0
}

/// How a check wants its simulator.
struct TargetOptions: Sendable {
    var host = "127.0.0.1"
    var port = 0
    var user = "admin"
    /// A password that occurs nowhere by chance.
    var password = "Canary7Qx2"
    var seed: UInt64 = 0
    var chassis = Chassis()
    var faults: [Fault] = []
    /// The serial console sends back what it gets.
    var echoes = false
}

/// A machine with its BMC that the kit runs itself, and therefore knows the truth of.
protocol SimulatedTarget: Sendable {
    /// Such as `line` or `redfish-dell-idrac9`.
    var name: String { get }
    var features: Set<TargetFeature> { get }
    var endpoint: Endpoint { get }
    var chassis: SharedChassis { get }
    var faults: FaultInjector { get }
    func statistics() async -> TargetStatistics
    /// Somebody at the machine, not the BMC, switches it.
    func operate(_ action: PowerAction)
    /// The machine loses its power.
    func losePower()
    /// Whether somebody uses the serial console.
    func hasConsole() async -> Bool
    /// Boot parameters that an override does not concern, by name.
    func otherBootParameters() async -> [String: String]
    func stop() async
    /// It runs outside the check's process and would outlive it.
    var isProcess: Bool { get }
}

extension SimulatedTarget {
    var isProcess: Bool { false }

    func set(_ faults: Fault...) { self.faults.set(faults) }

    func otherBootParameters() async -> [String: String] { [:] }

    func operate(_ action: PowerAction) { _ = chassis.perform(action) }

    func losePower() { chassis.withChassis { chassis, now in chassis.losePower(at: now) } }

    func hasConsole() async -> Bool { false }

    func clearFaults() { faults.set([]) }

    /// Waits until the machine is as the condition says; the machine as it was last seen.
    func wait(_ limit: Duration = .seconds(10), until condition: (Chassis) -> Bool) async throws -> Chassis {
        let end = ContinuousClock.now + limit
        while true {
            let chassis = chassis.snapshot
            if condition(chassis) || ContinuousClock.now >= end { return chassis }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits until no session is open; the statistics as they were last seen.
    func settle(_ limit: Duration = .seconds(5)) async throws -> TargetStatistics {
        let end = ContinuousClock.now + limit
        while true {
            let statistics = await statistics()
            if statistics.openSessions == 0 || ContinuousClock.now >= end { return statistics }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
