// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// What Ingot asks the profile to render, checked: every member is of the shape its place in the output needs.
struct RenderRequest: Decodable, Equatable {
    var image: Image
    var machine: Machine
    var server: ServerURL
    var token: Token
    var console: Console?
    var disk: DiskSelector
    var hostname: Hostname
    var sshKeys: [SSHKey]
    var networks: [NetworkInterface]
    var userData: UserData?
    var phoneHome: CallbackURL?

    /// The image as it is stored.
    struct Image: Decodable, Equatable {
        var name: String
        var sha256: SHA256Digest
        var sizeBytes: PositiveBytes
        var compression: Compression

        /// How the agent has to decompress it.
        enum Compression: String, Decodable {
            case none
            case gzip
            case zstd
        }

        private enum CodingKeys: String, CodingKey {
            case name
            case sha256
            case sizeBytes = "size_bytes"
            case compression
        }
    }

    /// The machine that is installed.
    struct Machine: Decodable, Equatable {
        var name: MachineName
        var mac: HardwareAddress?
        var architecture: String?
        var firmware: String?
    }

    private enum CodingKeys: String, CodingKey {
        case image
        case machine
        case server
        case token
        case console
        case disk
        case hostname
        case sshKeys = "ssh_keys"
        case networks
        case userData = "user_data"
        case phoneHome = "phone_home"
    }

    /// Reads and checks a request. Throws `invalid` naming the member.
    init(json: String) throws(PluginError) {
        self = try JSONText.decode(RenderRequest.self, from: json, as: "request")
        try NetworkInterface.checkTogether(networks)
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        image = try values.decode(Image.self, forKey: .image)
        machine = try values.decode(Machine.self, forKey: .machine)
        server = try values.decode(ServerURL.self, forKey: .server)
        token = try values.decode(Token.self, forKey: .token)
        console = try values.decodeIfPresent(Console.self, forKey: .console)
        disk = try values.decodeIfPresent(DiskSelector.self, forKey: .disk) ?? DiskSelector()
        hostname = try values.decode(Hostname.self, forKey: .hostname)
        sshKeys = try values.decodeIfPresent([SSHKey].self, forKey: .sshKeys) ?? []
        networks = try values.decodeIfPresent([NetworkInterface].self, forKey: .networks) ?? []
        userData = try values.decodeIfPresent(UserData.self, forKey: .userData)
        phoneHome = try values.decodeIfPresent(CallbackURL.self, forKey: .phoneHome)
    }
}
