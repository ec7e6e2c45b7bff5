// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation
import Host
import Logging
import Trace

/// `ingot driver record`.
struct DriverRecord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Call a driver on a real device and keep what was said, without secrets.",
        discussion: """
            Without --do the calls only look: probe, power, boot device, inventory, sensors, event log. A call is written \
            FUNCTION or FUNCTION=VALUE: power.set=on, boot.set=pxe,persistent,uefi, vendor.invoke=METHOD:BODY.
            """)

    @Argument(help: ArgumentHelp("The plugin: its .so, or its directory.", valueName: "plugin"))
    var plugin: String

    @OptionGroup var device: RecordedDeviceOptions

    @Option(name: .customLong("do"), help: ArgumentHelp("A call to make, in this order.", valueName: "call"))
    var calls: [CallArgument] = []

    @Option(
        help: ArgumentHelp(
            "Where the trace goes; a name that ends in .tar.gz makes a support bundle.", valueName: "file"))
    var out: String

    @Option(help: "Seconds for each call.")
    var timeout = 30.0

    func validate() throws {
        guard timeout > 0, timeout <= 3600 else {
            throw ValidationError("--timeout is more than 0 and at most 3600 seconds")
        }
    }

    func run() async throws {
        let staged = try DriverTraces.stage(plugin)
        let (configuration, secrets) = try device.read()
        let run = DriverRun(
            plugin: staged, workerPath: DriverTraces.workerPath, configuration: configuration, secrets: secrets,
            deadline: .seconds(timeout), logger: DriverTraces.logger)
        let progress = Output.error
        let trace = try await DriverTraces.translatingAsync {
            try await run.record(calls.isEmpty ? DriverRun.tour : calls.map(\.call)) { call in
                progress.line("calling \(Terminal.printable(call.title))")
            }
        }
        if out.hasSuffix(".tar.gz") {
            try SupportBundle(trace: trace, manifest: try DriverTraces.manifest(plugin)).write(to: out)
        } else {
            try DriverTraces.write(try trace.encoded(), to: out)
        }
        Output.standard.line(DriverTraces.table(RecordedCall.all(in: trace)))
    }
}

/// A real device's configuration and secrets.
struct RecordedDeviceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The device's configuration, a JSON object in a file.", valueName: "file"))
    var config: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("One member of the configuration.", valueName: "key=value"))
    var settings: [Setting] = []

    @Option(help: ArgumentHelp("The secret \"password\", from a file; else $INGOT_BMC_PASSWORD.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("Another secret, from a file.", valueName: "name=file"))
    var secretFile: [String] = []

    func read() throws -> (configuration: String, secrets: [String: Secret]) {
        var members = try Setting.object(settings)
        if let config {
            let text = try LocalFile.bytes(config, limit: 1 << 20, purpose: "configuration")
            guard case .object(let own)? = JSONValue(parsing: text) else {
                throw CommandError(.local, "\(config) is no JSON object")
            }
            members.merge(own) { set, _ in set }
        }
        var secrets: [String: Secret] = [:]
        for pair in secretFile {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("--secret-file \(pair) is not name=file") }
            secrets[parts[0]] = Secret(try PasswordSource.secret(file: parts[1]))
        }
        if secrets["password"] == nil, members["password"] == nil {
            let password = try PasswordSource.password(
                file: passwordFile, environment: ProcessInfo.processInfo.environment, prompt: "Password of the BMC: ")
            if let password { secrets["password"] = Secret(password) }
        }
        return (JSONValue.object(members).rendered(indented: false), secrets)
    }
}

/// One `--do`.
struct CallArgument: ExpressibleByArgument {
    var call: RecordedCall

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard let function = parts.first else { return nil }
        call = RecordedCall(function)
        let value = parts.count > 1 ? parts[1] : ""
        switch function {
        case "power.set":
            guard let action = PowerAction(name: value) else { return nil }
            call.value = action.rawValue
        case "boot.set":
            let words = value.split(separator: ",").map(String.init)
            guard let target = words.first.flatMap(BootTarget.init(name:)) else { return nil }
            call.value = target.rawValue
            for word in words.dropFirst() {
                guard let flag = ["persistent": UInt32(1), "uefi": 2, "legacy": 4][word] else { return nil }
                call.flags |= flag
            }
        case "vendor.invoke":
            let pair = value.split(separator: ":", maxSplits: 1).map(String.init)
            guard let method = pair.first else { return nil }
            call.method = method
            call.argument = Array((pair.count > 1 ? pair[1] : "").utf8)
        default:
            guard call.isReplayed else { return nil }
            call.argument = Array(value.utf8)
        }
    }
}
