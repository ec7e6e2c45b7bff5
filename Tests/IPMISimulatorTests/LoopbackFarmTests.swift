// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import IPMISimulator

/// Many BMCs behind one socket.
@Suite(.timeLimit(.minutes(1)))
struct LoopbackFarmTests {
    @Test(.enabled(if: ForeignTool.has("ipmipower")))
    func aForeignClientFindsEachAtItsAddress() async throws {
        let farm = try LoopbackFarm.start(
            count: 600, chassis: { SharedChassis(Chassis(power: $0 % 2 == 0 ? .on : .off)) })
        defer { farm.stop() }
        let chosen = [0, 1, 249, 250, 499, 500, 599]
        let hosts = chosen.map { "\(LoopbackFarm.address($0)):\(farm.port)" }
        let run = await ForeignTool.run(
            "ipmipower",
            [
                "-h", hosts.joined(separator: ","), "-u", "admin", "-p", "secret", "-l", "ADMIN", "-D", "LAN_2_0",
                "-I", "17", "--stat",
            ])
        let wanted = Set(chosen.map { "\(LoopbackFarm.address($0)): \($0 % 2 == 0 ? "on" : "off")" })
        #expect(Set(run.output.split(separator: "\n").map(String.init)) == wanted, "\(run)")
        for index in chosen { #expect(farm.statistics(index).sessionsOpened == 1, "\(index)") }
        #expect(farm.statistics(2).datagramsIn == 0)
    }

    /// Answers that are late come late, and by themselves.
    @Test(.enabled(if: ForeignTool.has("ipmipower")))
    func aSlowOneAnswersLater() async throws {
        let farm = try LoopbackFarm.start(
            count: 2, faults: { FaultInjector($0 == 1 ? [try? Fault("latency:seconds=0.1")].compactMap { $0 } : []) })
        defer { farm.stop() }
        let begin = ContinuousClock.now
        let run = await ForeignTool.run(
            "ipmipower",
            [
                "-h", "\(LoopbackFarm.address(1)):\(farm.port)", "-u", "admin", "-p", "secret", "-l", "ADMIN", "-D",
                "LAN_2_0", "-I", "17", "--stat",
            ])
        #expect(run.output.contains(": off"), "\(run)")
        // At least six answers.
        #expect(ContinuousClock.now - begin >= .milliseconds(600))
    }

    @Test func addressesAreThoseOfHosts() {
        #expect(LoopbackFarm.address(0) == "127.64.0.1")
        #expect(LoopbackFarm.address(249) == "127.64.0.250")
        #expect(LoopbackFarm.address(250) == "127.64.1.1")
        #expect(LoopbackFarm.address(64_999) == "127.65.3.250")
    }

    @Test func tooManyAreRefused() {
        #expect(throws: IPMIServerError.self) { try LoopbackFarm.start(count: LoopbackFarm.most + 1) }
        #expect(throws: IPMIServerError.self) { try LoopbackFarm.start(count: -1) }
    }

    @Test func wakesComeInTheOrderOfTheirTimes() {
        var list = WakeList()
        for index in 0..<200 { list.set(index, at: .milliseconds(index * 37 % 200)) }
        // One that changed its mind, one that wants nothing any more.
        list.set(5, at: .milliseconds(500))
        list.set(6, at: nil)
        #expect(list.take(at: .milliseconds(-1)) == nil)
        var order: [Int] = []
        while let index = list.take(at: .milliseconds(199)) { order.append(index * 37 % 200) }
        #expect(order == order.sorted() && order.count == 198)
        #expect(list.take(at: .milliseconds(499)) == nil)
        #expect(list.take(at: .milliseconds(500)) == 5)
        #expect(list.next == nil)
    }
}
