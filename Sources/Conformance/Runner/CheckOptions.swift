// SPDX-License-Identifier: Apache-2.0

/// What is checked, against what, and how.
public struct CheckOptions: Sendable {
    /// The shared object.
    public var library: String
    /// Its manifest; nil when there is none.
    public var manifest: String?
    public var target = TargetKind.none
    public var profile: Profile?
    /// Interfaces left out of the profile, by short name.
    public var without: Set<String> = []
    public var seed: UInt64 = 1
    /// Ids or numbers of the only checks to make; empty for all.
    public var only: [String] = []
    /// What may be done to a real device.
    public var allow: Set<Check.Hazard> = []
    /// Members of the device configuration and what they hold, with placeholders such as `{host}`.
    public var map: [String: String] = [:]
    /// Files with the secrets of a real device, by member.
    public var secretFiles: [String: String] = [:]
    /// A configuration to start from, with placeholders.
    public var template: String?
    public var isFast = false
    /// Seconds of the soak and of the fuzz check.
    public var soakSeconds = 10.0
    public var fuzzSeconds = 15.0
    /// Builds of the same driver with a sanitizer.
    public var sanitized: [String] = []
    /// Files and directories with checks as text.
    public var scripts: [String] = []
    /// An image of the kind an installer is for.
    public var image: String?
    /// What an installer is to render, as JSON.
    public var request: String?
    /// A file with failures that are known.
    public var knownFailures: String?
    /// Checks made at the same time.
    public var jobs = 4
    /// The program that makes one check, and the words that come before the options.
    public var program: String
    public var command: [String]

    public init(library: String, program: String, command: [String] = ["driver", "check"]) {
        self.library = library
        self.program = program
        self.command = command
    }

    /// The command line of the check command with these options.
    public var arguments: [String] {
        var words = command + [library]
        if let manifest { words += ["--manifest", manifest] }
        if target != .none { words += ["--target", target.description] }
        if let profile { words += ["--profile", profile.rawValue] }
        for name in without.sorted() { words += ["--without", name] }
        words += ["--seed", String(seed)]
        for hazard in allow.sorted(by: { $0.rawValue < $1.rawValue }) { words += ["--allow", hazard.rawValue] }
        for (member, value) in map.sorted(by: { $0.key < $1.key }) { words += ["--map", "\(member)=\(value)"] }
        for (member, file) in secretFiles.sorted(by: { $0.key < $1.key }) {
            words += ["--secret-file", "\(member)=\(file)"]
        }
        if let template { words += ["--config", template] }
        if isFast { words.append("--fast") }
        if soakSeconds != 10 { words += ["--soak", "\(soakSeconds)"] }
        if fuzzSeconds != 15 { words += ["--fuzz-time", "\(fuzzSeconds)"] }
        for path in sanitized { words += ["--sanitized", path] }
        for path in scripts { words += ["--script", path] }
        if let image { words += ["--image", image] }
        if let request { words += ["--request", request] }
        return words
    }

    /// How to repeat one check by itself, as a person would type it.
    public func reproduction(of check: Check) -> String {
        (["ingot"] + arguments + ["--only", check.id]).map(Self.quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"\"'\\$`*?[]{}()&|;<>~#!".utf8.contains(byte)
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
