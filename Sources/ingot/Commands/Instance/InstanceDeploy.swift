// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import NIOHTTP1

/// `ingot instance deploy`.
struct InstanceDeploy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Install an image on a machine.",
        discussion: """
            The disk is chosen inside the machine: every --disk-… that is given must fit, and exactly one disk must \
            remain, else nothing is written.
            """)

    @Argument(help: "The instance's name.")
    var name: String

    @Option(help: "The machine to install on.")
    var machine: String

    @Option(help: "The image to install.")
    var image: String

    @Option(help: "The host name; else the instance's name.")
    var hostname: String?

    @Option(
        name: .customLong("ssh-key-file"),
        help: ArgumentHelp("File with SSH public keys, one per line; may be repeated.", valueName: "file"))
    var sshKeyFiles: [String] = []

    @OptionGroup(title: "Target disk") var disk: DiskOptions

    @Option(
        name: .customLong("network"),
        help: ArgumentHelp(
            "Static configuration of one interface; dns= may be repeated. Without any: DHCP.",
            valueName: "mac=…,address=…/24,gateway=…,dns=…"))
    var networks: [NetworkArgument] = []

    @Option(help: ArgumentHelp("File with cloud-init user data.", valueName: "file"))
    var userData: String?

    @Option(help: ArgumentHelp("Serial console of the installer, like ttyS0,115200n8.", valueName: "device"))
    var console: String?

    @OptionGroup var wait: WaitOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let client = try options.client()
        let answer = try await client.start(.POST, ["instances"], body: try body())
        try await wait.finish(answer, client: client, format: options.output)
        if options.output == .table, !wait.noWait {
            Output.standard.line("instance \(Terminal.printable(name)) is deployed on \(Terminal.printable(machine))")
        }
    }

    /// The request's body.
    func body() throws -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "machine": .string(machine), "image": .string(image),
            "ssh_keys": .array(try sshKeys().map { .string($0) }),
            "networks": .array(networks.map(\.json)),
            "disk": .object(disk.members),
        ]
        if let hostname { members["hostname"] = .string(hostname) }
        if let console { members["console"] = .string(console) }
        if let userData {
            members["user_data"] = .string(try LocalFile.text(userData, limit: 1 << 20, purpose: "user data"))
        }
        return .object(members)
    }

    private func sshKeys() throws -> [String] {
        try sshKeyFiles.flatMap { path in
            let text = try LocalFile.text(path, limit: 1 << 16, purpose: "SSH key file")
            guard !text.contains("PRIVATE KEY-----") else {
                throw CommandError(.local, "\(path) is a private key; give the public one (.pub)")
            }
            let keys = text.split(whereSeparator: \.isNewline)
                .map { $0.drop { $0 == " " || $0 == "\t" } }
                .filter { !$0.isEmpty && !$0.hasPrefix("#") }
                .map(String.init)
            guard !keys.isEmpty else { throw CommandError(.local, "\(path) holds no SSH key") }
            return keys
        }
    }
}

/// Which disk to write.
struct DiskOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Serial number.", valueName: "serial"))
    var diskSerial: String?

    @Option(help: ArgumentHelp("World wide name.", valueName: "wwn"))
    var diskWwn: String?

    @Option(help: ArgumentHelp("At least this size: 20G.", valueName: "size"))
    var diskMinSize: ByteCount?

    @Option(help: ArgumentHelp("At most this size: 500G.", valueName: "size"))
    var diskMaxSize: ByteCount?

    func validate() throws {
        if let least = diskMinSize, let most = diskMaxSize, least.bytes > most.bytes {
            throw ValidationError("--disk-min-size is more than --disk-max-size")
        }
    }

    /// The request's form.
    var members: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if let diskSerial { members["serial"] = .string(diskSerial) }
        if let diskWwn { members["wwn"] = .string(diskWwn) }
        if let diskMinSize { members["min_bytes"] = .integer(diskMinSize.bytes) }
        if let diskMaxSize { members["max_bytes"] = .integer(diskMaxSize.bytes) }
        return members
    }
}
