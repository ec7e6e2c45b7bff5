// SPDX-License-Identifier: Apache-2.0
import BMCModel
import NIOCore
import Synchronization
import Testing

@testable import OutletSimulator

/// A PDU on a clock of the test's own.
final class TestPDU {
    static let command = SNMPObject("1.3.6.1.4.1.318.1.1.12.3.3.1.1.4")
    static let state = SNMPObject("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4")

    final class Clock: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    let clock = Clock()
    let faults: FaultInjector
    var endpoint: OutletEndpoint
    let peer: SocketAddress

    init(
        _ configuration: OutletServer.Configuration = .init(outlets: 4), faults texts: [String] = []
    ) throws {
        faults = FaultInjector(try texts.map { try Fault($0) }, seed: 3)
        let (clock, faults) = (clock, faults)
        let outlets = (0..<configuration.outlets).map { _ in
            FaultyChassis(SharedChassis(Chassis(), clock: { clock.now }), faults: faults)
        }
        endpoint = OutletEndpoint(OutletAgent(configuration, outlets: outlets, faults: faults))
        peer = try SocketAddress(ipAddress: "127.0.0.1", port: 1_000)
    }

    func ask(
        _ operation: SNMPMessage.Operation, _ bindings: [(SNMPObject, SNMPValue)], community: String = "private",
        _ version: SNMPMessage.Version = .v2c, status: Int32 = 0, index: Int32 = 0
    ) throws -> SNMPMessage? {
        var message = SNMPMessage(
            version, community: Array(community.utf8), operation, requestID: 77,
            bindings: bindings.map { .init(object: $0.0, value: $0.1) })
        (message.status, message.index) = (status, index)
        let answers = endpoint.receive(message.bytes, from: peer, at: clock.now)
        return try answers.first.map { try SNMPMessage($0.bytes) }
    }

    func reads(_ outlet: UInt32) throws -> SNMPValue? {
        try ask(.get, [(Self.state.appending([outlet]), .null)])?.bindings.first?.value
    }

    func order(_ outlet: UInt32, _ number: Int32) throws -> Int32? {
        try ask(.set, [(Self.command.appending([outlet]), .integer(number))])?.status
    }
}

/// What the agent answers.
struct AgentTests {
    @Test func outletsSwitchAfterTheirTime() throws {
        let pdu = try TestPDU()
        #expect(try pdu.reads(2) == .integer(2))
        #expect(try pdu.order(2, 1) == 0)
        #expect(try pdu.reads(2) == .integer(2), "not yet")
        #expect(pdu.endpoint.switches().isEmpty)
        #expect(pdu.endpoint.pause(at: pdu.clock.now) == .milliseconds(50))
        pdu.clock.pass(.milliseconds(50))
        #expect(pdu.endpoint.switches() == [.init(outlet: 2, isOn: true)])
        #expect(try pdu.reads(2) == .integer(1))
        #expect(try pdu.reads(3) == .integer(2), "its neighbour stays as it is")
        #expect(try pdu.order(2, 3) == 0)
        pdu.clock.pass(.seconds(1))
        #expect(pdu.endpoint.switches() == [.init(outlet: 2, isOn: false), .init(outlet: 2, isOn: true)])
        #expect(pdu.endpoint.agent.statistics.orders.map(\.action) == [.on, .cycle])
    }

    @Test func refusalsHaveTheirStatus() throws {
        let pdu = try TestPDU()
        let command = TestPDU.command.appending([1])
        func refusal(
            _ object: SNMPObject, _ value: SNMPValue, _ version: SNMPMessage.Version = .v2c,
            community: String = "private"
        ) throws -> [Int32]? {
            try pdu.ask(.set, [(command, .integer(1)), (object, value)], community: community, version).map {
                [$0.status, $0.index]
            }
        }
        #expect(try refusal(command, .integer(9)) == [10, 2])
        #expect(try refusal(command, .integer(9), .v1) == [3, 2])
        #expect(try refusal(command, .text("1")) == [7, 2])
        #expect(try refusal(TestPDU.state.appending([1]), .integer(1)) == [17, 2])
        #expect(try refusal(TestPDU.command.appending([5]), .integer(1)) == [11, 2])
        #expect(try refusal(TestPDU.command.appending([5]), .integer(1), .v1) == [2, 2])
        #expect(try refusal(command, .integer(1), community: "public") == [6, 1])
        #expect(try refusal(command, .integer(1), community: "wrong") == nil)
        pdu.clock.pass(.seconds(1))
        #expect(try pdu.reads(1) == .integer(2), "a refused SET switches nothing, its good parts neither")
        #expect(pdu.endpoint.agent.statistics.refused == 1)
    }

    @Test func missingObjectsAreTold() throws {
        let pdu = try TestPDU()
        #expect(try pdu.reads(5) == .noSuchInstance)
        #expect(try pdu.ask(.get, [(SNMPObject("1.3.6.1.9"), .null)])?.bindings[0].value == .noSuchObject)
        let old = try #require(
            try pdu.ask(.get, [(TestPDU.state.appending([1]), .null), (TestPDU.state.appending([5]), .null)], .v1))
        #expect(old.status == 2 && old.index == 2 && old.bindings.map(\.value) == [.null, .null])
    }

    @Test(arguments: OutletModel.all.map(\.name))
    func aWalkEndsAndIsInOrder(_ name: String) throws {
        let model = try #require(OutletModel(named: name))
        let pdu = try TestPDU(.init(model: model, outlets: 64))
        var seen: [SNMPObject] = [SNMPObject("0.0")]
        while let binding = try pdu.ask(.getNext, [(seen[seen.count - 1], .null)])?.bindings.first,
            binding.value != .endOfMibView
        {
            #expect(binding.object > seen[seen.count - 1])
            seen.append(binding.object)
            try #require(seen.count < 1_000)
        }
        let columns = Set(model.columns.map(\.object) + [model.state])
        #expect(seen.count - 1 == 6 + 64 * columns.count)
        var bulk: [SNMPObject] = [SNMPObject("0.0")]
        while let answer = try pdu.ask(.getBulk, [(bulk[bulk.count - 1], .null)], index: .max) {
            #expect(answer.bytes.count <= OutletAgent.answerLimit)
            let found = answer.bindings.filter { $0.value != .endOfMibView }
            bulk += found.map(\.object)
            if found.isEmpty { break }
        }
        #expect(bulk == seen)
    }

    @Test func whatDoesNotFitIsTooBig() throws {
        let pdu = try TestPDU()
        let many = [(SNMPObject, SNMPValue)](repeating: (SNMPObject("1.3.6.1.2.1.1.1.0"), .null), count: 200)
        let answer = try #require(try pdu.ask(.get, many))
        #expect(answer.status == 1 && answer.bindings.isEmpty)
    }

    @Test func randomDatagramsSwitchNothing() throws {
        let pdu = try TestPDU()
        var random = SeededRandom(seed: 9)
        let sample = SNMPMessage(
            .v2c, community: Array("private".utf8), .set, requestID: 1,
            bindings: [.init(object: TestPDU.command.appending([1]), value: .text("no integer"))]
        ).bytes
        for round in 0..<50_000 {
            var bytes = sample
            if round.isMultiple(of: 2) {
                bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            } else {
                bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
            }
            _ = pdu.endpoint.receive(bytes, from: pdu.peer, at: pdu.clock.now)
        }
        pdu.clock.pass(.seconds(1))
        #expect(pdu.endpoint.switches().isEmpty)
        #expect(try pdu.reads(1) == .integer(2), "a good client is still served")
    }
}
