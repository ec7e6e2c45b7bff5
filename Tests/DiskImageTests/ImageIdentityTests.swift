// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import DiskImage

@Suite struct ImageIdentityTests {
    /// A disk of 1 MiB with an MBR signature and, if asked for, a GPT header.
    static func disk(gptAt sector: Int? = nil) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        bytes[510] = 0x55
        bytes[511] = 0xaa
        if let sector { bytes.replaceSubrange(sector..<sector + 8, with: Array("EFI PART".utf8)) }
        return bytes
    }

    /// What the real program makes of the bytes.
    static func compressed(_ bytes: [UInt8], _ program: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program, "-c"]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return [UInt8](data)
    }

    private func identity(_ bytes: [UInt8]) -> ImageIdentity {
        ImageIdentity(head: Array(bytes.prefix(ImageIdentity.headSize)))
    }

    @Test func rawDisks() {
        #expect(identity(Self.disk()).partitionTable == .mbr)
        #expect(identity(Self.disk(gptAt: 512)).partitionTable == .gpt)
        #expect(identity(Self.disk(gptAt: 4096)).partitionTable == .gpt)
        #expect(identity(Self.disk()).score == 80)
        #expect(identity([UInt8](repeating: 1, count: 5000)).score == 30)
        #expect(identity([0]).score == 30)
        #expect(identity([]).score == 0)
    }

    @Test(arguments: ["gzip", "zstd"]) func compressedDisks(program: String) throws {
        let found = identity(try Self.compressed(Self.disk(), program))
        #expect(found.compression.rawValue == program)
        #expect(found.format == "raw")
        #expect(found.score == 80)
    }

    @Test(arguments: ["xz", "bzip2"]) func otherCompressionsAreNotTakenForADisk(program: String) throws {
        let found = identity(try Self.compressed(Self.disk(), program))
        #expect(found.format == program)
        #expect(found.score == 0)
    }

    @Test func brokenHeadersAreNotInstalled() throws {
        var gzip = try Self.compressed(Self.disk(), "gzip")
        gzip[3] = 0xff
        #expect(identity(gzip).score == 0)
        let zstd = try Self.compressed(Self.disk(), "zstd")
        #expect(identity(Array(zstd.prefix(5))).score == 0)
        var reserved = zstd
        reserved[4] |= 0x08
        #expect(identity(reserved).score == 0)
    }

    @Test func randomBytesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let magics: [[UInt8]] = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], [0x50, 0x2a, 0x4d, 0x18], []]
        for round in 0..<20_000 {
            let tail = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let bytes = magics[round % magics.count] + tail
            let found = identity(bytes)
            #expect([0, 30, 80].contains(found.score))
            if let skip = ZstdFrame.skippableLength(bytes) { #expect(skip >= 8) }
        }
    }
}
