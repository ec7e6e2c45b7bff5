// SPDX-License-Identifier: Apache-2.0
import Control
public import Foundation

/// The API's bearer token, made at first start and kept in the data directory's `token` file (mode 0600).
public enum APIToken {
    /// Reads the token, making it when there is none.
    ///
    /// - Throws: `ControlError` `conflict` when the file is empty or readable by others.
    public static func load(directory: URL) throws -> String {
        let url = directory.appendingPathComponent("token")
        if let text = try? String(contentsOf: url, encoding: .utf8) {
            let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? NSNumber
            guard (mode?.intValue ?? 0o777) & 0o077 == 0 else {
                throw ControlError(.conflict, "token file \(url.path) is readable by others; chmod 600 it")
            }
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard token.utf8.count >= 32 else {
                throw ControlError(.conflict, "token file \(url.path) holds no token; delete it to have one made")
            }
            return token
        }
        let token = Token.make()
        guard
            FileManager.default.createFile(
                atPath: url.path, contents: Data((token + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw ControlError(.conflict, "token file \(url.path) cannot be created") }
        return token
    }
}
