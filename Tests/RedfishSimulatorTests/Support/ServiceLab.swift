// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Synchronization

@testable import RedfishSimulator

/// A service without sockets, on a clock that the test moves.
struct ServiceLab {
    final class Clock: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func advance(_ step: Duration) { time.withLock { $0 += step } }
    }

    let clock = Clock()
    let machine: FaultyChassis
    var service: RedfishService
    /// Who sends the requests; nil sends none of these.
    var login: (user: String, password: String)? = ("admin", "secret")
    var token: String?

    init(
        _ profile: RedfishProfile = .generic, behaviours: Set<RedfishBehaviour>? = nil, power: PowerState = .off,
        faults: [String] = [], seed: UInt64 = 0, options: RedfishService.Options = RedfishService.Options()
    ) throws {
        let clock = clock
        let shared = SharedChassis(Chassis(power: power)) { clock.now }
        machine = FaultyChassis(
            shared, faults: FaultInjector(try faults.map { try Fault($0) }, seed: seed), epoch: 1_770_000_000)
        var options = options
        if let behaviours { options.behaviours = behaviours }
        service = RedfishService(profile: profile, chassis: machine, options: options)
    }

    /// Lets time pass.
    func wait(_ time: Duration) { clock.advance(time) }

    var chassis: Chassis { machine.chassis.snapshot }
    var system: String { service.profile.systemPath }

    mutating func send(
        _ method: String, _ path: String, _ body: JSON? = nil, headers: [HTTPField] = []
    ) -> HTTPResponse {
        var headers = headers
        if let token {
            headers.append(HTTPField("X-Auth-Token", token))
        } else if let login {
            headers.append(HTTPField("Authorization", "Basic " + Self.base64("\(login.user):\(login.password)")))
        }
        if body != nil { headers.append(HTTPField("Content-Type", "application/json")) }
        return service.handle(HTTPRequest(method, path, headers: headers, body: body?.bytes ?? []), now: clock.now)
    }

    mutating func get(_ path: String, headers: [HTTPField] = []) -> JSON {
        (try? JSON(parsing: send("GET", path, headers: headers).body)) ?? .null
    }

    mutating func reset(_ type: String) -> HTTPResponse {
        send("POST", "\(system)/Actions/ComputerSystem.Reset", ["ResetType": .string(type)])
    }

    mutating func patchBoot(_ boot: JSON, headers: [HTTPField] = []) -> HTTPResponse {
        send("PATCH", system, ["Boot": boot], headers: headers)
    }

    mutating func boot() -> JSON { get(system)["Boot"] ?? .null }

    /// The body of an answer as JSON.
    static func json(_ response: HTTPResponse) -> JSON { (try? JSON(parsing: response.body)) ?? .null }

    /// The message identifiers of an error, without registry and version.
    static func messages(_ response: HTTPResponse) -> [String] {
        let body = json(response)
        let infos = body["error"]?["@Message.ExtendedInfo"] ?? body["@Message.ExtendedInfo"]
        return infos?.elements.compactMap { $0["MessageId"]?.text?.split(separator: ".").last.map(String.init) } ?? []
    }

    static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var result = ""
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for index in 0..<4 {
                result.append(index <= group.count ? alphabet[word >> (18 - 6 * index) & 63] : "=")
            }
        }
        return result
    }
}
