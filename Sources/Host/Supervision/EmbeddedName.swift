// SPDX-License-Identifier: Apache-2.0
private import Synchronization

/// Names for libraries that are loaded into the host itself. The loader takes two of one name for the same, even when
/// the file was replaced, so each digest gets a spelling of the path of its own.
enum EmbeddedName {
    private static let spellings = Mutex<[String: Int]>([:])

    /// The path of an entry's library, and of no other that was loaded before.
    static func path(of entry: CatalogueEntry) -> String {
        let number = spellings.withLock { spellings in
            let number = spellings[entry.manifest.sha256] ?? spellings.count
            spellings[entry.manifest.sha256] = number
            return number
        }
        return entry.directory + "/" + String(repeating: "./", count: number) + entry.manifest.library
    }
}
