// SPDX-License-Identifier: Apache-2.0
import PluginAPI
import Synchronization
import Testing

@Suite struct BootTests {
    @Test(arguments: [Int32.pxe, .disk, .cd, .setup, .http], [0, Int32.persistent])
    func targetsAreSetAndReadBack(target: Int32, flags: Int32) async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.setBoot(target, flags).status == INGOT_OK)
        let read = await device.bootSetting()
        #expect(read.number == target)
        #expect(Int32(bitPattern: read.flags) == flags | .uefi)
        #expect(await device.setBoot(.none).status == INGOT_OK)
        #expect(await device.bootSetting().number == .none)
        #expect(machine.now.enabled == "Disabled")
    }

    @Test func onlyWhatIsAskedForIsSent() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.setBoot(.pxe).status == INGOT_OK)
        #expect(await device.setBoot(.cd, .legacy).status == INGOT_OK)
        #expect(
            machine.now.patches == [
                #"{"Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Pxe"}}"#,
                #"{"Boot":{"BootSourceOverrideMode":"Legacy","BootSourceOverrideTarget":"Cd"}}"#,
            ])
    }

    @Test func aTargetThatIsNotListedIsNotSent() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        #expect(try await OpenDevice(service.address).setBoot(Int32(INGOT_BOOT_USB)).status == INGOT_E_UNSUPPORTED)
        #expect(machine.now.patches.isEmpty)
    }

    @Test func anOverrideThatIsIgnoredIsNoSuccess() async throws {
        let machine = Machine { _, request in request.method == "PATCH" ? ScriptedService.Answer(status: 204) : nil }
        let service = try machine.start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).setBoot(.pxe)
        #expect(outcome.status == INGOT_E_PROTOCOL)
        #expect(outcome.isMaybeApplied)
        #expect(outcome.message.contains("not kept"))
    }

    @Test func whatIsDroppedIsTold() async throws {
        let machine = Machine { machine, request in
            guard request.method == "PATCH" else { return nil }
            let answer = machine.patch(request)
            machine.state.withLock { $0.enabled = "Continuous" }
            return answer
        }
        let service = try machine.start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).setBoot(.pxe)
        #expect(outcome.status == INGOT_OK)
        #expect(outcome.texts("readback") == [#"{"device":"pxe","dropped":["once"]}"#])
    }

    @Test func theETagOfWhatWasReadGoesAlong() async throws {
        let machine = Machine { machine, request in
            switch request.title {
            case "GET /redfish/v1/Systems/1": return .json(machine.system, [("ETag", "W/\"42\"")])
            case "PATCH /redfish/v1/Systems/1":
                return request.headers["if-match"] == "W/\"42\"" ? machine.patch(request) : .refusal(412, "X.1.Y")
            case "POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset":
                return request.headers["if-match"] == nil ? machine.reset(request) : .refusal(412, "X.1.Y")
            default: return nil
            }
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.setBoot(.pxe).status == INGOT_OK)
        #expect(await device.setPower(.doOn).status == INGOT_OK)
    }
}
