// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginAPI
import PluginTesting
import Synchronization
import Testing

@Suite struct PowerTests {
    @Test func onOffAndNothingTwice() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.powerState().number == .off)
        #expect(await device.setPower(.doOff).status == INGOT_OK)
        #expect(await device.setPower(.doSoftOff).status == INGOT_OK)
        #expect(machine.now.resets.isEmpty)
        #expect(await device.setPower(.doOn).status == INGOT_OK)
        #expect(await device.powerState().number == .on)
        #expect(await device.setPower(.doOn).status == INGOT_OK)
        #expect(machine.now.resets == ["On"])
        for action in [Int32.doReset, .doCycle, .doNMI, .doSoftOff] {
            #expect(await device.setPower(action).status == INGOT_OK)
        }
        #expect(machine.now.resets == ["On", "ForceRestart", "PowerCycle", "Nmi", "GracefulShutdown"])
    }

    @Test(arguments: [Int32.doReset, .doCycle, .doNMI])
    func whatNeedsPowerIsNotSentWithout(action: Int32) async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        #expect(try await OpenDevice(service.address).setPower(action).status == INGOT_E_STATE)
        #expect(machine.now.resets.isEmpty)
    }

    @Test func anActionThatIsNotListedIsNotSent() async throws {
        let machine = Machine { machine, request in
            guard request.title == "GET /redfish/v1/Systems/1" else { return nil }
            return .json(
                machine.system.replacing(
                    #"["On","ForceOff","GracefulShutdown","ForceRestart","Nmi","PowerCycle"]"#, with: #"["On"]"#))
        }
        machine.state.withLock { $0.power = "On" }
        let service = try machine.start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).setPower(.doOff)
        #expect(outcome.status == INGOT_E_UNSUPPORTED)
        #expect(outcome.message.contains("takes only On"))
        #expect(machine.now.resets.isEmpty)
    }

    /// To list them is optional, and the link to the list may lead nowhere.
    @Test(arguments: ["", #","@Redfish.ActionInfo":"/redfish/v1/Systems/1/Nowhere""#])
    func whereNoTypesAreListedTheServiceDecides(link: String) async throws {
        let machine = Machine { machine, request in
            guard request.title == "GET /redfish/v1/Systems/1" else { return nil }
            return .json(
                machine.system.replacing(
                    #/,\s*"ResetType@Redfish.AllowableValues":\[[^\]]*\]/#, with: link))
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let power = await device.probe().json("capabilities").first?["power"] as? [String: Any]
        #expect(power?["answer"] as? String == "yes")
        #expect(power?["actions"] == nil)
        #expect(await device.setPower(.doOn).status == INGOT_OK)
        #expect(await device.setPower(.doCycle).status == INGOT_OK)
        #expect(machine.now.resets == ["On", "PowerCycle"])
    }

    @Test func theValuesMayStandInActionInfo() async throws {
        let info = #"{"Parameters":[{"Name":"ResetType","AllowableValues":["ForceOn"]}]}"#
        let machine = Machine(resources: ["/redfish/v1/Systems/1/ResetActionInfo": info]) { machine, request in
            guard request.title == "GET /redfish/v1/Systems/1" else { return nil }
            return .json(
                machine.system.replacing(
                    #""ResetType@Redfish.AllowableValues":["On","ForceOff","GracefulShutdown","ForceRestart","Nmi","PowerCycle"]"#,
                    with: ##""@Redfish.ActionInfo":"/redfish/v1/Systems/1/ResetActionInfo""##))
        }
        let service = try machine.start()
        defer { service.stop() }
        #expect(try await OpenDevice(service.address).setPower(.doOn).status == INGOT_OK)
        #expect(machine.now.resets == ["ForceOn"])
    }

    @Test func aLostAnswerIsSaidAndNothingIsSentTwice() async throws {
        let machine = Machine { machine, request in
            guard request.method == "POST", request.path.hasSuffix("ComputerSystem.Reset") else { return nil }
            _ = machine.reset(request)
            return .hangUp
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.powerState().status == INGOT_OK)
        let outcome = await device.setPower(.doOn)
        #expect(outcome.status == INGOT_E_UNREACHABLE)
        #expect(outcome.isMaybeApplied)
        #expect(machine.now.resets == ["On"])
    }

    @Test func aDeadlineDuringTheChangeSaysThatItMayHaveHappened() async throws {
        let machine = Machine { machine, request in
            guard request.method == "POST", request.path.hasSuffix("ComputerSystem.Reset") else { return nil }
            _ = machine.reset(request)
            return ScriptedService.Answer(raw: Array("HTTP/1.1 2".utf8), holdsOpen: true)
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let outcome = await device.setPower(.doOn, device.call(.seconds(1)))
        #expect(outcome.status == INGOT_E_TIMEOUT)
        #expect(outcome.isMaybeApplied)
        #expect(outcome.elapsed < .seconds(2))
    }

    @Test func aCancelledCallEndsAtOnce() async throws {
        let machine = Machine { _, request in
            request.title == "GET /redfish/v1/Systems/1"
                ? ScriptedService.Answer(raw: Array("HTTP/1.1 2".utf8), holdsOpen: true) : nil
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let call = device.call(.seconds(30))
        async let cancelled: Void = onOwnThread {
            while !service.titles.contains("GET /redfish/v1/Systems/1") { usleep(5_000) }
            call.cancel()
        }
        let outcome = await device.powerState(call)
        await cancelled
        #expect(outcome.status == INGOT_E_CANCELLED)
        #expect(!outcome.isMaybeApplied)
        #expect(outcome.elapsed < .seconds(25))
    }

    @Test func aSystemThatDoesNotTellItsPowerIsNotTakenForOff() async throws {
        let machine = Machine { machine, request in
            request.title == "GET /redfish/v1/Systems/1"
                ? .json(machine.system.replacing(#""PowerState":"Off","#, with: "")) : nil
        }
        let service = try machine.start()
        defer { service.stop() }
        #expect(try await OpenDevice(service.address).powerState().status == INGOT_E_PROTOCOL)
    }
}
