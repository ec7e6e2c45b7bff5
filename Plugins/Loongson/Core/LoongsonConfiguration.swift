// SPDX-License-Identifier: GPL-3.0-or-later
import IPMI
import Outlet
import PluginKit

/// What kind of Loongson machine it is, and what that kind needs to know.
enum LoongsonConfiguration {
    /// A LoongArch server with Loongson's 2K BMC.
    case ls2k(LS2KConfiguration)
    /// A MIPS board with PMON, switched by outlet or Wake-on-LAN.
    case pmon(PMONConfiguration)
    /// A UEFI board without BMC, switched by outlet or Wake-on-LAN.
    case uefi(UEFIConfiguration)

    private struct KindMember: Decodable { var kind: String }

    /// The names of the members that are there.
    private struct Members: Decodable {
        struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        var names: [String]

        init(from decoder: any Decoder) throws {
            names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
        }
    }

    /// What belongs to each kind beside its secrets.
    private static let power = ["outlet", "wake_on_lan", "console", "serial"]
    private static let members: [String: [String]] = [
        "ls2k": ["host", "port", "username", "privilege", "cipher_suites", "commands"],
        "pmon": power + ["pmon", "network_boot", "disk_boot"],
        "uefi": power,
    ]

    /// Reads and checks a configuration. Throws `invalid` naming the member.
    init(json: String) throws(PluginError) {
        let kind = try JSONText.decode(KindMember.self, from: json, as: "config").kind
        if let own = Self.members[kind] {
            let others = Set(Self.members.values.joined()).subtracting(own)
            let given = try JSONText.decode(Members.self, from: json, as: "config").names
            if let foreign = given.sorted().first(where: others.contains) {
                throw .invalid(field: foreign, "does not belong to a machine of kind \(kind)")
            }
        }
        switch kind {
        case "ls2k": self = .ls2k(try JSONText.decode(LS2KConfiguration.self, from: json, as: "config"))
        case "pmon": self = .pmon(try JSONText.decode(PMONConfiguration.self, from: json, as: "config"))
        case "uefi": self = .uefi(try JSONText.decode(UEFIConfiguration.self, from: json, as: "config"))
        default: throw .invalid(field: "kind", "is not ls2k, pmon or uefi")
        }
    }
}

/// The serial port behind a console server: members `console` and `serial`.
struct ConsoleConfiguration: Equatable, Sendable, Decodable {
    var address: ConsoleAddress
    var settings: SerialSettings

    private enum CodingKeys: CodingKey { case console, serial }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        address = try ConsoleAddress(try values.decode(String.self, forKey: .console))
        let given = try values.decodeIfPresent(SerialSettings.self, forKey: .serial)
        guard given == nil || address.kind == .rfc2217 else {
            throw PluginError.invalid(field: "serial", "can be set with rfc2217:// alone")
        }
        settings = given ?? SerialSettings()
    }
}

/// A UEFI board: how it gets power, and its console if it has one.
struct UEFIConfiguration: Decodable, Sendable {
    var power: PowerConfiguration
    var console: ConsoleConfiguration?

    private enum CodingKeys: CodingKey { case console, serial }

    init(from decoder: any Decoder) throws {
        power = try PowerConfiguration(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        console = values.contains(.console) ? try ConsoleConfiguration(from: decoder) : nil
        guard console != nil || !values.contains(.serial) else {
            throw PluginError.invalid(field: "serial", "stands for nothing without console")
        }
    }
}

/// A PMON board: power, the serial port, how its firmware talks, and what it is to boot.
struct PMONConfiguration: Decodable, Sendable {
    var power: PowerConfiguration
    var console: ConsoleConfiguration
    var dialogue: PMONDialogue.Options
    /// How long a file may take to load, and a kernel to say something.
    var loadLimit: Duration
    var kernelLimit: Duration
    var network: BootPlan?
    var disk: BootPlan?

    private enum CodingKeys: String, CodingKey {
        case pmon
        case network = "network_boot"
        case disk = "disk_boot"
    }

    private struct Firmware: Decodable {
        var prompt: String?
        var abortKey: String?
        var window: String?
        var characterMilliseconds: Int?
        var start: Int?
        var untilPrompt: Int?
        var load: Int?
        var kernel: Int?

        private enum CodingKeys: String, CodingKey {
            case prompt, window
            case abortKey = "abort_key"
            case characterMilliseconds = "character_ms"
            case start = "start_seconds"
            case untilPrompt = "prompt_seconds"
            case load = "load_seconds"
            case kernel = "kernel_seconds"
        }
    }

    private static let abortKeys: [String: UInt8] = ["space": 0x20, "tab": 0x09, "escape": 0x1b, "ctrl-c": 0x03]

    init(from decoder: any Decoder) throws {
        power = try PowerConfiguration(from: decoder)
        console = try ConsoleConfiguration(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        network = try values.decodeIfPresent(BootPlan.self, forKey: .network)
        disk = try values.decodeIfPresent(BootPlan.self, forKey: .disk)
        let firmware = try values.decodeIfPresent(Firmware.self, forKey: .pmon)
        guard let prompt = PromptPattern(firmware?.prompt ?? "PMON*>") else {
            throw PluginError.invalid(field: "pmon.prompt", "is not printable ASCII beside *")
        }
        var options = PMONDialogue.Options(prompt: prompt)
        guard let key = Self.abortKeys[firmware?.abortKey ?? "space"] else {
            throw PluginError.invalid(
                field: "pmon.abort_key", "is not \(Self.abortKeys.keys.sorted().joined(separator: ", "))")
        }
        options.abortKey = key
        options.window = firmware?.window
        func seconds(_ value: Int?, _ range: ClosedRange<Int>, _ usual: Int, _ name: String) throws -> Duration {
            let number = value ?? usual
            guard range.contains(number) else {
                throw PluginError.invalid(field: "pmon.\(name)", "is not \(range.lowerBound) to \(range.upperBound)")
            }
            return .seconds(number)
        }
        options.start = try seconds(firmware?.start, 1...600, 20, "start_seconds")
        options.promptLimit = try seconds(firmware?.untilPrompt, 1...900, 120, "prompt_seconds")
        loadLimit = try seconds(firmware?.load, 1...1800, 300, "load_seconds")
        kernelLimit = try seconds(firmware?.kernel, 1...600, 30, "kernel_seconds")
        let pace = firmware?.characterMilliseconds ?? 20
        guard (0...1000).contains(pace) else {
            throw PluginError.invalid(field: "pmon.character_ms", "is not 0 to 1000")
        }
        options.characterDelay = .milliseconds(pace)
        dialogue = options
    }

    /// The plan for a target; nil when it has none.
    func plan(for target: BootTarget) -> BootPlan? {
        switch target {
        case .pxe: network
        case .disk: disk
        default: nil
        }
    }
}
