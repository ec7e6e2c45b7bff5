// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Conformance
import Foundation

/// `ingot driver check`.
struct DriverCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a driver against the requirements, each check in a process of its own.",
        discussion: """
            Prints TAP version 14. Ends with 0 only when every MUST of the claimed profile was met, or, without \
            --profile, when no MUST failed. Checks with sim: targets start a simulator of their own and know the truth \
            about its machine.
            """)

    @Argument(help: ArgumentHelp("The plugin: its .so, or its directory.", valueName: "plugin"))
    var plugin: String?

    @Option(help: ArgumentHelp("sim:NAME, openipmi, replay:FILE, or a file with a real device's configuration."))
    var target = ""

    @Option(help: "Claim a profile: \(Profile.allCases.map(\.rawValue).joined(separator: ", ")).")
    var profile: String?

    @Option(help: ArgumentHelp("Leave an interface out of the profile; the certificate names it."))
    var without: [String] = []

    @Option(help: "Seed of everything random; the same seed makes the same run.")
    var seed: UInt64 = 1

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Make only these checks.", valueName: "id"))
    var only: [String] = []

    @Option(help: ArgumentHelp("What may be done to a real device.", valueName: "reboots|destructive"))
    var allow: [String] = []

    @Option(
        help: ArgumentHelp("Fill a member of the configuration; {host}, {port}, {user}, {password}, {url} are put in."))
    var map: [String] = []

    @Option(help: ArgumentHelp("Take a secret of a real device from a file.", valueName: "member=file"))
    var secretFile: [String] = []

    @Option(help: ArgumentHelp("A configuration to start from, with the same placeholders.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The manifest; otherwise plugin.json beside the library.", valueName: "file"))
    var manifest: String?

    @Option(help: ArgumentHelp("An image an installer must recognise.", valueName: "file"))
    var image: String?

    @Option(help: ArgumentHelp("What an installer is to render.", valueName: "file"))
    var request: String?

    @Option(help: ArgumentHelp("A build of the same driver with a sanitizer.", valueName: "file"))
    var sanitized: [String] = []

    @Option(help: ArgumentHelp("Further checks written as text.", valueName: "file or directory"))
    var script: [String] = []

    @Option(help: ArgumentHelp("Failures that are known, as JSON.", valueName: "file"))
    var known: String?

    @Option(help: ArgumentHelp("How long the soak check runs.", valueName: "seconds"))
    var soak = 10.0

    @Option(help: ArgumentHelp("How long the fuzz check runs.", valueName: "seconds"))
    var fuzzTime = 15.0

    @Flag(help: "Shorten what is repeated; for the edit-and-check loop.")
    var fast = false

    @Option(help: "Checks made at the same time.")
    var jobs = 4

    @Option(help: ArgumentHelp("Write JUnit XML.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write a certificate.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("Sign the certificate with this Ed25519 key.", valueName: "PEM file"))
    var key: String?

    @Flag(help: "List the checks and make none.")
    var list = false

    @Flag(help: .hidden) var markdown = false
    @Option(help: .hidden) var runOne: String?
    @Option(help: .hidden) var part: String?
    @Option(help: .hidden) var partInput = "{}"

    func validate() throws {
        guard list || plugin != nil else { throw ValidationError("name the plugin") }
        if let profile, Profile(rawValue: profile) == nil { throw ValidationError("there is no profile \(profile)") }
        if let wrong = allow.first(where: { Check.Hazard(rawValue: $0) == nil }) {
            throw ValidationError("--allow \(wrong): only reboots and destructive can be allowed")
        }
        guard (0...604_800).contains(soak), (0...604_800).contains(fuzzTime) else {
            throw ValidationError("--soak and --fuzz-time are 0 to 604800 seconds")
        }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs is 1 to 64") }
    }

    func run() async throws {
        guard let plugin, !list else { return printList() }
        let options = try options(plugin)
        if let runOne { await OneCheck.run(runOne, part: part, input: partInput, options: options) }
        let signingKey = try key.map { try LocalFile.text($0, limit: 65_536, purpose: "key") }
        let report: Report
        do {
            report = try await TerminalRun(options).run()
            if let junit { try Self.write(JUnitWriter.text(report), to: junit) }
            if let certificate {
                let statement = Certificate.statement(report)
                try Self.write(
                    signingKey.map { try Envelope.sign(statement, keyPEM: $0) } ?? statement, to: certificate)
            }
        } catch let error as KitError {
            throw CommandError(.local, error.description)
        }
        guard report.verdict.isEarned else {
            throw CommandError(
                .failed,
                report.verdict.claimed.map { "profile \($0) is denied" } ?? "at least one requirement is not met")
        }
    }

    /// The options as the kit takes them.
    func options(_ plugin: String) throws -> CheckOptions {
        let (library, found) = try PluginPath.resolve(plugin)
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var options = CheckOptions(library: library, program: program)
        options.manifest = manifest ?? found
        options.target = TargetKind(target)
        options.profile = profile.flatMap(Profile.init(rawValue:))
        options.without = Set(without.flatMap { $0.split(separator: ",").map(String.init) })
        options.seed = seed
        options.only = only.flatMap { $0.split(separator: ",").map(String.init) }
        options.allow = Set(allow.compactMap(Check.Hazard.init(rawValue:)))
        options.map = try Self.pairs(map, "--map")
        options.secretFiles = try Self.pairs(secretFile, "--secret-file")
        options.template = config
        options.image = image
        options.request = request
        options.sanitized = sanitized
        options.scripts = script
        options.knownFailures = known
        options.soakSeconds = soak
        options.fuzzSeconds = fuzzTime
        options.isFast = fast
        options.jobs = jobs
        return options
    }

    private static func pairs(_ words: [String], _ option: String) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for word in words {
            guard let split = word.firstIndex(of: "="), split != word.startIndex else {
                throw ValidationError("\(option) \(word): write MEMBER=VALUE")
            }
            pairs[String(word[..<split])] = String(word[word.index(after: split)...])
        }
        return pairs
    }

    private static func write(_ text: String, to path: String) throws {
        do { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) } catch {
            throw CommandError(.local, "cannot write \(path): \(error.localizedDescription)")
        }
    }

    private func printList() {
        for check in CheckTable.all {
            if markdown {
                let interfaces = check.interfaces.isEmpty ? "–" : check.interfaces.joined(separator: ", ")
                Output.standard.line(
                    "| \(check.number) | `\(check.id)` | \(check.level.rawValue) | \(interfaces) | \(check.requirement) |"
                )
                continue
            }
            let needs = check.interfaces.isEmpty ? "" : " [\(check.interfaces.joined(separator: ", "))]"
            let hazard = check.hazard == .none ? "" : " (\(check.hazard.rawValue))"
            Output.standard.line(
                "\(check.number) \(check.id) \(check.level.rawValue)\(needs)\(hazard): \(check.requirement)")
        }
    }
}
