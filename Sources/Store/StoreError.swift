// SPDX-License-Identifier: Apache-2.0

/// Why the data directory cannot be used, or did not take a write.
public enum StoreError: Error, Sendable, CustomStringConvertible {
    /// Another process has the data directory open.
    case locked(directory: String, owner: String)
    /// SQLite does not run with `synchronous=FULL` in WAL mode.
    case notDurable(synchronous: Int, journalMode: String)
    /// The file system took no more bytes; nothing of the transaction was kept.
    case full(directory: String, reason: String)
    /// A stored document does not decode; `reason` names the field.
    case corrupt(kind: String, id: String, reason: String)
    /// A file with a key or token has another size, is readable by others, or cannot be created.
    case badPrivateFile(path: String, reason: String)
    /// A sealed secret does not open with this key.
    case sealBroken(id: String)

    /// One line for a person.
    public var description: String {
        switch self {
        case .locked(let directory, let owner):
            "data directory \(directory) is in use by \(owner); stop it or choose another directory (data:)"
        case .notDurable(let synchronous, let journalMode):
            "SQLite runs with synchronous=\(synchronous), journal_mode=\(journalMode); FULL (2) and wal are required"
        case .full(let directory, let reason):
            "data directory \(directory) takes no more bytes (\(reason)); free some space: nothing was lost"
        case .corrupt(let kind, let id, let reason): "stored \(kind) \(id) does not decode: \(reason)"
        case .badPrivateFile(let path, let reason): "private file \(path) \(reason)"
        case .sealBroken(let id): "the stored secret of \(id) does not open with this key"
        }
    }
}
