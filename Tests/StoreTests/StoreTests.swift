// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Store

private struct Note: Document, Equatable {
    static let kind = "note"
    var id: String
    var text: String
}

private struct Failure: Error {}

@Suite("Store")
struct StoreTests {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-store-\(UUID().uuidString)")

    @Test func writesAreFullySynchronous() async throws {
        let store = try Store(directory: directory)
        defer { try? FileManager.default.removeItem(at: directory) }
        // Asked of the very connection that writes, after a write.
        try await store.write { try $0.put(Note(id: "a", text: "x")) }
        #expect(try await store.synchronousLevel() == 2)
        try store.close()
    }

    @Test func aFailedTransactionLeavesNothing() async throws {
        let store = try Store(directory: directory)
        defer { try? FileManager.default.removeItem(at: directory) }
        await #expect(throws: Failure.self) {
            try await store.write { transaction in
                try transaction.put(Note(id: "a", text: "x"))
                throw Failure()
            }
        }
        #expect(try await store.read { try $0.all(Note.self) }.isEmpty)
        try store.close()
    }

    @Test func secondOwnerIsRefusedByName() throws {
        let store = try Store(directory: directory)
        defer { try? FileManager.default.removeItem(at: directory) }
        let error = #expect(throws: StoreError.self) { _ = try Store(directory: directory) }
        #expect("\(try #require(error))".contains("process \(getpid())"))
        try store.close()
        _ = try Store(directory: directory)
    }

    @Test func fullDiskIsNamedAndLosesNothing() async throws {
        let store = try Store(directory: directory)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await store.write { try $0.put(Note(id: "kept", text: "before")) }
        try await store.limitPages(20)
        let big = String(repeating: "x", count: 200_000)
        let error = await #expect(throws: StoreError.self) {
            try await store.write { transaction in
                try transaction.put(Note(id: "kept", text: "after"))
                try transaction.put(Note(id: "big", text: big))
            }
        }
        guard case .full = try #require(error) else {
            Issue.record("not reported as full: \(String(describing: error))")
            return
        }
        #expect(try await store.read { try $0.get(Note.self, "kept") } == Note(id: "kept", text: "before"))
        try await store.limitPages(100_000)
        try await store.write { try $0.put(Note(id: "big", text: big)) }
        try store.close()
    }

    @Test func journalKeepsOrderAndPages() async throws {
        let store = try Store(directory: directory)
        defer { try? FileManager.default.removeItem(at: directory) }
        for number in 0..<5 {
            try await store.write { transaction in
                try transaction.append(job: "j", phase: "p", message: "\(number)", event: Data(), at: Date())
                try transaction.append(job: "other", phase: "p", message: "x", event: Data(), at: Date())
            }
        }
        let first = try await store.read { try $0.journal(job: "j", limit: 2) }
        #expect(first.map(\.message) == ["0", "1"])
        let after = try #require(first.last?.seq)
        #expect(try await store.read { try $0.journal(job: "j", after: after) }.map(\.message) == ["2", "3", "4"])
        try store.close()
    }

    @Test func secretsAreSealedAndBound() async throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let box = try SecretBox(directory: directory)
        let sealed = try box.seal(Data("canary-password".utf8), id: "machine/a/password")
        #expect(sealed.bytes.range(of: Data("canary".utf8)) == nil)
        #expect(
            try SecretBox(directory: directory).open(sealed, id: "machine/a/password") == Data("canary-password".utf8))
        #expect(throws: StoreError.self) { try box.open(sealed, id: "machine/b/password") }
    }

    @Test func keyReadableByOthersIsRefused() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        _ = try SecretBox(directory: directory)
        chmod(directory.appendingPathComponent("key").path, 0o644)
        #expect(throws: StoreError.self) { _ = try SecretBox(directory: directory) }
    }
}
