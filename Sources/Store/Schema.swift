// SPDX-License-Identifier: Apache-2.0
import GRDB

/// The tables, as numbered migrations; a landed migration is never edited.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE document (
                        kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, body BLOB NOT NULL,
                        PRIMARY KEY (kind, id)) WITHOUT ROWID;
                    CREATE TABLE journal (
                        seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, job TEXT NOT NULL, phase TEXT NOT NULL,
                        message TEXT NOT NULL, event BLOB NOT NULL);
                    CREATE INDEX journal_job ON journal (job, seq);
                    CREATE TABLE lease (mac TEXT PRIMARY KEY NOT NULL, body BLOB NOT NULL);
                    CREATE TABLE secret (id TEXT PRIMARY KEY NOT NULL, sealed BLOB NOT NULL);
                    """)
        }
        return migrator
    }
}
