// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Host
public import NIOPosix
public import Store

/// The image repository: files named by their SHA-256, and a document per image name.
public final class ImageRepository: Sendable {
    private let store: Store
    private let host: PluginHost
    private let threads: NIOThreadPool
    /// Where the files are.
    public let directory: URL

    /// A repository in `directory`, made when absent; leftovers of broken uploads are removed.
    public init(store: Store, host: PluginHost, directory: URL, threads: NIOThreadPool) throws {
        self.store = store
        self.host = host
        self.directory = directory
        self.threads = threads
        let incoming = directory.appendingPathComponent("incoming")
        try? FileManager.default.removeItem(at: incoming)
        try FileManager.default.createDirectory(at: incoming, withIntermediateDirectories: true)
    }

    /// Takes an image: stores the bytes, checks the digest, lets the installer plugins recognise it.
    ///
    /// - Parameters:
    ///   - sha256: 64 hex digits that the stored bytes must have.
    ///   - length: the announced number of bytes, when there is one.
    ///   - body: the bytes in order.
    /// - Throws: `ControlError` `invalid` naming `sha256`, `length` or `body`; `conflict` when the name is taken by
    ///   other bytes; `storageFull`. Nothing of a refused image stays.
    public func add<Body: AsyncSequence>(
        name: String, sha256: String, length: Int64?, body: Body
    ) async throws -> Image where Body.Element == ArraySlice<UInt8> {
        try Name.check(name, field: "name")
        let wanted = sha256.lowercased()
        guard wanted.utf8.count == 64, wanted.allSatisfy(\.isHexDigit) else {
            throw ControlError(.invalid, "a SHA-256 has 64 hex digits", field: "sha256")
        }
        if let existing = try await store.read({ try $0.get(Image.self, name) }), existing.sha256 != wanted {
            throw ControlError(.conflict, "image \(name) exists with other contents; delete it or choose another name")
        }
        let incoming = directory.appendingPathComponent("incoming/\(UUID().uuidString)")
        let writer = ImageWriter(path: incoming.path)
        do {
            try await onThread { try writer.open() }
            for try await chunk in body { try await onThread { try writer.write(chunk) } }
            let (digest, size) = try await onThread { try writer.close() }
            if let length, length != size {
                throw ControlError(.invalid, "\(length) bytes were announced and \(size) arrived", field: "length")
            }
            guard size > 0 else { throw ControlError(.invalid, "the image has no bytes", field: "body") }
            guard digest == wanted else {
                throw ControlError(.invalid, "the bytes have SHA-256 \(digest), not \(wanted)", field: "sha256")
            }
            let found = try await recognise(incoming.path)
            let image = Image(
                name: name, sha256: wanted, size: size, compression: found.compression, installer: found.installer,
                added: Date())
            let final = directory.appendingPathComponent(wanted).path
            // Name, file and document in one transaction: writes come one at a time, so nobody else is in between.
            try await store.write { transaction in
                if let other = try transaction.get(Image.self, name), other.sha256 != wanted {
                    throw ControlError(.conflict, "image \(name) was added with other contents meanwhile")
                }
                try transaction.put(image)
                try writer.publish(as: final)
            }
            return image
        } catch {
            await discard(writer)
            throw error
        }
    }

    /// All images.
    public func list() async throws -> [Image] { try await store.read { try $0.all(Image.self) } }

    /// Removes an image that no instance uses; its file goes when no other name has the same bytes.
    public func delete(_ name: String) async throws {
        let directory = directory
        try await store.write { transaction in
            guard let image = try transaction.get(Image.self, name) else {
                throw ControlError(.notFound, "there is no image \(name)")
            }
            if let user = try transaction.all(Instance.self).first(where: { $0.image == name && $0.state != .deployed })
            {
                throw ControlError(.conflict, "image \(name) is needed by instance \(user.name)")
            }
            try transaction.delete(Image.self, name)
            if try !transaction.all(Image.self).contains(where: { $0.sha256 == image.sha256 }) {
                unlink(directory.appendingPathComponent(image.sha256).path)
            }
        }
    }

    /// Removes files that no image names: what a crash between file and document left.
    public func removeOrphans() async throws {
        let named = Set(try await list().map(\.sha256))
        for file in try FileManager.default.contentsOfDirectory(atPath: directory.path)
        where file != "incoming" && !named.contains(file) {
            unlink(directory.appendingPathComponent(file).path)
        }
    }

    private func recognise(_ path: String) async throws -> (installer: String, compression: String) {
        var best: (score: Int, installer: String, compression: String)?
        var failed: [String] = []
        for plugin in host.plugins where plugin.offers("ingot.installer/1") {
            let found = try? await host.installer(plugin.id).detect(imagePath: path, deadline: .seconds(60))
            guard let (score, identity) = found else {
                failed.append(plugin.id)
                continue
            }
            let compression = JSONValue(jsonText: identity)?["compression"].text ?? "none"
            if score >= 50, score > best?.score ?? 0 { best = (score, plugin.id, compression) }
        }
        guard let best else {
            guard failed.isEmpty else {
                throw ControlError(.driver, "the image could not be looked at by \(failed.joined(separator: ", "))")
            }
            throw ControlError(.invalid, "no installer plugin recognises these bytes as an image", field: "body")
        }
        return (best.installer, best.compression)
    }

    /// In a task of its own: an upload that was cancelled is cleaned up all the same.
    private func discard(_ writer: ImageWriter) async {
        await Task { try? await onThread { writer.discard() } }.value
    }

    private func onThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await threads.runIfActive { try work() }
    }
}
