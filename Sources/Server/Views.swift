// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import Host
import Store

/// An image as the API shows it.
struct ImageView: Encodable {
    let name: String
    let sha256: String
    let sizeBytes: Int64
    let compression: String
    let installer: String
    let added: Date

    enum CodingKeys: String, CodingKey {
        case name, sha256, compression, installer, added
        case sizeBytes = "size_bytes"
    }

    init(_ image: Image) {
        name = image.name
        sha256 = image.sha256
        sizeBytes = image.size
        compression = image.compression
        installer = image.installer
        added = image.added
    }
}

/// A job as the API shows it: tokens and renderings stay inside.
struct JobView: Encodable {
    struct Wait: Encodable {
        let what: String
        let since: Date
        let deadline: Date
        let person: String?
    }
    struct Failure: Encodable {
        let code: String
        let message: String
        let attempts: [DriverAttempt]?
    }
    let id: String
    let kind: String
    let machine: String
    let instance: String?
    let state: String
    let phase: String
    let step: String
    let permille: Int
    let waitingFor: Wait?
    let error: Failure?
    let created: Date
    let updated: Date

    enum CodingKeys: String, CodingKey {
        case id, kind, machine, instance, state, phase, step, permille, error, created, updated
        case waitingFor = "waiting_for"
    }

    init(_ job: Job) {
        id = job.id
        kind = job.kind.rawValue
        machine = job.machine
        instance = job.instance
        state = job.state.rawValue
        phase = job.phase
        step = job.step.rawValue
        permille = job.permille
        waitingFor = job.waitingFor.map {
            Wait(what: $0.what, since: $0.since, deadline: $0.deadline, person: $0.person?.rawValue)
        }
        error = job.failure.map { Failure(code: $0.code, message: $0.message, attempts: $0.attempts) }
        created = job.created
        updated = job.updated
    }
}

/// One line of a job's journal.
struct EventView: Encodable {
    let seq: Int64
    let at: Date
    let phase: String
    let message: String

    init(_ entry: JournalEntry) {
        seq = entry.seq
        at = entry.at
        phase = entry.phase
        message = entry.message
    }
}

/// A page of a job's journal with the job as it is now.
struct EventsView: Encodable {
    let events: [EventView]
    let job: JobView
}

/// The reply to an order: the job that carries it out, and what was made.
struct AcceptedView: Encodable {
    var machine: MachineView?
    var instance: Instance?
    var job: String?
}

/// A power state read just now.
struct PowerView: Encodable {
    let state: String
}

/// A power order.
struct PowerBody: Decodable {
    let action: String

    var powerAction: PowerAction {
        get throws {
            guard let known = PowerAction(name: action) else {
                let names = PowerAction.allCases.map(\.name).joined(separator: ", ")
                throw ControlError(.invalid, "action is one of \(names)", field: "action")
            }
            return known
        }
    }
}

/// What a person did at a machine.
struct ConfirmBody: Decodable {
    let action: String

    var task: PersonTask {
        get throws {
            guard let task = PersonTask(rawValue: action) else {
                throw ControlError(.invalid, "action is on or off", field: "action")
            }
            return task
        }
    }
}

/// A boot device, read or ordered.
struct BootView: Codable {
    let target: String
    let persistent: Bool?
    let mode: String?

    init(_ setting: BootSetting) {
        target = "\(setting.target)"
        persistent = setting.persistent
        mode = setting.mode.map { "\($0)" }
    }

    var setting: BootSetting {
        get throws {
            guard let target = BootTarget(name: target) else {
                let names = BootTarget.allCases.map(\.name).joined(separator: ", ")
                throw ControlError(.invalid, "target is one of \(names)", field: "target")
            }
            let mode = try mode.map { text in
                guard let mode = BootMode(rawValue: text) else {
                    throw ControlError(.invalid, "mode is uefi or legacy", field: "mode")
                }
                return mode
            }
            return BootSetting(target: target, persistent: persistent ?? false, mode: mode)
        }
    }
}

/// An order to hold or let go.
struct HoldBody: Decodable {
    let hold: Bool
}

/// A plugin as the API shows it.
struct PluginView: Encodable {
    let id: String
    let name: String?
    let vendor: String?
    let version: String?
    let license: String?
    let library: String?
    let sha256: String?
    let extensions: [String]?
    let network: [String]?
    let configSchema: JSONValue?
    let directory: String
    let state: String
    let reason: String?
    let pid: Int32?
    let crashes: Int
    let restarts: Int
    let lastFailure: String?
    let lastWords: String?
    let isolation: String?
    let files: [String]?
    let memoryMiB: Int?
    let confinement: PluginConfinement?
    let workers: [PluginWorkerView]

    enum CodingKeys: String, CodingKey {
        case id, name, vendor, version, license, library, sha256, extensions, network, directory, state, reason, pid
        case crashes, restarts, isolation, files, confinement, workers
        case memoryMiB = "memory_mib"
        case configSchema = "config_schema"
        case lastFailure = "last_failure"
        case lastWords = "last_words"
    }

    init(_ plugin: PluginStatus) {
        id = plugin.id
        name = plugin.manifest?.name
        vendor = plugin.manifest?.vendor
        version = plugin.manifest?.version
        license = plugin.manifest?.license
        library = plugin.manifest?.library
        sha256 = plugin.manifest?.sha256
        extensions = plugin.manifest?.extensions
        network = plugin.manifest?.network
        configSchema = plugin.manifest.flatMap { JSONValue(jsonText: $0.configSchemaJSON) }
        directory = plugin.directory
        state = plugin.state.name
        reason = plugin.state.reason
        pid = plugin.pid
        crashes = plugin.crashes
        restarts = plugin.restarts
        lastFailure = plugin.lastFailure
        lastWords = plugin.lastWords
        isolation = plugin.manifest?.isolation
        files = plugin.manifest?.files
        memoryMiB = plugin.manifest?.memoryMiB
        confinement = plugin.confinement
        workers = plugin.workers.map(PluginWorkerView.init)
    }
}

/// A plugin's worker as the API shows it.
struct PluginWorkerView: Encodable {
    let pid: Int32
    let version: String
    let device: String?
    let leaving: Bool

    init(_ worker: PluginWorkerStatus) {
        pid = worker.pid
        version = worker.version
        device = worker.device
        leaving = worker.isLeaving
    }
}
