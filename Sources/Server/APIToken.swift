// SPDX-License-Identifier: Apache-2.0
import Control
public import Foundation
import Store

/// The API's bearer token, made at first start and kept in the data directory's `token` file (mode 0600).
public enum APIToken {
    /// Reads the token, making it when there is none.
    ///
    /// - Throws: `StoreError.badPrivateFile` when the file holds no token, is readable by others or cannot be created.
    public static func load(directory: URL) throws -> String {
        let url = directory.appendingPathComponent("token")
        let bytes = try PrivateFile.load(url) { Data((Token.make() + "\n").utf8) }
        let token = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard token.utf8.count >= 32 else {
            throw StoreError.badPrivateFile(path: url.path, reason: "holds no token; delete it to have one made")
        }
        return token
    }
}
