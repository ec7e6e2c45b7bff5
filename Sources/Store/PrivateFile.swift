// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A small secret in a file of its own (mode 0600), made at first use.
public enum PrivateFile {
    /// Reads the file, making it when there is none.
    ///
    /// - Parameter make: the contents of a new file.
    /// - Throws: `StoreError.badPrivateFile` when it is readable by others or cannot be created.
    public static func load(_ url: URL, make: () -> Data) throws -> Data {
        guard FileManager.default.fileExists(atPath: url.path) else {
            let fresh = make()
            guard
                FileManager.default.createFile(
                    atPath: url.path, contents: fresh, attributes: [.posixPermissions: 0o600])
            else { throw StoreError.badPrivateFile(path: url.path, reason: "cannot be created") }
            return fresh
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        guard mode & 0o077 == 0 else {
            throw StoreError.badPrivateFile(path: url.path, reason: "is readable by others; chmod 600 it")
        }
        return try Data(contentsOf: url)
    }
}
