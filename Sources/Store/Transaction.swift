// SPDX-License-Identifier: Apache-2.0
public import Foundation
import GRDB

/// A value kept as one JSON document, found by its kind and id.
public protocol Document: Codable, Sendable {
    /// The name of the collection, e.g. `machine`.
    static var kind: String { get }
    /// The key within the collection.
    var id: String { get }
}

/// One line of a job's history.
public struct JournalEntry: Sendable, Equatable {
    /// Grows by at least one per entry, over all jobs.
    public let seq: Int64
    /// When it was written.
    public let at: Date
    /// The job it belongs to.
    public let job: String
    /// The job's phase after this entry.
    public let phase: String
    /// One line for a person.
    public let message: String
    /// The event itself, as JSON.
    public let event: Data
}

/// What can be done inside one `Store.write` or `Store.read`.
public struct Transaction {
    let db: Database

    /// Writes a document, creating it or replacing the old revision.
    public func put<D: Document>(_ document: D) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try db.execute(
            sql: """
                INSERT INTO document (kind, id, revision, body) VALUES (?, ?, 1, ?)
                ON CONFLICT (kind, id) DO UPDATE SET revision = revision + 1, body = excluded.body
                """,
            arguments: [D.kind, document.id, try encoder.encode(document)])
    }

    /// The document with this id, or nil.
    ///
    /// - Throws: `StoreError.corrupt` naming the field that does not decode.
    public func get<D: Document>(_ type: D.Type = D.self, _ id: String) throws -> D? {
        guard
            let body = try Data.fetchOne(
                db, sql: "SELECT body FROM document WHERE kind = ? AND id = ?", arguments: [D.kind, id])
        else { return nil }
        return try decode(body, id: id)
    }

    /// All documents of a kind, ordered by id.
    public func all<D: Document>(_ type: D.Type = D.self) throws -> [D] {
        try Row.fetchAll(
            db, sql: "SELECT id, body FROM document WHERE kind = ? ORDER BY id", arguments: [D.kind]
        ).map { row in try decode(row["body"] as Data, id: row["id"] as String) }
    }

    /// Removes a document; nothing happens when it is not there.
    public func delete<D: Document>(_ type: D.Type, _ id: String) throws {
        try db.execute(sql: "DELETE FROM document WHERE kind = ? AND id = ?", arguments: [D.kind, id])
    }

    /// Appends to the journal and returns the sequence number.
    @discardableResult
    public func append(job: String, phase: String, message: String, event: Data, at: Date) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO journal (at, job, phase, message, event) VALUES (?, ?, ?, ?, ?)",
            arguments: [at.timeIntervalSince1970, job, phase, message, event])
        return db.lastInsertedRowID
    }

    /// A job's journal after sequence number `after`, oldest first, at most `limit` entries.
    public func journal(job: String, after: Int64 = 0, limit: Int = 500) throws -> [JournalEntry] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM journal WHERE job = ? AND seq > ? ORDER BY seq LIMIT ?",
            arguments: [job, after, limit]
        ).map { row in
            JournalEntry(
                seq: row["seq"], at: Date(timeIntervalSince1970: row["at"]), job: row["job"], phase: row["phase"],
                message: row["message"], event: row["event"])
        }
    }

    /// Remembers a DHCP lease (JSON of the PXE room's lease type) under its client's MAC address.
    public func putLease(mac: String, body: Data) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO lease (mac, body) VALUES (?, ?)", arguments: [mac, body])
    }

    /// All leases, ordered by MAC address.
    public func leases() throws -> [Data] {
        try Data.fetchAll(db, sql: "SELECT body FROM lease ORDER BY mac")
    }

    /// Keeps an already sealed secret.
    public func putSealed(_ sealed: SealedSecret, id: String) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO secret (id, sealed) VALUES (?, ?)", arguments: [id, sealed.bytes])
    }

    /// A sealed secret, or nil.
    public func sealed(id: String) throws -> SealedSecret? {
        try Data.fetchOne(db, sql: "SELECT sealed FROM secret WHERE id = ?", arguments: [id]).map(SealedSecret.init)
    }

    /// Forgets a secret.
    public func deleteSealed(id: String) throws {
        try db.execute(sql: "DELETE FROM secret WHERE id = ?", arguments: [id])
    }

    private func decode<D: Document>(_ body: Data, id: String) throws -> D {
        do {
            return try JSONDecoder().decode(D.self, from: body)
        } catch {
            throw StoreError.corrupt(kind: D.kind, id: id, reason: "\(error)")
        }
    }
}
