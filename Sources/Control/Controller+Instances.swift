// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import PXE
import Store

/// An order to deploy an operating system on a machine.
public struct InstanceRequest: Codable, Sendable {
    public var name: String
    public var machine: String
    public var image: String
    public var hostname: String?
    public var sshKeys: [String]?
    public var networks: [NetworkConfiguration]?
    public var disk: DiskSelector?
    public var userData: String?
    public var console: String?

    enum CodingKeys: String, CodingKey {
        case name, machine, image, hostname, networks, disk, console
        case sshKeys = "ssh_keys"
        case userData = "user_data"
    }
}

extension Controller {
    /// Accepts a deployment: one transaction claims the machine and writes instance and job.
    ///
    /// - Throws: `ControlError` naming what is missing, taken or wrong; nothing is written then.
    public func deploy(_ request: InstanceRequest) async throws -> (Instance, Job) {
        try Name.check(request.name, field: "name")
        let hostname = request.hostname ?? request.name
        // Without these two nothing can be installed; a boot order that cannot be set is made up for by the boot server.
        if try await store.read({ try $0.get(Machine.self, request.machine) }) != nil {
            for action in [PowerAction.off, .on] {
                try await require(.power(action), of: request.machine, field: "machine")
            }
        }
        let now = Date()
        let jobID = Self.makeJobID(.deploy)
        let (instance, job) = try await store.write { transaction in
            if try transaction.get(Instance.self, request.name) != nil {
                throw ControlError(.conflict, "instance \(request.name) exists already", field: "name")
            }
            guard let image = try transaction.get(Image.self, request.image) else {
                throw ControlError(.notFound, "there is no image \(request.image)", field: "image")
            }
            var machine = try Self.claimable(request.machine, transaction)
            if let other = machine.instance {
                throw ControlError(.conflict, "machine \(machine.name) belongs to instance \(other)", field: "machine")
            }
            guard machine.state == .available else {
                throw ControlError(
                    .conflict,
                    "machine \(machine.name) is \(machine.state.rawValue), not available"
                        + (machine.failure.map { ": \($0)" } ?? ""), field: "machine")
            }
            let instance = Instance(
                name: request.name, machine: machine.name, image: image.name, imageSHA256: image.sha256,
                hostname: hostname, sshKeys: request.sshKeys ?? [], networks: request.networks ?? [],
                disk: request.disk ?? DiskSelector(), userData: request.userData, console: request.console,
                state: .deploying, job: jobID, created: now, deployed: nil)
            let job = Job(
                id: jobID, machine: machine.name, instance: instance.name,
                order: .deploy(imageSHA256: image.sha256, bootMode: machine.firmware), now: now)
            machine.instance = instance.name
            machine.job = job.id
            try transaction.put(machine)
            try transaction.put(instance)
            try transaction.put(job)
            return (instance, job)
        }
        await runner.begin(job.id)
        return (instance, job)
    }

    /// All instances.
    public func instances() async throws -> [Instance] { try await store.read { try $0.all(Instance.self) } }

    /// One instance.
    public func instance(_ name: String) async throws -> Instance {
        guard let instance = try await store.read({ try $0.get(Instance.self, name) }) else {
            throw ControlError(.notFound, "there is no instance \(name)")
        }
        return instance
    }

    /// Takes an instance away: the machine is powered off, set to boot from disk, and free again. With `force` this
    /// goes on when the BMC does not answer, and a deployment under way is aborted first.
    public func release(_ name: String, force: Bool) async throws -> Job {
        let instance = try await instance(name)
        let machine = try await machine(instance.machine)
        if let owner = machine.job, owner == instance.job, force {
            try await runner.submit(.abort, to: owner)
        }
        let job = Job(
            id: Self.makeJobID(.release), machine: instance.machine, instance: name, order: .release(force: force),
            now: Date())
        try await store.write { transaction in
            try Self.claim(job, transaction)
            guard var current = try transaction.get(Instance.self, name) else {
                throw ControlError(.notFound, "there is no instance \(name)")
            }
            // The release owns the instance now: it can be retried, or forced over.
            current.job = job.id
            try transaction.put(current)
        }
        await runner.begin(job.id)
        return job
    }
}
