// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A small service with one machine, of which each test changes what it wants to be different.
///
/// It keeps sessions, power and the boot override; everything else is a table of resources.
final class Machine: Sendable {
    struct State: Sendable {
        var power = "Off"
        var enabled = "Disabled"
        var target = "None"
        var mode = "UEFI"
        var sessions: [String: String] = [:]
        var sessionsMade = 0
        /// `Context` of sessions, by their paths.
        var contexts: [String: String] = [:]
        var resets: [String] = []
        var patches: [String] = []
    }

    typealias Answer = ScriptedService.Answer
    typealias Request = ScriptedService.Request

    let state = Mutex(State())
    /// More resources, by path.
    let resources: [String: String]
    /// Answers before the machine does, where it answers at all.
    let override: (@Sendable (Machine, Request) -> Answer?)?
    let hasSessions: Bool

    init(
        resources: [String: String] = [:], hasSessions: Bool = true,
        _ override: (@Sendable (Machine, Request) -> Answer?)? = nil
    ) {
        self.resources = resources
        self.hasSessions = hasSessions
        self.override = override
    }

    func start() throws -> ScriptedService {
        try ScriptedService { [self] request in
            if let answer = override?(self, request) { return answer }
            return answer(request)
        }
    }

    var now: State { state.withLock { $0 } }

    func answer(_ request: Request) -> Answer {
        let path = String(request.path.split(separator: "?", maxSplits: 1).first ?? "")
        if path == "/redfish/v1/" { return .json(root) }
        if hasSessions {
            if request.title == "POST /redfish/v1/SessionService/Sessions" { return logIn(request) }
            let token = request.headers["x-auth-token"] ?? ""
            guard now.sessions[token] != nil else { return .refusal(401, "Base.1.8.NoValidSession") }
            if path.hasPrefix(Self.sessionsPath) { return sessionAnswer(request.method, path) }
        } else {
            let credentials = Data("admin:\(OpenDevice.password)".utf8).base64EncodedString()
            guard request.headers["authorization"] == "Basic \(credentials)" else {
                return .refusal(401, "Base.1.8.AccessDenied")
            }
        }
        switch (request.method, path) {
        case ("GET", "/redfish/v1/Systems"):
            return .json(#"{"Members":[{"@odata.id":"/redfish/v1/Systems/1"}]}"#)
        case ("GET", "/redfish/v1/Systems/1"): return .json(system)
        case ("PATCH", "/redfish/v1/Systems/1"): return patch(request)
        case ("POST", "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"): return reset(request)
        case ("GET", _):
            return resources[request.path].map { .json($0) } ?? resources[path].map { .json($0) } ?? .notFound
        default: return .notFound
        }
    }

    private var root: String {
        let sessions = #""Links":{"Sessions":{"@odata.id":"/redfish/v1/SessionService/Sessions"}},"#
        return """
            {"RedfishVersion":"1.15.0","Vendor":"Contoso",\(hasSessions ? sessions : "")
            "Systems":{"@odata.id":"/redfish/v1/Systems"},"Managers":{"@odata.id":"/redfish/v1/Managers"},
            "Chassis":{"@odata.id":"/redfish/v1/Chassis"},"UpdateService":{"@odata.id":"/redfish/v1/UpdateService"}}
            """
    }

    var system: String {
        let state = now
        return """
            {"@odata.id":"/redfish/v1/Systems/1","Id":"1","Manufacturer":"Contoso","Model":"3500","SerialNumber":"S1",
            "UUID":"38947555-7742-3448-3784-823347823834","PowerState":"\(state.power)",
            "Status":{"Health":"OK","HealthRollup":"Warning"},
            "Links":{"ManagedBy":[{"@odata.id":"/redfish/v1/Managers/1"}],"Chassis":[{"@odata.id":"/redfish/v1/Chassis/1"}]},
            "LogServices":{"@odata.id":"/redfish/v1/Systems/1/LogServices"},
            "VirtualMedia":{"@odata.id":"/redfish/v1/Systems/1/VirtualMedia"},
            "Boot":{"BootSourceOverrideEnabled":"\(state.enabled)","BootSourceOverrideTarget":"\(state.target)",
            "BootSourceOverrideMode":"\(state.mode)",
            "BootSourceOverrideTarget@Redfish.AllowableValues":["None","Pxe","Hdd","Cd","BiosSetup","UefiHttp"]},
            "Actions":{"#ComputerSystem.Reset":{"target":"/redfish/v1/Systems/1/Actions/ComputerSystem.Reset",
            "ResetType@Redfish.AllowableValues":["On","ForceOff","GracefulShutdown","ForceRestart","Nmi","PowerCycle"]}}}
            """
    }

    static let sessionsPath = "/redfish/v1/SessionService/Sessions"

    private func sessionAnswer(_ method: String, _ path: String) -> Answer {
        if path == Self.sessionsPath {
            return .object(["Members": now.sessions.values.sorted().map { ["@odata.id": $0] }])
        }
        guard let session = now.sessions.first(where: { $0.value == path }) else { return .notFound }
        guard method == "DELETE" else {
            return .object([
                "@odata.id": path, "UserName": "admin", "Context": now.contexts[path] as Any? ?? NSNull(),
            ])
        }
        state.withLock { $0.sessions[session.key] = nil }
        return Answer(status: 204)
    }

    /// Makes a session as a login does that says this about itself.
    func addSession(context: String?) -> (token: String, path: String) {
        state.withLock { state in
            state.sessionsMade += 1
            let path = "\(Self.sessionsPath)/\(state.sessionsMade)"
            let token = "token-canary-\(state.sessionsMade)"
            state.sessions[token] = path
            state.contexts[path] = context
            return (token, path)
        }
    }

    func logIn(_ request: Request) -> Answer {
        guard request.json["UserName"] as? String == "admin",
            request.json["Password"] as? String == OpenDevice.password
        else { return .refusal(401, "Base.1.8.ResourceAtUriUnauthorized") }
        let (token, path) = addSession(context: request.json["Context"] as? String)
        return .json(#"{"@odata.id":"\#(path)"}"#, status: 201, [("X-Auth-Token", token), ("Location", path)])
    }

    func patch(_ request: Request) -> Answer {
        guard let boot = request.json["Boot"] as? [String: Any] else {
            return .refusal(400, "Base.1.8.PropertyMissing")
        }
        state.withLock { state in
            state.patches.append(String(decoding: request.body, as: UTF8.self))
            if let value = boot["BootSourceOverrideTarget"] as? String { state.target = value }
            if let value = boot["BootSourceOverrideEnabled"] as? String { state.enabled = value }
            if let value = boot["BootSourceOverrideMode"] as? String { state.mode = value }
        }
        return Answer(status: 204)
    }

    func reset(_ request: Request) -> Answer {
        guard let type = request.json["ResetType"] as? String else {
            return .refusal(400, "Base.1.8.ActionParameterMissing")
        }
        state.withLock { state in
            state.resets.append(type)
            switch type {
            case "On": state.power = "On"
            case "ForceOff", "GracefulShutdown": state.power = "Off"
            default: break
            }
        }
        return Answer(status: 204)
    }
}
