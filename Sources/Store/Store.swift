// SPDX-License-Identifier: Apache-2.0
public import Foundation
import GRDB

/// The durable memory of one management process: documents, the journal, leases and sealed secrets in one SQLite file.
///
/// Every write is one transaction with `synchronous=FULL`: when `write` returns, the change survives a power loss.
/// *Isolation:* calls are thread-safe; writes run one at a time on GRDB's own queue, never on the caller's thread.
public final class Store: Sendable {
    let pool: DatabasePool
    let lock: DirectoryLock
    let killSwitch: KillSwitch?

    /// The directory that holds the database, the token, the sealing key and the images.
    public let directory: URL

    /// Opens (or creates) the data directory.
    ///
    /// - Parameters:
    ///   - directory: absolute path; created with mode 0700 when absent.
    ///   - killSwitch: ends the process around a chosen write; only for crash tests.
    /// - Throws: `StoreError.locked` when another process owns the directory, `StoreError.notDurable` when SQLite does
    ///   not keep the promised synchronous level, or the database's own error.
    public init(directory: URL, killSwitch: KillSwitch? = nil) throws {
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.directory = directory
        self.killSwitch = killSwitch
        lock = try DirectoryLock(directory: directory)

        var configuration = Configuration()
        configuration.label = "ingot"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // GRDB's pool lowers this to NORMAL by itself; a journal that loses its last commits is no journal.
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        pool = try DatabasePool(
            path: directory.appendingPathComponent("ingot.sqlite").path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            let level = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
            let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
            guard level == 2, mode == "wal" else { throw StoreError.notDurable(synchronous: level, journalMode: mode) }
        }
        try Schema.migrator.migrate(pool)
    }

    /// Runs `body` in one transaction; all of it is durable on return, or none of it happened.
    ///
    /// - Throws: `StoreError.full` when the disk is full, else what `body` or SQLite throws.
    public func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        killSwitch?.beforeWrite()
        do {
            // In a task of its own: a caller that is cancelled must not leave in doubt whether the write happened.
            let result = try await Task { [pool] in
                try await pool.write { db in try body(Transaction(db: db)) }
            }.value
            killSwitch?.afterWrite()
            return result
        } catch let error as DatabaseError where error.isFull {
            throw StoreError.full(directory: directory.path, reason: error.message ?? "\(error.resultCode)")
        }
    }

    /// Reads a consistent snapshot.
    public func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try await pool.read { db in try body(Transaction(db: db)) }
    }

    /// Reads `PRAGMA synchronous` of the writing connection (2 is FULL).
    public func synchronousLevel() async throws -> Int {
        try await pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1 }
    }

    /// Bounds the database to `pages` pages, so that a test can make the "disk" full.
    public func limitPages(_ pages: Int) async throws {
        try await pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    /// Closes the database and gives the directory free.
    public func close() throws {
        try pool.close()
        lock.release()
    }
}

extension DatabaseError {
    /// Whether the file system took no more bytes.
    fileprivate var isFull: Bool { resultCode == .SQLITE_FULL || extendedResultCode == .SQLITE_IOERR_WRITE }
}
