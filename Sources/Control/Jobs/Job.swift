// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Host
public import Store

/// What a job is for.
public enum JobKind: String, Codable, Sendable, CaseIterable {
    case deploy, power, boot, inspect, release
}

/// Where a job stands. `running` and `waiting` are the two that go on by themselves.
public enum JobState: String, Codable, Sendable {
    case running, waiting, succeeded, failed, aborted

    /// Whether nothing more will happen without an order.
    public var isOver: Bool { self == .succeeded || self == .failed || self == .aborted }
}

/// What a job waits for, since when, and when it stops waiting.
public struct Waiting: Codable, Sendable, Equatable {
    public var what: String
    public var since: Date
    public var deadline: Date
    /// The code of the last failure on the way, e.g. `bmc.unreachable`.
    public var code: String?
    /// What a person is to do at the machine and then confirm; nil when nobody is asked.
    public var person: PersonTask?
}

/// What a person does at a machine that nothing controls.
public enum PersonTask: String, Codable, Sendable {
    case switchOn = "on"
    case switchOff = "off"
}

/// Why a job failed.
public struct JobFailure: Codable, Sendable, Equatable {
    /// A stable word, e.g. `bmc.auth`, `disk.ambiguous`, `boot.not-seen`.
    public var code: String
    public var message: String
    /// The drivers that were tried, when that is why.
    public var attempts: [DriverAttempt]?
}

/// An effect that was decided on and whose outcome is not known yet.
public struct PlannedEffect: Codable, Sendable, Equatable {
    /// Unique within the job; an outcome names it.
    public var id: Int
    public var effect: Effect
    /// How often it was tried before.
    public var attempt: Int
    /// Not to be done before this time (back-off).
    public var notBefore: Date?
}

/// A durable piece of work on one machine. Changed only by `step`.
public struct Job: Document, Equatable {
    public static let kind = "job"

    public var id: String
    public var kind: JobKind
    public var machine: String
    public var instance: String?
    public var state: JobState
    /// The step it is at; the step table gives its phase.
    public var step: Step
    /// 0–1000 within the step, when the step can tell.
    public var permille: Int
    public var waitingFor: Waiting?
    public var failure: JobFailure?
    public var created: Date
    public var updated: Date
    /// What was ordered.
    public var order: Order
    /// What became known on the way.
    public var facts: Facts
    public var pending: PlannedEffect?
    /// Grows with every change of step or plan; timers and effects name the serial they belong to.
    public var serial: Int

    /// The phase of the current step, for people.
    public var phase: String { step.phase }

    /// A new job at the first step of its kind; nothing happens before `JobEvent.start`.
    public init(id: String, machine: String, instance: String?, order: Order, now: Date) {
        self.id = id
        kind = order.kind
        self.machine = machine
        self.instance = instance
        state = .running
        step = order.steps[0]
        permille = 0
        created = now
        updated = now
        self.order = order
        facts = Facts()
        serial = 0
    }
}
