// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOHTTP1
import PlainHTTP

extension AgentSession {
    /// Streams the image to a disk and checks it; its SHA-256.
    func write(_ plan: AgentPlan, to target: Int) async throws -> String {
        let capacity = configuration.disks[target].sizeBytes
        if plan.compression == .none, plan.imageSize > capacity {
            throw Stop(code: "image.too-large", reason: "\(plan.imageSize) bytes do not fit on \(capacity)")
        }
        await note(.writeStart, configuration.disks[target].name)
        let writer = try disks.beginWrite(disk: target, compression: plan.compression)
        try await fetch(plan, into: writer)
        try await report("verifying", permille: 1_000)
        let digest = writer.digest()
        guard digest == plan.imageDigest else {
            throw Stop(code: "image.digest", reason: "the image has the SHA-256 \(digest), not \(plan.imageDigest)")
        }
        let size: Int64
        do {
            size = try await writer.finish(limit: capacity)
        } catch let error as SimulatorError {
            throw Stop(code: "image.digest", reason: error.description)
        }
        guard size <= capacity else {
            throw Stop(code: "image.too-large", reason: "it unpacks to more than the disk's \(capacity) bytes")
        }
        disks.log.append("write-done sha256=\(digest)")
        await note(.writeDone, "sha256=\(digest) bytes=\(size)")
        return digest
    }

    /// Asks for range after range; after a failure it goes on at the first byte that is missing.
    private func fetch(_ plan: AgentPlan, into writer: DiskWriter) async throws {
        var backoff = Backoff(configuration.timing)
        var reported: Int64 = -1
        while writer.count < plan.imageSize {
            let before = writer.count
            do {
                try await fetchRange(plan, into: writer)
                guard writer.count > before else { throw SimulatorError.network("image: an empty range") }
                backoff = Backoff(configuration.timing)
            } catch let error as SimulatorError {
                if case .file(_, let reason) = error { throw Stop(code: "disk.write", reason: reason) }
                if writer.count > before { backoff = Backoff(configuration.timing) }
                await note(.retry, "image at \(writer.count): \(error)")
                try await backoff.pause(orThrow: Stop(code: "image.short", reason: error.description))
            }
            let permille = writer.count * 1_000 / plan.imageSize
            if permille >= reported + 50 || writer.count == plan.imageSize {
                reported = permille
                try await report("writing", permille: Int(permille))
            }
        }
    }

    private func fetchRange(_ plan: AgentPlan, into writer: DiskWriter) async throws {
        let first = writer.count
        let last = min(first + Self.rangeBytes, plan.imageSize) - 1
        let request = HTTPRequest(
            .GET, url("image"), headers: authorisation + [("Range", "bytes=\(first)-\(last)")])
        let faults = configuration.faults
        let (status, headers) = try await http.stream(request) { status, chunk in
            guard status == 206 else { return }
            var bytes = Array(chunk.readableBytesView)
            guard writer.count + Int64(bytes.count) <= last + 1 else {
                throw SimulatorError.network("image: more bytes than were asked for")
            }
            if faults.corruptsImage, writer.count == 0, !bytes.isEmpty { bytes[0] ^= 1 }
            try await writer.write(bytes)
            if let rate = faults.imageBytesPerSecond {
                try await Task.sleep(for: .seconds(Double(bytes.count) / Double(max(rate, 1))))
            }
        }
        switch status {
        case 206:
            let total = headers.first(name: "Content-Range").flatMap { $0.split(separator: "/").last }
            if let total = total.flatMap({ Int64($0) }), total != plan.imageSize {
                throw Stop(code: "image.short", reason: "the image has \(total) bytes, not \(plan.imageSize)")
            }
        case 416: throw Stop(code: "image.short", reason: "the image ends before byte \(first)")
        case 500...: throw SimulatorError.network("image: the server answered \(status)")
        default: throw Stop(code: nil, reason: "image: the server answered \(status)")
        }
    }

    /// Tells how far it is. Only a refusal counts; a server that is away is asked again with the next range.
    private func report(_ phase: String, permille: Int) async throws {
        let body = AgentReports.Progress(bootID: bootID, phase: phase, permille: permille)
        let request = request(.POST, "progress", body: try AgentReports.encoded(body))
        guard let answer = try await reachable({ try await http.send(request) }) else { return }
        if (400..<500).contains(answer.status) {
            throw Stop(code: nil, reason: "progress: the server answered \(answer.status)")
        }
    }

    private func reachable<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch is SimulatorError {
            return nil
        }
    }
}
