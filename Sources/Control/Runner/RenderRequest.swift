// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import PXE

/// What an installer plugin is given to render from; the shape is documented in docs/plugin-abi.md.
struct RenderRequest: Encodable {
    struct ImageFacts: Encodable {
        let name: String
        let sha256: String
        let sizeBytes: Int64
        let compression: String

        enum CodingKeys: String, CodingKey {
            case name, sha256, compression
            case sizeBytes = "size_bytes"
        }
    }
    struct MachineFacts: Encodable {
        let name: String
        let mac: String
        let architecture: String
        let firmware: String?
    }

    let image: ImageFacts
    let machine: MachineFacts
    let server: String
    let token: String
    let console: String?
    let disk: DiskSelector
    let hostname: String
    let sshKeys: [String]
    let networks: [NetworkConfiguration]
    let userData: String?
    let phoneHome: String?

    enum CodingKeys: String, CodingKey {
        case image, machine, server, token, console, disk, hostname, networks
        case sshKeys = "ssh_keys"
        case userData = "user_data"
        case phoneHome = "phone_home"
    }

    init(
        instance: Instance, machine: Machine, image: Image, server: String, token: String, phoneHome: String?
    ) {
        self.image = ImageFacts(
            name: image.name, sha256: image.sha256, sizeBytes: image.size, compression: image.compression)
        self.machine = MachineFacts(
            name: machine.name, mac: machine.mac.description, architecture: "x86_64",
            firmware: machine.firmware.map { $0 == .uefi ? "uefi" : "bios" })
        self.server = server
        self.token = token
        console = instance.console
        disk = instance.disk
        hostname = instance.hostname
        sshKeys = instance.sshKeys
        networks = instance.networks
        userData = instance.userData
        self.phoneHome = phoneHome
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension RenderedBoot {
    /// Reads what an installer emitted: `boot/kernel`, `boot/initrd`, `boot/cmdline` and `answer/<file>`.
    ///
    /// - Throws: `ControlError` `driver` naming the key that is missing or not text.
    init(emitted: [String: [UInt8]]) throws {
        func text(_ key: String) throws -> String {
            guard let bytes = emitted[key] else {
                throw ControlError(.driver, "the installer plugin emitted no \(key)")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ControlError(.driver, "the installer plugin's \(key) is not UTF-8 text")
            }
            return text
        }
        var answers: [String: String] = [:]
        for key in emitted.keys where key.hasPrefix("answer/") {
            answers[String(key.dropFirst("answer/".count))] = try text(key)
        }
        self.init(
            kernel: try text("boot/kernel"), initrd: try text("boot/initrd"), commandLine: try text("boot/cmdline"),
            answers: answers)
    }
}
