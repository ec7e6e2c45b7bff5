// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import Glibc
import PluginAPI
import PluginTesting
import Testing

@Suite struct ConsoleTests {
    private static let quirks = ["quirks": ["open_session_privilege", "sol_no_payload_check"]]

    /// Sends bytes and reads back as many, at once.
    private static func echo(_ bytes: [UInt8], _ descriptor: Int32) async -> [UInt8] {
        await onOwnThread {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            var sent = 0
            var got: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let end = ContinuousClock.now + .seconds(20)
            while got.count < bytes.count, ContinuousClock.now < end {
                let events = Int16(POLLIN) | (sent < bytes.count ? Int16(POLLOUT) : 0)
                var polled = pollfd(fd: descriptor, events: events, revents: 0)
                poll(&polled, 1, 1000)
                if sent < bytes.count {
                    let count = bytes.withUnsafeBytes {
                        send(
                            descriptor, $0.baseAddress?.advanced(by: sent), min(bytes.count - sent, 4096),
                            Int32(MSG_NOSIGNAL))
                    }
                    if count > 0 { sent += count }
                }
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count > 0 { got += buffer.prefix(count) }
                if count == 0 { break }
            }
            return got
        }
    }

    @Test func bytesGoBothWaysIntact() async throws {
        let line = try EchoServer()
        defer { line.stop() }
        let bmc = try SimulatedBMC(sol: line.port)
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc, Self.quirks)
        let outcome = await driver.openConsole()
        try #require(outcome.status == INGOT_OK, "\(outcome.record.error?.message ?? "")")
        let descriptor = outcome.number
        let bytes = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
        let begin = ContinuousClock.now
        let got = await Self.echo(bytes, descriptor)
        print("console: \(got.count) bytes in \(ContinuousClock.now - begin)")
        #expect(got.count == bytes.count)
        #expect(got == bytes)
        close(descriptor)
    }

    @Test func aConsoleCanBeOpenedRightAfterItWasClosed() async throws {
        try await withBMC(power: .on) { bmc in
            let driver = try bmc.driver()
            for _ in 0..<5 {
                let opened = await driver.openConsole()
                try #require(opened.status == INGOT_OK, "\(opened.record.error?.message ?? "")")
                #expect(await Self.echo(Array("hello".utf8), opened.number) == Array("hello".utf8))
                close(opened.number)
            }
        }
    }

    @Test func aSecondConsoleIsBusyUntilTheFirstIsClosed() async throws {
        let line = try EchoServer()
        defer { line.stop() }
        let bmc = try SimulatedBMC(sol: line.port)
        defer { bmc.stop() }
        let first = try DriverUnderTest(bmc, Self.quirks)
        let second = try DriverUnderTest(bmc, Self.quirks)
        let opened = await first.openConsole()
        try #require(opened.status == INGOT_OK)
        let refused = await second.openConsole()
        #expect(refused.status == INGOT_E_BUSY, "\(refused.record.error?.message ?? "")")
        close(opened.number)
        var again = await second.openConsole()
        for _ in 0..<20 where again.status == INGOT_E_BUSY {
            try await Task.sleep(for: .milliseconds(100))
            again = await second.openConsole()
        }
        try #require(again.status == INGOT_OK)
        #expect(await Self.echo(Array("hello".utf8), again.number) == Array("hello".utf8))
        close(again.number)
    }
}
