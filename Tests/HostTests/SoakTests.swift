// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Synchronization
import Testing

extension HostTests {
    /// Ten thousand operations with a driver that goes wrong in every way.
    @Suite(.serialized) struct SoakTests {
        @Test(.timeLimit(.minutes(2))) func everyFiftiethCallGoesWrong() async throws {
            let lab = try PluginLab()
            var bad = TestPlugin.rogue()
            bad.members = #""network": [], "memory_mib": 256"#
            try lab.install(bad)
            try lab.install(.rogue(id: "dev.example.healthy"))
            let host = lab.host()
            let healthy = try PluginLab.rogue(host, "fine", name: "healthy", id: "dev.example.healthy")
            _ = try await healthy.powerState(deadline: .seconds(10))
            let pid = host.plugins.first { $0.id == "dev.example.healthy" }?.pid
            let tally = Tally()
            let others = Task {
                var wrong: [DriverError] = []
                var calls = 0
                while !tally.isOver.load(ordering: .relaxed) {
                    let answer = await failure { try await healthy.powerState(deadline: .seconds(10)) }
                    if let answer { wrong.append(answer) }
                    calls += 1
                }
                return (calls, wrong)
            }
            let modes = ["crash", "abort-open", "hang", "leak", "hoard", "exit"]
            try await withThrowingTaskGroup(of: Void.self) { lanes in
                for lane in 0..<4 {
                    let fine = try PluginLab.rogue(host, "fine", name: "fine\(lane)")
                    lanes.addTask {
                        for index in 0..<2500 {
                            if index % 50 == 49 {
                                let device = try PluginLab.rogue(host, modes[(index / 50 + lane) % modes.count])
                                _ = await failure { try await device.powerState(deadline: .milliseconds(20)) }
                                continue
                            }
                            let error = await failure { try await fine.powerState(deadline: .seconds(5)) }
                            if error == nil {
                                tally.good.add(1, ordering: .relaxed)
                            } else {
                                tally.refused.add(1, ordering: .relaxed)
                            }
                            // An operator who does not give up at once.
                            if error?.message.contains("quarantined") == true, tally.mayReload() {
                                _ = try? await host.reload("dev.example.rogue")
                            }
                        }
                    }
                }
                try await lanes.waitForAll()
            }
            tally.isOver.store(true, ordering: .relaxed)
            let (calls, wrong) = await others.value
            // The neighbour noticed nothing, and its worker is the first one.
            #expect(wrong.isEmpty, "\(wrong.first as Any)")
            #expect(calls > 100)
            #expect(host.plugins.first { $0.id == "dev.example.healthy" }?.pid == pid)
            // The bad plugin's own good devices answered, or were told why not, each time.
            #expect(tally.good.load(ordering: .relaxed) + tally.refused.load(ordering: .relaxed) == 9800)
            #expect(tally.good.load(ordering: .relaxed) > 0)
            #expect(!lab.events.all(.crashed).isEmpty)
            let status = try #require(host.plugins.first { $0.id == "dev.example.rogue" })
            #expect(status.crashes > 0)
            print("soak: \(tally.good.load(ordering: .relaxed)) of 9800 answered, \(status.crashes) crashes,")
            print("soak: \(lab.events.all.map(\.kind.rawValue).reduce(into: [:]) { $0[$1, default: 0] += 1 })")
            await host.shutdown()
            #expect(await eventually { lab.workersAlive == 0 })
        }
    }
}

/// What the lanes of a soak saw.
private final class Tally: Sendable {
    let isOver = Atomic<Bool>(false)
    let good = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    private let reloads = Atomic<Int>(0)

    func mayReload() -> Bool { reloads.add(1, ordering: .relaxed).oldValue < 3 }
}
