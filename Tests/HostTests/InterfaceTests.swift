// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Synchronization
import Testing

extension HostTests {
    /// Every interface of the ABI, in a worker and in this process, over the driver of the frozen 1.0 set.
    @Suite(.serialized) struct InterfaceTests {
        private func device(_ host: PluginHost, _ name: String = "one", password: String = "opense") throws -> Device {
            try host.device(
                name: name, driver: "dev.example.allround", configJSON: #"{"name":"\#(name)"}"#,
                secrets: ["password": Secret(password)])
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func readers(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.allround)
            let host = lab.host(isolation)
            let one = try device(host)
            let sensors = try await one.sensors(deadline: .seconds(5))
            #expect(sensors.count == 2)
            #expect(sensors.last?.contains(#""value":null"#) == true)
            let first = try await one.events(limit: 2, deadline: .seconds(5))
            #expect(first.events.count == 2 && first.cursor == "2" && !first.hasLost)
            let rest = try await one.events(after: first.cursor, deadline: .seconds(5))
            #expect(rest.events.count == 3 && rest.events.first?.contains("event 3") == true)
            try await one.clearEvents(operation: "op", deadline: .seconds(5))
            let overtaken = try await one.events(after: rest.cursor, deadline: .seconds(5))
            #expect(overtaken.events.isEmpty && overtaken.hasLost && overtaken.cursor == "0")
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func consoleCarriesAMebibyteBothWays(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.allround)
            let host = lab.host(isolation)
            let one = try device(host)
            let console = try await one.console(deadline: .seconds(5))
            let busy = await failure { try await one.console(deadline: .seconds(5)) }
            #expect(busy?.status == .busy && busy?.retryAfter == .milliseconds(250))
            let sent = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let writer = Thread {
                var at = 0
                while at < sent.count {
                    let put = sent[at...].withUnsafeBytes { write(console, $0.baseAddress, $0.count) }
                    guard put > 0 else { return }
                    at += put
                }
            }
            writer.start()
            let received = await Task.detached { () -> [UInt8] in
                var received: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while received.count < 1 << 20 {
                    let got = read(console, &buffer, buffer.count)
                    guard got > 0 else { break }
                    received += buffer.prefix(got)
                }
                return received
            }.value
            #expect(received == sent)
            close(console)
            let again = await eventuallyOpens(one)
            #expect(again >= 0)
            await one.close()
            // The end of the device is the end of its console.
            var byte: UInt8 = 0
            #expect(read(again, &byte, 1) == 0)
            close(again)
            await host.shutdown()
        }

        private func eventuallyOpens(_ device: Device) async -> Int32 {
            let found = Mutex<Int32>(-1)
            _ = await eventually {
                guard let console = try? await device.console(deadline: .seconds(5)) else { return false }
                found.withLock { $0 = console }
                return true
            }
            return found.withLock { $0 }
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func jobsAndVendorMessages(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.allround)
            let host = lab.host(isolation)
            let one = try device(host)
            let limit = Duration.seconds(5)
            let token = try await one.begin(
                .media, requestJSON: #"{"slot":"cd","url":"https://x/y"}"#, operation: "a", deadline: limit)
            #expect(token == "slot-1")
            #expect(try await one.isDone(.media, token: token, deadline: limit))
            try await one.end(.media, token: token, operation: "b", deadline: limit)
            let empty = await failure { try await one.end(.media, token: token, operation: "c", deadline: limit) }
            #expect(empty?.status == .state)

            let image = lab.directory + "/firmware.bin"
            try Data("BAD!".utf8).write(to: URL(filePath: image))
            let bad = await failure {
                try await one.begin(.firmware, requestJSON: "{}", sourcePath: image, operation: "d", deadline: limit)
            }
            #expect(bad?.status == .invalid && bad?.maybeApplied == false)
            try Data("GOOD and more".utf8).write(to: URL(filePath: image))
            let update = try await one.begin(
                .firmware, requestJSON: "{}", sourcePath: image, operation: "e", deadline: limit)
            var looks = 1
            while try await !one.isDone(.firmware, token: update, deadline: limit) { looks += 1 }
            #expect(looks == 3)

            let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
            #expect(try await one.invoke(method: "echo", body: body, operation: "f", deadline: limit) == body)
            let unknown = await failure { try await one.invoke(method: "x", body: [], operation: "g", deadline: limit) }
            #expect(unknown?.status == .unsupported && unknown?.vendorCode == 42)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func sweepAnswersForEveryDevice(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.allround)
            let host = lab.host(isolation)
            // More secrets than fit one frame.
            var devices = try (0..<3000).map { try device(host, "m\($0)") }
            devices.append(try device(host, "silent"))
            devices.append(try device(host, "locked", password: "wrong!"))
            try await devices[7].setPower(.on, operation: "op", deadline: .seconds(5))
            let results = await host.sweep(devices, .power, deadline: .seconds(30))
            #expect(results.count == devices.count)
            #expect(try results[7].get() == .power(.on))
            let off = results.filter { (try? $0.get()) == .power(.off) }
            #expect(off.count == 2999)
            #expect(throws: DriverError.self) { try results[3000].get() }
            if case .failure(let error) = results[3000] { #expect(error.status == .timeout) }
            if case .failure(let error) = results[3001] { #expect(error.status == .authentication) }
            // The gates are free again.
            #expect(try await devices[0].powerState(deadline: .seconds(5)) == .off)
            let unsupported = await host.sweep([devices[0]], .health, deadline: .seconds(5))
            if case .failure(let error) = unsupported[0] {
                #expect(error.status == .unsupported)
            } else {
                Issue.record()
            }
            await host.shutdown()
        }

        @Test func sweepOfADriverThatCannotAsksEachDevice() async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host()
            let devices = try (0..<5).map { number in
                let path = try lab.machine("m\(number)")
                return try host.device(
                    name: "m\(number)", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)"}"#)
            }
            let results = await host.sweep(devices, .power, deadline: .seconds(10))
            #expect(results.allSatisfy { (try? $0.get()) == .power(.off) })
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func aTracerSeesTheWireWithoutSecrets(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.allround)
            let traces = Mutex<[CallTrace]>([])
            let host = lab.host(isolation, tracer: { trace in traces.withLock { $0.append(trace) } })
            let one = try device(host)
            #expect(try await one.powerState(deadline: .seconds(5)) == .off)
            try await one.setPower(.on, operation: "op", deadline: .seconds(5))
            _ = try await one.invoke(
                method: "echo", body: Array("my opense".utf8), operation: "op", deadline: .seconds(5))
            await host.shutdown()
            let seen = traces.withLock { $0 }
            var lines: [String] = []
            for trace in seen {
                switch trace.what {
                case .call(let function, _, _, _, _): lines.append("call \(function)")
                case .wire(let received, let name, let bytes, let count):
                    let text = bytes.map { String(decoding: $0, as: UTF8.self) } ?? "\(count) secret bytes"
                    lines.append("\(received ? "from" : "to") \(name): \(text)")
                case .result(let error, _, _, let emitted):
                    for value in emitted { lines.append("emit \(String(decoding: value.data, as: UTF8.self))") }
                    lines.append(error.map { "\($0.status)" } ?? "ok")
                }
            }
            #expect(
                lines.prefix(11) == [
                    "call driver.open", "to memory: 6 secret bytes", "ok", "call power.get", "to memory: power?",
                    "from memory: off", "ok", "call power.set", "to memory: power on", "from memory: ok", "ok",
                ])
            #expect(lines.contains("emit my <secret>"))
        }
    }
}
