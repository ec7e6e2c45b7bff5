// SPDX-License-Identifier: Apache-2.0
import BMCModel
import OutletSimulator
import PluginKit
import Testing

/// Against Ingot's simulated PDU, in the shape of every model.
@Suite("Outlets of simulated PDUs")
struct SimulatedModelTests {
    @Test(arguments: OutletModel.all.map(\.name))
    func everyModelSwitches(_ name: String) async throws {
        let model = try #require(OutletModel(named: name))
        let machine = SharedChassis(Chassis())
        let pdu = try await OutletServer.start(.init(model: model), outlets: [2: machine])
        let path = try TestPath(
            outletJSON(UInt16(pdu.port), "\"2\"", "\"model\":\"\(name)\",\"off_seconds\":1"))
        #expect(await path.state().state == .off)
        #expect(await path.set(.on).error == nil)
        #expect(machine.snapshot.power == .on)
        #expect(await path.state().state == .on)
        #expect(await path.set(.cycle).error == nil)
        #expect(machine.snapshot.counts.powerOns == 2 && machine.snapshot.counts.powerOffs == 1)
        #expect(await path.set(.off).error == nil)
        #expect(machine.snapshot.power == .off)
        #expect(pdu.statistics.orders.map(\.action) == [.on, .off, .on, .off])
        await pdu.stop()
    }

    @Test(arguments: OutletModel.all.map(\.name))
    func everyModelReboots(_ name: String) async throws {
        let model = try #require(OutletModel(named: name))
        let machine = SharedChassis(Chassis(power: .on))
        let pdu = try await OutletServer.start(.init(model: model), outlets: [1: machine])
        let path = try TestPath(
            outletJSON(UInt16(pdu.port), "\"1\"", "\"model\":\"\(name)\",\"pdu_reboot\":true"))
        #expect(await path.set(.cycle).error == nil)
        #expect(pdu.statistics.orders.map(\.action) == [.cycle])
        await pdu.stop()
    }
}
