// SPDX-License-Identifier: Apache-2.0

/// One interface of one device: whether it is there, how that is known, and what it takes.
///
/// A list that is nil was not told; an empty one says that there is none. docs/driver-json.md has the members.
public struct Capability: Sendable, Equatable {
    public var answer: Answer
    /// What was asked and what came back, in one line.
    public var evidence: String?
    /// Of `power`.
    public var actions: [PowerAction]?
    /// Of `power`: who carries an action out; nil is the device itself.
    public var by: Agent?
    /// Of `power`: what a person who is to do it has to know, in one line.
    public var hint: String?
    /// Of `boot`.
    public var targets: [BootTarget]?
    /// Of `boot`: whether an override can hold for every boot.
    public var persistent: Answer?
    /// Of `boot`.
    public var modes: [BootMode]?
    /// Of `media`.
    public var slots: [String]?
    /// Of `vendor`.
    public var methods: [String]?
    /// Of `eventlog`: whether the log can be cleared.
    public var clear: Bool?
    /// How long one change through the interface may take at worst, in whole seconds from 1 to 3600.
    public var limitSeconds: Int?

    /// Who carries an action out when the device cannot.
    public enum Agent: String, Sendable {
        /// Somebody at the machine; the driver is never asked to do it.
        case person
    }

    public init(_ answer: Answer, evidence: String? = nil) {
        self.answer = answer
        self.evidence = evidence
    }
}
