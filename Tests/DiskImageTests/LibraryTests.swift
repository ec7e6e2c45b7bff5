// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import PluginTesting
import Synchronization
import Testing

@testable import DiskImage

/// The built library, through the C interface.
@Suite struct LibraryTests {
    /// An `ingot_source` over bytes that notes how much of it was read.
    private final class Source {
        let bytes: [UInt8]
        var read = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func with<Result>(_ body: (UnsafePointer<ingot_source>) -> Result) -> Result {
            var source = ingot_source()
            source.struct_size = UInt32(MemoryLayout<ingot_source>.size)
            source.size = UInt64(bytes.count)
            source.host_data = Unmanaged.passUnretained(self).toOpaque()
            source.read = { source, path, at, buffer, capacity, got in
                guard path == nil, let data = source?.pointee.host_data, let got, let buffer else {
                    return INGOT_E_STATE
                }
                let this = Unmanaged<Source>.fromOpaque(data).takeUnretainedValue()
                let start = Int(min(at, UInt64(this.bytes.count)))
                // Short reads, as a host may give them.
                let piece = this.bytes[start..<min(start + min(capacity, 1000), this.bytes.count)]
                UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyBytes(from: piece)
                this.read += piece.count
                got.pointee = piece.count
                return INGOT_OK
            }
            return withExtendedLifetime(self) { withUnsafePointer(to: source) { body($0) } }
        }
    }

    private func detect(_ source: Source) throws -> (score: Int32, identity: String) {
        let plugin = try LoadedPlugin.named("ingot-diskimage")
        let installer = try plugin.interface(INGOT_INSTALLER, ingot_installer.self)
        let test = TestCall()
        var score: Int32 = -1
        let status = test.run { call in source.with { installer.pointee.detect(call, $0, &score) } }
        #expect(status == INGOT_OK)
        #expect(test.result.emitted.map(\.key) == ["identity"])
        return (score, String(decoding: test.result.emitted.first?.bytes ?? [], as: UTF8.self))
    }

    @Test func detectReadsLittleOfALargeImage() throws {
        let source = Source([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 1 << 20))
        let found = try detect(source)
        #expect(found.score == 80)
        #expect(found.identity == #"{"compression":"gzip","format":"raw"}"#)
        #expect(source.read < 10_000)
    }

    @Test func detectFindsADiskInRealZstd() throws {
        let found = try detect(Source(ImageIdentityTests.compressed(ImageIdentityTests.disk(gptAt: 512), "zstd")))
        #expect(found.score == 80)
        #expect(found.identity == #"{"compression":"zstd","format":"raw"}"#)
        let raw = try detect(Source(ImageIdentityTests.disk(gptAt: 512)))
        #expect(raw.identity == #"{"compression":"none","format":"raw","partition_table":"gpt"}"#)
    }

    @Test func detectSkipsTheFramesZstdSkips() throws {
        let skippable: [UInt8] = [0x52, 0x2a, 0x4d, 0x18, 200, 0, 0, 0] + [UInt8](repeating: 9, count: 200)
        let found = try detect(Source(skippable + ImageIdentityTests.compressed(ImageIdentityTests.disk(), "zstd")))
        #expect(found.identity == #"{"compression":"zstd","format":"raw"}"#)
        #expect(try detect(Source([0x52, 0x2a, 0x4d, 0x18, 255, 255, 255, 255])).score == 30)
    }

    @Test func renderEmitsTheFilesAndNamesAFieldItRefuses() throws {
        let plugin = try LoadedPlugin.named("ingot-diskimage")
        let installer = try plugin.interface(INGOT_INSTALLER, ingot_installer.self)
        let good = TestCall()
        #expect(good.run { installer.pointee.render($0, nil, RequestBuilder().json) } == INGOT_OK)
        #expect(
            good.result.emitted.map(\.key) == [
                "boot/kernel", "boot/initrd", "boot/cmdline", "answer/plan", "answer/user-data", "answer/meta-data",
                "answer/network-config",
            ])
        let bad = TestCall()
        let request = RequestBuilder().with("hostname", "a b").json
        #expect(bad.run { installer.pointee.render($0, nil, request) } == INGOT_E_INVALID)
        #expect(bad.result.error?.detail == #"{"field":"hostname"}"#)
        #expect(bad.result.emitted.isEmpty)
        #expect(TestCall().run { installer.pointee.render($0, nil, nil) } == INGOT_E_INVALID)
        #expect(TestCall().run { installer.pointee.render($0, nil, "\u{7b}") } == INGOT_E_INVALID)
    }

    @Test(arguments: [
        (
            #"{"report":"progress","phase":"writing","permille":420,"boot_id":"x"}"#,
            #"{"permille":420,"phase":"writing"}"#
        ),
        (#"{"report":"begin","boot_id":"x"}"#, #"{"phase":"starting"}"#),
        (#"{"report":"complete","disk":{"name":"sda"},"sha256":"x"}"#, #"{"permille":1000,"phase":"complete"}"#),
        (
            #"{"report":"failed","code":"disk.ambiguous","reason":"two\ndisks"}"#,
            #"{"code":"disk.ambiguous","message":"two disks","phase":"failed"}"#
        ),
    ])
    func reportsBecomePhases(report: String, phase: String) throws {
        let plugin = try LoadedPlugin.named("ingot-diskimage")
        let installer = try plugin.interface(INGOT_INSTALLER, ingot_installer.self)
        let test = TestCall()
        #expect(test.run { installer.pointee.event($0, report) } == INGOT_OK)
        #expect(
            test.result.emitted.map { "\($0.key) \(String(decoding: $0.bytes, as: UTF8.self))" } == ["phase \(phase)"])
    }

    @Test(arguments: [
        (#"{"report":"progress","phase":"flying","permille":1}"#, "phase"),
        (#"{"report":"progress","phase":"writing","permille":1001}"#, "permille"),
        (#"{"report":"other"}"#, "report"), ("{}", "report"), ("[]", "report"),
    ])
    func reportsThatMakeNoSenseAreRefused(report: String, field: String) throws {
        let plugin = try LoadedPlugin.named("ingot-diskimage")
        let installer = try plugin.interface(INGOT_INSTALLER, ingot_installer.self)
        let test = TestCall()
        #expect(test.run { installer.pointee.event($0, report) } == INGOT_E_INVALID)
        #expect(test.result.error?.detail == #"{"field":"\#(field)"}"#)
    }

    @Test func theManifestAgreesWithTheLibrary() throws {
        let plugin = try LoadedPlugin.named("ingot-diskimage")
        try expectManifest("Plugins/Installers/DiskImage/plugin.json.in", describes: plugin)
    }
}
