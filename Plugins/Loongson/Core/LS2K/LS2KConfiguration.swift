// SPDX-License-Identifier: GPL-3.0-or-later
import IPMI
import PluginKit

/// The members of kind `ls2k` beside those of the IPMI driver, which reads its own.
struct LS2KConfiguration: Decodable, Sendable {
    /// A raw request that the operator knows from the board's maker, by the name it is asked for with.
    struct RawCommand: Codable, Sendable {
        var name: String
        var netfn: Int
        var command: Int
        var lun: Int?
        var data: String?
    }

    /// Bodies of `raw` by name.
    var commands: [String: String] = [:]

    private enum CodingKeys: CodingKey { case commands }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let given = try values.decodeIfPresent([RawCommand].self, forKey: .commands) ?? []
        for (index, command) in given.enumerated() {
            let field = "commands[\(index)]"
            let isWord = command.name.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || byte == UInt8(ascii: "-")
            }
            guard (1...32).contains(command.name.utf8.count), isWord, commands[command.name] == nil else {
                throw PluginError.invalid(field: "\(field).name", "is no word of a-z, 0-9 and -, or is there twice")
            }
            let body = try JSONText.encode(command)
            do throws(PluginError) {
                _ = try RawRequest(body)
            } catch {
                throw PluginError.invalid(field: field, error.message)
            }
            commands[command.name] = body
        }
    }
}
