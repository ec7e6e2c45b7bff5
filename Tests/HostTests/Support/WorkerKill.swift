// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Synchronization
import Testing

/// The end of a worker in the middle of its work.
enum WorkerKill {
    /// Reads the power of devices over and over until it is time, kills the host's worker and ends the host.
    static func reading(_ devices: [Device], _ host: PluginHost, until isTime: @Sendable () -> Bool) async {
        let killed = Flag()
        await withTaskGroup(of: Void.self) { group in
            for device in devices {
                group.addTask {
                    while !killed.isSet, (try? await device.powerState(deadline: .seconds(5))) != nil {}
                }
            }
            let limit = ContinuousClock.now + .seconds(10)
            while !isTime(), ContinuousClock.now < limit { try? await Task.sleep(for: .milliseconds(1)) }
            killed.set()
            if let pid = host.plugins.first?.pid { kill(pid, SIGKILL) } else { Issue.record("no worker") }
        }
        await host.shutdown()
    }

    /// Does something so many times, two at a time, on targets of their own: `body` gets its number and its half of them.
    static func inHalves<Target: Sendable>(
        _ count: Int, _ targets: [Target], _ body: @Sendable @escaping (Int, [Target]) async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for half in 0..<2 {
                let some = targets.enumerated().filter { $0.offset % 2 == half }.map(\.element)
                group.addTask {
                    for round in 0..<count / 2 { await body(round, some) }
                }
            }
        }
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }
}
