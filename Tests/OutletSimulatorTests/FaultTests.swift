// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import OutletSimulator

/// What goes wrong when it is told to.
struct FaultTests {
    @Test(arguments: ["loss:1", "hang", "bmc-restart:after=0,count=1000"])
    func silence(_ fault: String) throws {
        let pdu = try TestPDU(faults: [fault])
        #expect(try pdu.reads(1) == nil)
        pdu.faults.set([])
        pdu.clock.pass(.seconds(4))
        #expect(try pdu.reads(1) == .integer(2))
    }

    @Test func answersAreSpoiled() throws {
        let pdu = try TestPDU()
        func answer(_ fault: String) throws -> SNMPMessage? {
            pdu.faults.set([try Fault(fault)])
            return try pdu.ask(.get, [(TestPDU.state.appending([1]), .null)])
        }
        #expect(try answer("wrong-request-id")?.requestID == 78)
        #expect(try answer("wrong-version")?.version == .v1)
        #expect(try answer("wrong-object")?.bindings.first?.object == TestPDU.state.appending([0]))
        #expect(try answer("wrong-type")?.bindings.first?.value == .text("on"))
        #expect(try answer("no-instance")?.bindings.first?.value == .noSuchInstance)
        #expect(try answer("no-bindings")?.bindings.isEmpty == true)
        #expect(try answer("error-status:code=16")?.status == 16)
        #expect(try answer("node-busy")?.status == 13)
        #expect(try answer("firmware-update")?.status == 13)
        #expect(throws: BERError.self) { try answer("truncate") }
        #expect(throws: BERError.self) { try answer("garbage") }
        #expect(try answer("low-privilege")?.status == 0)
        #expect(try pdu.order(1, 1) == 6)
    }

    @Test(arguments: ["reply-lost", "power-drop"])
    func aChangeWhoseAnswerIsLostIsMade(_ fault: String) throws {
        let pdu = try TestPDU(faults: [fault])
        #expect(try pdu.order(1, 1) == nil)
        pdu.clock.pass(.seconds(1))
        #expect(try pdu.reads(1) == .integer(1))
    }

    @Test func outletsMayNotFollow() throws {
        let pdu = try TestPDU(faults: ["power-stuck-off"])
        #expect(try pdu.order(1, 1) == 0)
        pdu.clock.pass(.seconds(1))
        #expect(try pdu.reads(1) == .integer(2))
    }
}
