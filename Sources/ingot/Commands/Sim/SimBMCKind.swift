// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BMCModel

/// The protocols that `ingot sim bmc` speaks. A new one is a case here and a `SimulatedController` beside it.
enum SimBMCKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    case ipmi
    case redfish
    case line
    case outlet

    /// Starts one BMC.
    func start(_ order: SimBMCOrder) async throws -> any SimulatedController {
        switch self {
        case .ipmi: try await IPMIController.start(order)
        case .redfish: try await RedfishController.start(order)
        case .line: try await LineController.start(order)
        case .outlet: try await OutletController.start(order)
        }
    }
}

/// What one BMC of `ingot sim bmc` is to be.
struct SimBMCOrder: Sendable {
    /// Such as `bmc-0`.
    var name: String
    var host: String
    /// 0 picks a free one.
    var port: Int
    var user: String
    var password: String
    var passwordFile: String?
    var seed: UInt64
    /// Names of behaviours; each kind knows its own.
    var behaviours: [String]
    /// The vendor's shape, for kinds that have several.
    var profile: String?
    /// Without TLS, for kinds that have it.
    var isPlain = false
    /// PEM files of the certificate and its key; nil makes one.
    var certificate: String?
    var key: String?
    /// The machine, with its faults.
    var machine: FaultyChassis
}

/// A simulated BMC that runs, whatever it speaks.
protocol SimulatedController: Sendable {
    var machine: FaultyChassis { get }
    /// How to reach it; printed as one line of JSON.
    var description: SimBMCDescription { get }
    func stop() async
}

/// How to reach a simulated BMC.
struct SimBMCDescription: Encodable, Equatable, Sendable {
    var name: String
    var kind: String
    var host: String
    var port: Int
    /// Nil where there are no users.
    var user: String?
    /// The password, when it is the one that everybody knows.
    var password: String?
    var passwordFile: String?
    /// Where it is reached, for protocols that have URLs.
    var url: String?
    /// The quirks that a driver has to be told.
    var quirks: [String]
    /// The vendor's shape, for kinds that have several.
    var profile: String?
    /// What a client has to trust, in PEM.
    var certificate: String?

    private enum CodingKeys: String, CodingKey {
        case name, kind, host, port, user, password, url, quirks, profile, certificate
        case passwordFile = "password_file"
    }

    init(_ order: SimBMCOrder, kind: SimBMCKind, port: Int, url: String? = nil) {
        name = order.name
        self.kind = kind.rawValue
        host = order.host
        self.port = port
        user = order.user
        password = order.passwordFile == nil ? order.password : nil
        passwordFile = order.passwordFile
        self.url = url
        quirks = order.behaviours
    }
}
