// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import PluginTesting
import RedfishSimulator
import Synchronization
import Testing

@testable import Redfish

/// Sessions that nobody uses any more, on services that count them.
@Suite struct LeftOverSessionTests {
    private static var dead: String {
        var mark = SessionMark()
        mark.process = Int32.max
        return mark.text
    }

    @Test func theNextLoginDeletesThem() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let left = (0..<3).map { _ in machine.addSession(context: Self.dead).path }
        let others = [SessionMark().text, "a person's", nil].map { machine.addSession(context: $0).path }
        let device = try OpenDevice(service.address)
        let outcome = await device.powerState()
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        let open = Set(machine.now.sessions.values)
        #expect(open.isDisjoint(with: left) && open.isSuperset(of: others))
        #expect(open.count == 4)
        // It is looked for once.
        let before = service.titles.count
        #expect(await device.powerState().status == INGOT_OK)
        #expect(service.titles.count == before + 1)
        device.close()
        #expect(Set(machine.now.sessions.values) == Set(others))
    }

    /// Leaves sessions on a simulated BMC with a limit, as processes do that die.
    private static func crowd(_ bmc: SimulatedBMC, _ contexts: [String?]) throws {
        for context in contexts {
            var body = ["UserName": "admin", "Password": OpenDevice.password]
            body["Context"] = context
            let json = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
            let result = try SushyTools.run(
                "/usr/bin/env",
                [
                    "curl", "--silent", "--fail", "--header", "Content-Type: application/json", "--data", json,
                    bmc.server.baseURL + Machine.sessionsPath,
                ])
            #expect(result.status == 0)
        }
    }

    @Test func aServiceFullOfThemHasRoomAgain() async throws {
        let bmc = try await SimulatedBMC { $0.options.sessionLimit = 2 }
        try Self.crowd(bmc, [Self.dead, Self.dead])
        let device = try bmc.open()
        let outcome = await device.powerState()
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        let now = bmc.server.statistics
        #expect(now.sessionsDeletedByOthers == 2 && now.sessionsOpen == 1 && now.loginsFailed == 0)
        device.close()
        #expect(bmc.server.statistics.sessionsOpen == 0)
        await bmc.stop()
    }

    @Test func whereOthersHaveThemAllBasicServes() async throws {
        let bmc = try await SimulatedBMC { $0.options.sessionLimit = 2 }
        try Self.crowd(bmc, [nil, "a person's"])
        let device = try bmc.open()
        #expect(await device.powerState().status == INGOT_OK)
        #expect(await device.setPower(.doOn).status == INGOT_OK)
        let capabilities = try #require(await device.probe().json("capabilities").first)
        #expect((capabilities["session"] as? [String: Any])?["login"] as? String == "basic")
        device.close()
        let now = bmc.server.statistics
        #expect(now.sessionsOpen == 2 && now.sessionsDeleted == 0)
        await bmc.stop()
    }

    @Test func aSweepDeletesThemToo() async throws {
        let bmc = try await SimulatedBMC { $0.options.sessionLimit = 2 }
        try Self.crowd(bmc, [Self.dead, Self.dead])
        let device = try bmc.open()
        let plugin = try LoadedPlugin.named("ingot-redfish")
        let table = try plugin.interface(INGOT_SWEEP, ingot_sweep.self).pointee
        let call = TestCall(deadline: .seconds(20), secrets: ["0.password": OpenDevice.password])
        let status = await onOwnThread {
            [device.device as OpaquePointer?].withUnsafeBufferPointer { handles in
                call.run { table.read(handles.baseAddress, handles.count, $0, Int32(INGOT_SWEEP_POWER)) }
            }
        }
        #expect(status == INGOT_OK)
        #expect(call.result.emitted.contains { $0.key == "result" })
        let now = bmc.server.statistics
        #expect(now.sessionsDeletedByOthers == 2 && now.sessionsOpen == 1)
        device.close()
        await bmc.stop()
    }

    /// The call ends while the service makes the session; the answer comes at once, or never.
    @Test(arguments: [true, false], [true, false])
    func aLoginThatIsCutOffLeavesNothing(comes: Bool, callsAgain: Bool) async throws {
        let call = TestCall(deadline: .seconds(20), secrets: ["password": OpenDevice.password])
        let cut = Atomic(false)
        let machine = Machine { machine, request in
            guard request.title == "POST \(Machine.sessionsPath)", !cut.exchange(true, ordering: .relaxed) else {
                return nil
            }
            let answer = machine.logIn(request)
            call.cancel()
            return comes ? answer : ScriptedService.Answer(raw: Array("HTTP/1.1 2".utf8), holdsOpen: true)
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.powerState(call).status == INGOT_E_CANCELLED)
        #expect(machine.now.sessions.count == 1)
        if callsAgain {
            #expect(await device.powerState().status == INGOT_OK)
            #expect(machine.now.sessions.count == 1)
        }
        device.close()
        #expect(machine.now.sessions.isEmpty, "\(service.titles)")
    }

    @Test(arguments: [true, false]) func aSessionWithoutLocationIsFoundAndDeleted(isMarked: Bool) async throws {
        let machine = Machine { machine, request in
            guard request.title == "POST \(Machine.sessionsPath)" else { return nil }
            let context = isMarked ? request.json["Context"] as? String : nil
            return .json("{}", status: 201, [("X-Auth-Token", machine.addSession(context: context).token)])
        }
        let service = try machine.start()
        defer { service.stop() }
        let other = isMarked ? machine.addSession(context: nil).path : nil
        let device = try OpenDevice(service.address)
        #expect(await device.powerState().status == INGOT_OK)
        device.close()
        #expect(Array(machine.now.sessions.values) == (other.map { [$0] } ?? []))
    }
}
