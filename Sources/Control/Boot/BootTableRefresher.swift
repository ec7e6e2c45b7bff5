// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PXE
import Store

/// Keeps the PXE server's boot table equal to what `BootPlanner` says of the stored machines and jobs.
actor BootTableRefresher {
    private let store: Store
    private let table: BootTable
    private let policy: Policy
    private let site: Site
    private let logger: Logger
    private var last: Task<Void, Never>?

    init(store: Store, table: BootTable, policy: Policy, site: Site, logger: Logger) {
        self.store = store
        self.table = table
        self.policy = policy
        self.site = site
        self.logger = logger
    }

    /// Reads machines and their jobs in one snapshot and brings the table in line. One after the other: an older
    /// snapshot never overwrites a newer one.
    func refresh() async {
        let before = last
        let task = Task {
            await before?.value
            await self.readAndReplace()
        }
        last = task
        await task.value
    }

    private func readAndReplace() async {
        let keepInstalling = !policy.layers.localBootAnswer
        do {
            let (machines, jobs) = try await store.read { transaction in
                let machines = try transaction.all(Machine.self)
                var jobs: [String: Job] = [:]
                for machine in machines {
                    // With layer (c) off (tests) the last deployment keeps answering.
                    let id =
                        keepInstalling
                        ? try machine.instance.flatMap { try transaction.get(Instance.self, $0)?.job } : machine.job
                    if let id { jobs[machine.name] = try transaction.get(Job.self, id) }
                }
                return (machines, jobs)
            }
            let clients = machines.map { machine in
                EnrolledClient(
                    mac: machine.mac, address: machine.address,
                    directive: BootPlanner.directive(
                        machine: machine, job: jobs[machine.name], layers: policy.layers, site: site))
            }
            replace(clients)
        } catch {
            logger.error("the boot table could not be refreshed: \(error)")
        }
    }

    private func replace(_ clients: [EnrolledClient]) {
        let wanted = Set(clients)
        // First out with what changed, so that a freed address or token is free for its new owner.
        for old in table.clients where !wanted.contains(old) && !clients.contains(where: { $0.mac == old.mac }) {
            table.remove(old.mac)
        }
        let current = Set(table.clients)
        for client in clients where !current.contains(client) {
            do {
                try table.set(client)
            } catch {
                logger.error("machine with MAC \(client.mac) cannot be answered: \(error)")
            }
        }
    }
}
