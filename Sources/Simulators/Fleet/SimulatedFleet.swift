// SPDX-License-Identifier: Apache-2.0

/// Several simulated machines in one process.
public struct SimulatedFleet: Sendable {
    /// The machines, in the order of their configurations.
    public let machines: [SimulatedMachine]

    /// Starts all machines, or none.
    ///
    /// - Throws: the first machine's error; those that had started are stopped.
    public static func start(_ configurations: [MachineConfiguration]) async throws -> SimulatedFleet {
        var started: [Int: SimulatedMachine] = [:]
        var failure: (any Error)?
        await withTaskGroup(of: (Int, Result<SimulatedMachine, any Error>).self) { group in
            var next = configurations.indices.makeIterator()
            func add() {
                guard failure == nil, let index = next.next() else { return }
                let configuration = configurations[index]
                group.addTask {
                    do {
                        return (index, .success(try await SimulatedMachine.start(configuration)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            // Eight at a time: starting takes processor time, waiting for them does not.
            for _ in 0..<8 { add() }
            for await (index, result) in group {
                switch result {
                case .success(let machine): started[index] = machine
                case .failure(let error): failure = failure ?? error
                }
                add()
            }
        }
        let fleet = SimulatedFleet(machines: configurations.indices.compactMap { started[$0] })
        if let failure {
            await fleet.stop()
            throw failure
        }
        return fleet
    }

    /// Stops all machines and their BMCs.
    public func stop() async {
        await withTaskGroup(of: Void.self) { group in
            for machine in machines { group.addTask { await machine.stop() } }
        }
    }
}
