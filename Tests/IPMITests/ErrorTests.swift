// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import PluginAPI
import PluginTesting
import Testing

@Suite struct ErrorTests {
    @Test func aWrongPasswordIsAuth() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(
            DriverUnderTest.configuration(bmc.address, bmc.port), password: "canary-wrong")
        let outcome = await driver.powerState()
        #expect(outcome.status == INGOT_E_AUTH)
        #expect(outcome.elapsed < .seconds(2))
        #expect(outcome.record.error?.isRetryable == false)
    }

    @Test func aWrongUserIsAuth() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc, ["username": "nobody"]).powerState()
        #expect(outcome.status == INGOT_E_AUTH)
        #expect(outcome.elapsed < .seconds(2))
    }

    @Test func lowPrivilegeIsForbiddenAndNothingHappens() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let viewer = SimulatedBMC.viewer
        let configuration = DriverUnderTest.configuration(bmc.address, bmc.port).merging(
            ["username": viewer.name, "privilege": "user"]) { $1 }
        let driver = try DriverUnderTest(configuration, password: viewer.password)
        #expect(await driver.powerState().number == .powerOff)
        let outcome = await driver.setPower(.doOn)
        #expect(outcome.status == INGOT_E_FORBIDDEN)
        #expect(outcome.record.error?.isMaybeApplied == false)
        #expect(bmc.sets.isEmpty)
        #expect(await driver.setBoot(Int32(INGOT_BOOT_PXE)).status == INGOT_E_FORBIDDEN)
        #expect(bmc.sets.isEmpty)
    }

    @Test func aBMCThatNeedsAQuirkSaysWhich() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let outcome = try await DriverUnderTest(bmc, ["quirks": [String]()]).powerState()
        #expect(outcome.status == INGOT_E_FORBIDDEN)
        #expect(outcome.record.error?.detail?.contains("open_session_privilege") == true)
    }

    @Test func aClosedPortIsUnreachableAtOnce() async throws {
        let port = try SimulatedBMC.freePort("127.0.0.1")
        let outcome = try await DriverUnderTest(DriverUnderTest.configuration("127.0.0.1", port)).powerState()
        #expect(outcome.status == INGOT_E_UNREACHABLE)
        #expect(outcome.elapsed < .milliseconds(500))
        #expect(outcome.record.error?.isRetryable == true)
        #expect(outcome.record.error?.vendorCode == ECONNREFUSED)
    }

    @Test(arguments: [0.6, 2]) func aSilentHostIsATimeoutAtTheDeadline(seconds: Double) async throws {
        let silent = try #require(TestSocket("127.0.0.1", 0))
        defer { silent.close() }
        let driver = try DriverUnderTest(DriverUnderTest.configuration("127.0.0.1", silent.port))
        let outcome = await driver.powerState(driver.call(.seconds(seconds)))
        #expect(outcome.status == INGOT_E_TIMEOUT)
        #expect(outcome.elapsed >= .seconds(seconds - 0.1))
        #expect(outcome.elapsed <= .seconds(seconds + 0.5))
    }

    @Test func aHostThatAnswersNonsenseIsATimeout() async throws {
        let babbler = try SimulatedBMC()
        defer { babbler.stop() }
        let echo = try #require(TestSocket("127.0.0.1", 0))
        let thread = Thread {
            var client = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            var buffer = [UInt8](repeating: 0, count: 2048)
            while true {
                let count = withUnsafeMutableBytes(of: &client) {
                    recvfrom(
                        echo.descriptor, &buffer, buffer.count, 0,
                        $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
                }
                guard count > 0, buffer[0] != 0xff else { break }
                for size in [0, 1, 13, 14, 20, count] {
                    _ = withUnsafeBytes(of: &client) {
                        sendto(
                            echo.descriptor, buffer, size, 0,
                            $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
                    }
                }
            }
            echo.close()
        }
        thread.start()
        let driver = try DriverUnderTest(DriverUnderTest.configuration("127.0.0.1", echo.port))
        let outcome = await driver.powerState(driver.call(.seconds(2)))
        #expect(outcome.status == INGOT_E_TIMEOUT)
        let end = try #require(TestSocket(connectedTo: "127.0.0.1", echo.port))
        end.send([0xff])
        end.close()
    }

    @Test func cancellingASilentHostEndsSoon() async throws {
        let silent = try #require(TestSocket("127.0.0.1", 0))
        defer { silent.close() }
        let driver = try DriverUnderTest(DriverUnderTest.configuration("127.0.0.1", silent.port))
        let call = driver.call(.seconds(60))
        async let pending = driver.powerState(call)
        async let cancelled = driver.cancel(call) { silent.receive(milliseconds: 0) != nil }
        let outcome = await pending
        #expect(outcome.status == INGOT_E_CANCELLED)
        #expect(await outcome.finished - cancelled < .milliseconds(500))
    }

    @Test func cancellingInsideTheLibraryEndsSoon() async throws {
        let bmc = try SimulatedBMC(script: "touch asked; sleep 8")
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let call = driver.call(.seconds(60))
        async let pending = driver.powerState(call)
        async let cancelled = driver.cancel(call) { bmc.has("asked") }
        let outcome = await pending
        #expect(outcome.status == INGOT_E_CANCELLED)
        #expect(await outcome.finished - cancelled < .milliseconds(500))
    }

    @Test func aBMCThatStopsAnsweringInsideASessionIsATimeout() async throws {
        let bmc = try SimulatedBMC(script: "sleep 8")
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let outcome = await driver.powerState(driver.call(.seconds(2)))
        #expect(outcome.status == INGOT_E_TIMEOUT)
        #expect(outcome.elapsed < .seconds(3))
    }

    @Test func aFrozenBMCAnswersAgainAfterwards() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        #expect(await driver.powerState().status == INGOT_OK)
        bmc.freeze()
        let outcome = await driver.powerState(driver.call(.seconds(1)))
        #expect([INGOT_E_UNREACHABLE, INGOT_E_TIMEOUT].contains(outcome.status))
        #expect(outcome.elapsed < .seconds(1.5))
        bmc.thaw()
        #expect(await driver.powerState().status == INGOT_OK)
    }

    @Test func exhaustedSessionsAreBusyWithATime() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let client = try #require(TestSocket(connectedTo: bmc.address, bmc.port))
        defer { client.close() }
        for number in 0..<UInt8(70) {
            client.send(Self.openSessionRequest(number))
            _ = client.receive(milliseconds: 1_000)
        }
        let outcome = try await DriverUnderTest(bmc).powerState()
        #expect(outcome.status == INGOT_E_BUSY)
        #expect(outcome.record.error?.isRetryable == true)
        #expect((outcome.record.error?.retryAfterMilliseconds ?? 0) > 0)
        #expect(outcome.elapsed < .seconds(2))
    }

    /// An RMCP+ Open Session Request for cipher suite 3 (IPMI 2.0, table 13-9), never followed up.
    private static func openSessionRequest(_ number: UInt8) -> [UInt8] {
        let header: [UInt8] = [0x06, 0x00, 0xff, 0x07, 0x06, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0]
        let request: [UInt8] = [number, 0x04, 0, 0, 0xa0, 0xa1, 0xa2, number]
        let algorithms: [UInt8] = [0, 0, 0, 8, 1, 0, 0, 0, 1, 0, 0, 8, 1, 0, 0, 0, 2, 0, 0, 8, 1, 0, 0, 0]
        return header + request + algorithms
    }

    @Test func aNameWithoutAnAddressIsUnreachableInTime() async throws {
        let driver = try DriverUnderTest(DriverUnderTest.configuration("no-such-bmc.invalid", 623))
        let outcome = await driver.powerState(driver.call(.seconds(3)))
        #expect([INGOT_E_UNREACHABLE, INGOT_E_TIMEOUT].contains(outcome.status))
        #expect(outcome.elapsed < .seconds(4))
    }

    @Test func noSecretReachesAnyOutput() async throws {
        let bmc = try SimulatedBMC()
        defer { bmc.stop() }
        let driver = try DriverUnderTest(bmc)
        let wrong = try DriverUnderTest(
            DriverUnderTest.configuration(bmc.address, bmc.port), password: "canary-wrong")
        var text = ""
        for outcome in await [
            driver.probe(), driver.inventory(), driver.setPower(.doOn), driver.setBoot(Int32(INGOT_BOOT_PXE), 1),
            wrong.powerState(), wrong.probe(),
        ] {
            text += outcome.record.emitted.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
            text += outcome.record.wire.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
            text += "\(outcome.record.error.map { "\($0)" } ?? "")"
        }
        text += driver.plugin.log.joined() + wrong.plugin.log.joined()
        #expect(text.contains("the BMC refuses the password"))
        #expect(!text.contains("canary"))
    }
}
