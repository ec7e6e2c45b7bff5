// SPDX-License-Identifier: Apache-2.0
import BMCModel
import PluginAPI
import Testing

/// Boot order and HTTP boot address, which are set and read back.
@Suite struct BootOrderTests {
    @Test func theOrderIsTurnedAround() async throws {
        let bmc = try await SimulatedBMC()
        let device = try bmc.open()
        let before = await device.invoke("boot-order.get")
        let order = try #require(before.json("reply").first?["order"] as? [String])
        let wanted = "[" + order.reversed().map { "\"\($0)\"" }.joined(separator: ",") + "]"
        let machine = bmc.machine.bootOrder
        let outcome = await device.invoke("boot-order.set", #"{"order":\#(wanted)}"#)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        #expect(outcome.json("reply").first?["order"] as? [String] == order.reversed())
        #expect(bmc.machine.bootOrder == machine.reversed())
        #expect(await device.invoke("boot-order.set", #"{"order":["Boot9999"]}"#).status == INGOT_E_UNSUPPORTED)
        device.close()
        await bmc.stop()
    }

    @Test func httpBootGoesToAnAddress() async throws {
        let bmc = try await SimulatedBMC()
        let device = try bmc.open()
        let uri = "http://192.0.2.1/boot/x.efi"
        let outcome = await device.invoke("http-boot.set", #"{"uri":"\#(uri)"}"#)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        #expect(outcome.json("reply").first?["uri"] as? String == uri)
        #expect(await device.setBoot(.http, .uefi).status == INGOT_OK)
        #expect(bmc.machine.bootOverride.target == .http)
        #expect(bmc.machine.bootOverride.uri == uri)
        for wrong in ["ftp://192.0.2.1/x", "http://192.0.2.1/a b", "7"] {
            #expect(await device.invoke("http-boot.set", #"{"uri":"\#(wrong)"}"#).status == INGOT_E_INVALID)
        }
        device.close()
        await bmc.stop()
    }

    @Test(arguments: ["boot-order.set", "http-boot.set"])
    func whatIsAcknowledgedAndNotKeptIsNoSuccess(method: String) async throws {
        let machine = Machine { machine, request in
            switch request.title {
            case "GET /redfish/v1/Systems/1":
                .json(#"{"Id":"1","Boot":{"BootOrder":["A","B"],"HttpBootUri":"http://192.0.2.9/old"}}"#)
            case "PATCH /redfish/v1/Systems/1": ScriptedService.Answer(status: 204)
            default: nil
            }
        }
        let service = try machine.start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).invoke(
            method, #"{"order":["B","A"],"uri":"http://192.0.2.1/new"}"#)
        #expect(outcome.status == INGOT_E_PROTOCOL, "\(outcome.message)")
        #expect(outcome.isMaybeApplied && outcome.message.contains("not kept"))
    }
}
