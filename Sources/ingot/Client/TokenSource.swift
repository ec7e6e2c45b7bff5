// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds the bearer token.
enum TokenSource {
    /// Where `ingot serve` leaves its token: the user's data directory, then the system's.
    static func defaultPaths(environment: [String: String]) -> [String] {
        let home = environment["HOME"].map { [$0 + "/.local/share/ingot/token"] } ?? []
        return home + ["/var/lib/ingot/token"]
    }

    /// The token from `--token-file`, INGOT_TOKEN, INGOT_TOKEN_FILE or the first default file that exists, in this
    /// order; nil when there is none.
    ///
    /// - Throws: `CommandError` with `.local` when a file that was named cannot be read, or holds no token.
    static func token(
        file: String?, environment: [String: String], paths: [String]? = nil
    ) throws -> String? {
        if let file { return try read(file) }
        if let token = environment["INGOT_TOKEN"], !token.isEmpty { return try checked(token, from: "INGOT_TOKEN") }
        if let file = environment["INGOT_TOKEN_FILE"], !file.isEmpty { return try read(file) }
        for path in paths ?? defaultPaths(environment: environment) where access(path, F_OK) == 0 {
            return try read(path)
        }
        return nil
    }

    private static func read(_ path: String) throws -> String {
        let text = try LocalFile.text(path, limit: 4_096, purpose: "token file")
        return try checked(text.trimmingCharacters(in: .whitespacesAndNewlines), from: path)
    }

    private static func checked(_ token: String, from source: String) throws -> String {
        let valid = !token.isEmpty && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard valid else { throw CommandError(.local, "\(source) holds no usable token") }
        return token
    }
}
