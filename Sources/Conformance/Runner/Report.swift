// SPDX-License-Identifier: Apache-2.0

/// One check of a run, and how it ended.
public struct CheckResult: Sendable {
    public let check: Check
    public var outcome: Outcome
    /// The command that repeats it.
    public let reproduction: String
}

/// A whole run of the kit.
public struct Report: Sendable {
    public let options: CheckOptions
    /// What the plugin says about itself; nil when it could not be loaded.
    public let plugin: PluginFacts?
    public let results: [CheckResult]
    /// SHA-256 of the library in hexadecimal.
    public let libraryDigest: String

    public var verdict: Verdict { Verdict(self) }
}

/// What a plugin says about itself.
public struct PluginFacts: Sendable, Equatable {
    public var id: String
    public var name: String
    public var version: String
    public var license: String
    public var extensions: [String]
    /// Time of loading and reading the descriptor.
    public var loadNanoseconds: Int

    /// Short names of its interfaces.
    public var interfaces: Set<String> { Set(extensions.map(Interface.name)) }
}
