// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Testing

@testable import RedfishSimulator

/// Every fault that Redfish can have, by its effect on the wire.
@Suite struct FaultTests {
    static let root = "/redfish/v1/"
    static let system = "/redfish/v1/Systems/1"

    /// A running service over plain HTTP with these faults, stopped afterwards.
    static func with<Result>(
        _ faults: [String], power: PowerState = .off, tls: RedfishServer.TLS = .off, seed: UInt64 = 1,
        clock: ServiceLab.Clock? = nil, _ body: (RedfishServer) async throws -> Result
    ) async throws -> Result {
        let chassis = Chassis(power: power)
        let machine = clock.map { clock in SharedChassis(chassis) { clock.now } } ?? SharedChassis(chassis)
        let injector = FaultInjector(try faults.map { try Fault($0) }, seed: seed)
        let server = try await RedfishServer.start(
            .init(tls: tls), chassis: machine, faults: injector)
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    private static func patchBoot(_ server: RedfishServer, headers: [String] = []) async -> RawClient.Outcome {
        await RawClient.get(
            server.port, system, method: "PATCH", headers: headers,
            body: #"{"Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideEnabled":"Once"}}"#)
    }

    private static func reset(_ server: RedfishServer, _ type: String) async -> RawClient.Outcome {
        await RawClient.get(
            server.port, "\(system)/Actions/ComputerSystem.Reset", method: "POST", body: #"{"ResetType":"\#(type)"}"#)
    }

    private static func logIn(_ server: RedfishServer, password: String = "secret") async -> RawClient.Outcome {
        await RawClient.get(
            server.port, SessionTests.sessions, method: "POST",
            body: #"{"UserName":"admin","Password":"\#(password)"}"#)
    }

    private static func withToken(_ server: RedfishServer, _ token: String) async -> RawClient.Outcome {
        await RawClient.exchange(
            server.port,
            Array("GET \(system) HTTP/1.1\r\nHost: x\r\nX-Auth-Token: \(token)\r\nConnection: close\r\n\r\n".utf8))
    }

    /// Every fault of the catalogue that can strike here has a test below.
    @Test func everyFaultHasATest() {
        let tested: Set<String> = [
            "latency", "hang", "garbage", "truncate", "reset-mid-body", "half-close", "slow-bytes", "slice", "refuse",
            "session-limit", "session-expiry", "session-leak", "low-privilege", "auth-lockout", "node-busy", "status",
            "retry-after", "etag-required", "etag-refused", "etag-weak", "oversize", "deep-json", "bad-json",
            "link-cycle", "missing-property", "task-never-ends", "certificate-change", "certificate-expired",
            "certificate-host", "redirect", "bmc-restart", "firmware-update", "reply-lost", "power-drop",
            "boot-ignored", "boot-once-sticks", "boot-persistent-lost", "boot-wrong-readback", "power-stale",
            "power-stuck-on", "power-stuck-off", "power-slow", "clock-jump", "sensor-missing",
        ]
        let here = FaultKind.all.filter { [.any, .stream, .redfish, .chassis].contains($0.scope) }.map(\.name)
        #expect(Set(here) == tested)
    }

    // MARK: Bytes

    @Test func latency() async throws {
        try await Self.with(["latency:0.4"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.status == 200)
            let first = try #require(answer.arrivals.first)
            #expect(first.at >= .milliseconds(390))
        }
    }

    @Test func hang() async throws {
        try await Self.with(["hang:1"]) { server in
            #expect(await RawClient.get(server.port, Self.root).status == 200)
            let silent = await RawClient.get(server.port, Self.root, for: .milliseconds(300))
            #expect(silent.bytes.isEmpty && silent.ending == .open)
        }
    }

    @Test func garbage() async throws {
        try await Self.with(["garbage"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.bytes.count == 200 && !answer.text.hasPrefix("HTTP") && answer.ending == .closed)
        }
    }

    @Test func truncate() async throws {
        try await Self.with(["truncate"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            let length = try #require(answer.header("Content-Length").flatMap { Int($0) })
            #expect(answer.status == 200 && answer.body.count < length && answer.ending == .closed)
        }
    }

    @Test func resetMidBody() async throws {
        try await Self.with(["reset-mid-body:rate=1,bytes=10"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.body.count == 10 && answer.ending == .reset)
        }
    }

    @Test func halfClose() async throws {
        try await Self.with(["half-close"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.bytes.isEmpty && answer.ending == .closed)
        }
    }

    @Test func slowBytesAndSlices() async throws {
        try await Self.with(["slow-bytes:4000"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.status == 200 && answer.ending == .closed)
            // Some 1,700 bytes at 4,000 a second.
            let last = try #require(answer.arrivals.last)
            #expect(last.at > .milliseconds(200))
            #expect(answer.arrivals.allSatisfy { $0.count <= 1000 })
        }
        try await Self.with(["slice"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.status == 200 && answer.arrivals.count > 10)
            #expect(answer.body.count == answer.header("Content-Length").flatMap { Int($0) })
        }
    }

    @Test func refuse() async throws {
        try await Self.with(["refuse"]) { server in
            #expect(await RawClient.get(server.port, Self.root).ending == .refused)
            server.faults.set([])
            for _ in 0..<100 where await RawClient.get(server.port, Self.root).status != 200 {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(await RawClient.get(server.port, Self.root).status == 200)
            server.faults.set([try Fault("refuse:1")])
            #expect(await RawClient.get(server.port, Self.root).status == 200)
            #expect(await RawClient.get(server.port, Self.root).ending == .reset)
            #expect(await RawClient.get(server.port, Self.root).ending == .refused)
        }
    }

    // MARK: Sessions and credentials

    @Test func sessionLimitAndLeak() async throws {
        try await Self.with(["session-limit:2", "session-leak"]) { server in
            let first = await Self.logIn(server)
            #expect(first.status == 201)
            let location = try #require(first.header("Location"))
            #expect(await RawClient.get(server.port, location, method: "DELETE").status == 204)
            #expect(await Self.logIn(server).status == 201)
            #expect(await Self.logIn(server).status == 503)
            #expect(server.statistics.sessionsOpen == 2)
            server.faults.set([try Fault("session-limit:2")])
            #expect(await RawClient.get(server.port, location, method: "DELETE").status == 204)
            #expect(await Self.logIn(server).status == 201)
        }
    }

    @Test func sessionExpiry() async throws {
        let clock = ServiceLab.Clock()
        try await Self.with(["session-expiry:seconds=0.2,count=1"], clock: clock) { server in
            let token = try #require(await Self.logIn(server).header("X-Auth-Token"))
            #expect(await Self.withToken(server, token).status == 200)
            clock.advance(.milliseconds(300))
            #expect(await Self.withToken(server, token).status == 401)
            let second = try #require(await Self.logIn(server).header("X-Auth-Token"))
            clock.advance(.milliseconds(300))
            #expect(await Self.withToken(server, second).status == 200)
        }
    }

    @Test func lowPrivilege() async throws {
        try await Self.with(["low-privilege"]) { server in
            #expect(await RawClient.get(server.port, Self.system).status == 200)
            #expect(await Self.reset(server, "On").status == 403)
        }
    }

    @Test func authLockout() async throws {
        try await Self.with(["auth-lockout:2"]) { server in
            #expect(await Self.logIn(server).status == 201)
            for _ in 0..<2 { #expect(await Self.logIn(server, password: "wrong").status == 401) }
            #expect(await Self.logIn(server).status == 401)
            #expect(await RawClient.get(server.port, Self.system).status == 401)
        }
    }

    // MARK: Answers

    @Test func busyAnswers() async throws {
        try await Self.with(["node-busy:rate=1,count=1"]) { server in
            let busy = await RawClient.get(server.port, Self.system)
            #expect(busy.status == 503 && busy.header("Retry-After") == nil)
            #expect(await RawClient.get(server.port, Self.system).status == 200)
        }
        try await Self.with(["retry-after:seconds=7,count=2"]) { server in
            for _ in 0..<2 {
                let busy = await RawClient.get(server.port, Self.system)
                #expect(busy.status == 503 && busy.header("Retry-After") == "7")
            }
            #expect(await RawClient.get(server.port, Self.system).status == 200)
        }
        let clock = ServiceLab.Clock()
        try await Self.with(["firmware-update:after=1,seconds=0.3"], clock: clock) { server in
            #expect(await RawClient.get(server.port, Self.system).status == 200)
            #expect(await RawClient.get(server.port, Self.system).status == 503)
            clock.advance(.milliseconds(400))
            #expect(await RawClient.get(server.port, Self.system).status == 200)
        }
        try await Self.with(["status:code=418,count=1"]) { server in
            #expect(await RawClient.get(server.port, Self.system).status == 418)
            #expect(await RawClient.get(server.port, Self.system).status == 200)
        }
    }

    @Test func etags() async throws {
        try await Self.with(["etag-required"]) { server in
            #expect(await Self.patchBoot(server).status == 428)
            let tag = try #require(await RawClient.get(server.port, Self.system).header("ETag"))
            #expect(await Self.patchBoot(server, headers: ["If-Match: \(tag)"]).status == 200)
        }
        try await Self.with(["etag-refused"]) { server in
            let tag = try #require(await RawClient.get(server.port, Self.system).header("ETag"))
            #expect(await Self.patchBoot(server, headers: ["If-Match: \(tag)"]).status == 412)
            #expect(await Self.patchBoot(server).status == 200)
        }
        try await Self.with(["etag-weak"]) { server in
            let first = try #require(await RawClient.get(server.port, Self.system).header("ETag"))
            let second = try #require(await RawClient.get(server.port, Self.system).header("ETag"))
            #expect(first.hasPrefix("W/") && second.hasPrefix("W/") && first != second)
            let zipped = first.hasSuffix("-gzip\"") ? first : second
            #expect(await Self.patchBoot(server, headers: ["If-Match: \(zipped)"]).status == 412)
            let strong = zipped.replacing("W/", with: "").replacing("-gzip", with: "")
            #expect(await Self.patchBoot(server, headers: ["If-Match: \(strong)"]).status == 200)
        }
    }

    @Test func bodies() async throws {
        try await Self.with(["oversize:3"]) { server in
            #expect(await RawClient.get(server.port, Self.root).body.count > 3 << 20)
        }
        try await Self.with(["deep-json:5000"]) { server in
            #expect(await RawClient.get(server.port, Self.root).body.starts(with: Array(repeating: 0x5B, count: 5000)))
        }
        try await Self.with(["bad-json"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.status == 200)
            #expect(throws: JSON.ParseError.self) { try JSON(parsing: answer.body) }
        }
        try await Self.with(["missing-property"]) { server in
            let system = await Self.json(server, Self.system)
            #expect(system["PowerState"] == nil && system["Boot"] == nil && system["Model"] != nil)
        }
        try await Self.with(["link-cycle"]) { server in
            let path = "/redfish/v1/Systems"
            let systems = await Self.json(server, path)
            #expect(systems["Members@odata.nextLink"]?.text == path)
        }
        try await Self.with(["redirect"]) { server in
            let answer = await RawClient.get(server.port, Self.root)
            #expect(answer.status == 307 && answer.header("Location") == "http://elsewhere.invalid/redfish/v1")
        }
    }

    @Test func aTaskNeverEnds() async throws {
        let clock = ServiceLab.Clock()
        try await Self.with(["task-never-ends"], clock: clock) { server in
            let started = await RawClient.get(
                server.port, "/redfish/v1/UpdateService/Actions/UpdateService.SimpleUpdate", method: "POST",
                body: #"{"ImageURI":"http://192.0.2.1/x.bin"}"#)
            let path = try #require(try JSON(parsing: started.body)["@odata.id"]?.text)
            clock.advance(.milliseconds(1300))
            let task = await Self.json(server, path)
            #expect(task["TaskState"]?.text == "Running" && task["PercentComplete"]?.whole == 99)
            server.faults.set([])
            let ended = await Self.json(server, path)
            #expect(ended["TaskState"]?.text == "Completed")
        }
    }

    // MARK: The BMC and the machine

    @Test func bmcRestart() async throws {
        let clock = ServiceLab.Clock()
        try await Self.with(["bmc-restart:after=2,seconds=0.3,count=1"], clock: clock) { server in
            let token = try #require(await Self.logIn(server).header("X-Auth-Token"))
            #expect(await Self.withToken(server, token).status == 200)
            #expect(await Self.withToken(server, token).ending == .reset)
            #expect(await Self.withToken(server, token).ending == .reset)
            clock.advance(.milliseconds(400))
            #expect(await Self.withToken(server, token).status == 401)
            #expect(await RawClient.get(server.port, Self.system).status == 200)
            #expect(server.statistics.restarts == 1)
        }
    }

    @Test func repliesAreLostAfterTheChange() async throws {
        try await Self.with(["reply-lost:1"]) { server in
            let lost = await Self.patchBoot(server)
            #expect(lost.bytes.isEmpty && lost.ending == .reset)
            #expect(server.machine.chassis.snapshot.bootOverride.target == .pxe)
            #expect(await Self.patchBoot(server).status == 200)
        }
        try await Self.with(["power-drop"]) { server in
            let dropped = await Self.reset(server, "On")
            #expect(dropped.bytes.isEmpty && dropped.ending == .reset)
            #expect(server.machine.chassis.snapshot.power != .off)
        }
    }

    private static func json(_ server: RedfishServer, _ path: String) async -> JSON {
        (try? JSON(parsing: await RawClient.get(server.port, path).body)) ?? .null
    }

    private static func boot(_ server: RedfishServer) async -> JSON? {
        await json(server, system)["Boot"]
    }

    private static func powerState(_ server: RedfishServer) async -> String? {
        await json(server, system)["PowerState"]?.text
    }

    @Test func bootFaults() async throws {
        try await Self.with(["boot-ignored"]) { server in
            #expect(await Self.patchBoot(server).status == 200)
            #expect(server.machine.chassis.snapshot.bootOverride == .none)
        }
        try await Self.with(["boot-once-sticks"]) { server in
            #expect(await Self.patchBoot(server).status == 200)
            #expect(await Self.boot(server)?["BootSourceOverrideEnabled"]?.text == "Continuous")
        }
        try await Self.with(["boot-wrong-readback"]) { server in
            #expect(await Self.patchBoot(server).status == 200)
            #expect(await Self.boot(server)?["BootSourceOverrideTarget"]?.text == "Hdd")
        }
        try await Self.with(["boot-persistent-lost"]) { server in
            let answer = await RawClient.get(
                server.port, Self.system, method: "PATCH",
                body: #"{"Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideEnabled":"Continuous"}}"#)
            #expect(answer.status == 200)
            #expect(await Self.boot(server)?["BootSourceOverrideEnabled"]?.text == "Once")
        }
    }

    @Test func powerFaults() async throws {
        try await Self.with(["power-stuck-off"]) { server in
            #expect(await Self.reset(server, "On").status == 204)
            #expect(await Self.powerState(server) == "Off")
        }
        try await Self.with(["power-stuck-on"], power: .on) { server in
            #expect(await Self.reset(server, "ForceOff").status == 204)
            #expect(await Self.powerState(server) == "On")
        }
        let clock = ServiceLab.Clock()
        try await Self.with(["power-slow:5"], clock: clock) { server in
            #expect(await Self.reset(server, "On").status == 204)
            clock.advance(.milliseconds(200))
            #expect(await Self.powerState(server) == "PoweringOn")
        }
        try await Self.with(["power-stale:5"], power: .on, clock: clock) { server in
            #expect(await Self.powerState(server) == "On")
            #expect(await Self.reset(server, "ForceOff").status == 204)
            clock.advance(.milliseconds(200))
            #expect(await Self.powerState(server) == "On")
            #expect(server.machine.chassis.snapshot.power == .off)
        }
    }

    @Test func clockAndSensors() async throws {
        try await Self.with(["clock-jump:-86400", "sensor-missing"]) { server in
            let manager = await Self.json(server, "/redfish/v1/Managers/1")
            let shown = try #require(manager["DateTime"]?.text.flatMap(Calendar.seconds))
            #expect(abs(Int64(Date().timeIntervalSince1970) - 86_400 - shown) < 60)
            let sensor = await Self.json(server, "/redfish/v1/Chassis/1/Sensors/Inlet_Temp")
            #expect(sensor["Reading"] == .null)
        }
    }

    // MARK: Certificates

    @Test func certificates() async throws {
        try await Self.with([], tls: .generated) { server in
            let own = try #require(server.certificatePEM)
            #expect(await Curl.run([server.baseURL + Self.root], trusting: own) == 0)
            server.faults.set([try Fault("certificate-expired")])
            #expect(await Curl.run([server.baseURL + Self.root], trusting: own) == 60)
            server.faults.set([try Fault("certificate-host")])
            #expect(await Curl.run([server.baseURL + Self.root], trusting: own) == 60)
            server.faults.set([try Fault("certificate-change:1")])
            #expect(await Curl.run([server.baseURL + Self.root], trusting: own) == 0)
            #expect(await Curl.run([server.baseURL + Self.root], trusting: own) == 60)
        }
    }

    // MARK: The seed

    @Test func theSameSeedGivesTheSameRun() throws {
        func run(_ seed: UInt64) throws -> [String] {
            var lab = try ServiceLab(
                faults: ["node-busy:0.3", "missing-property:0.3", "garbage:0.2", "truncate:0.2"], seed: seed)
            return (0..<60).map { _ in
                let response = lab.send("GET", lab.system)
                let steps = StreamFaults(faults: lab.machine.faults)
                    .plan(head: response.head(keepsAlive: false), body: response.sentBody)
                return "\(response.status) \(steps)"
            }
        }
        #expect(try run(5) == run(5))
        #expect(try run(5) != run(6))
    }
}
