// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Synchronization
import Testing

/// The HTTP boot server against curl.
@Suite struct HTTPBootTests {
    private let path = "/boot/52:54:00:12:34:56/script.ipxe"

    @Test func installScriptPointsAtServedFiles() async throws {
        try await RunningServer.run { running in
            let script = try await running.curl(["\(running.base)\(path)?firmware=bios"]).text
            #expect(script.hasPrefix("#!ipxe\n"))
            let url = "\(running.base)/boot/\(Fixture.token)/kernel"
            #expect(script.contains("kernel --name kernel \(url) quiet ||"))
            #expect(try await running.curl([url]).output == running.kernel)
            #expect(try await running.curl(["\(running.base)/boot/\(Fixture.token)/initrd"]).text == "ramdisk")
            try await running.log.wait(for: "script") { $0.kind == .scriptServed(.install) && $0.mac == running.mac }
            try await running.log.wait(for: "kernel") {
                $0.kind == .fileServed(name: "kernel", offset: 0, bytes: Int64(running.kernel.count))
            }
        }
    }

    @Test func theScriptFollowsTheTableAtOnce() async throws {
        try await RunningServer.run(.local) { running in
            #expect(try await running.curl(["\(running.base)\(path)"]).text == IPXEScript.local(firmware: .uefi))
            try running.table.setDirective(.ignore, for: running.mac)
            #expect(try await running.status(["\(running.base)\(path)"]) == "403")
        }
    }

    @Test(arguments: [
        ("0-0", 0..<1), ("1000-1999", 1000..<2000), ("4999999-", 4_999_999..<5_000_000),
        ("-5", 4_999_995..<5_000_000), ("2097151-2097153", 2_097_151..<2_097_154), ("0-", 0..<5_000_000),
    ])
    func curlGetsRanges(range: String, expected: Range<Int>) async throws {
        try await RunningServer.run { running in
            let url = "\(running.base)/boot/\(Fixture.token)/kernel"
            let result = try await running.curl(["-r", range, "-D", "/dev/stderr", url])
            #expect(result.output == Array(running.kernel[expected]))
            #expect(result.error.contains("206 Partial Content"))
            let field = "Content-Range: bytes \(expected.lowerBound)-\(expected.upperBound - 1)/5000000"
            #expect(result.error.contains(field))
        }
    }

    @Test func impossibleRangesAre416() async throws {
        try await RunningServer.run { running in
            let url = "\(running.base)/boot/\(Fixture.token)/kernel"
            let result = try await running.curl(["-r", "5000000-", "-D", "/dev/stderr", url])
            #expect(result.error.contains("416 ") && result.error.contains("Content-Range: bytes */5000000"))
            #expect(result.output.isEmpty)
        }
    }

    @Test func curlResumesAnInterruptedDownload() async throws {
        try await RunningServer.run { running in
            let part = running.folder.path + "/part"
            try Data(running.kernel.prefix(1_234_567)).write(to: URL(fileURLWithPath: part))
            _ = try await running.curl(["-C", "-", "-o", part, "\(running.base)/boot/\(Fixture.token)/kernel"])
            #expect(Array(try Data(contentsOf: URL(fileURLWithPath: part))) == running.kernel)
        }
    }

    @Test func ifRangeWithAnotherTagGetsTheWholeFile() async throws {
        try await RunningServer.run { running in
            let url = "\(running.base)/boot/\(Fixture.token)/kernel"
            let head = try await running.curl(["-I", url]).text
            #expect(head.contains("Content-Length: 5000000") && head.contains("Accept-Ranges: bytes"))
            let line = try #require(head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") })
            let tag = String(line.dropFirst(6))
            #expect(try await running.status(["-r", "0-1", "-H", "If-Range: \(tag)", url]) == "206")
            #expect(try await running.status(["-r", "0-1", "-H", "If-Range: \"old\"", url]) == "200")
        }
    }

    @Test func httpFirmwareFindsNothingAndIsSeenLeaving() async throws {
        try await RunningServer.run(.local) { running in
            let status = try await running.status(["\(running.base)/boot/\(Fixture.mac)/local"])
            #expect(status == "404")
            try await running.log.wait(for: "leaving") { $0.kind == .leftForDisk && $0.mac == running.mac }
        }
    }

    @Test func programsAreServedToHTTPBootFirmware() async throws {
        try await RunningServer.run { running in
            let result = try await running.curl(["\(running.base)/programs/ipxe.efi"])
            #expect(result.output == (try LoopbackTests.program("ipxe.efi")))
            #expect(try await running.status(["\(running.base)/programs/other.efi"]) == "404")
        }
    }

    // MARK: - Refusals

    @Test func otherSourcesAreForbidden() async throws {
        let handler: PXEServer.AgentHandler = { _ in .text(200, "secret") }
        try await RunningServer.run(agent: handler) { running in
            let stranger = IPv4Address(127, 254, 254, 254)
            for target in [path, "/boot/\(Fixture.token)/kernel", "/programs/ipxe.efi", "/agent/v1/begin", "/nothing"] {
                #expect(try await running.status([running.base + target], from: stranger) == "403", "\(target)")
            }
            // Another enrolled machine does not get this machine's script or files either.
            let other = IPv4Address(127, 254, 254, 253)
            try running.table.set(EnrolledClient(mac: Fixture.stranger, address: other))
            #expect(try await running.status([running.base + path], from: other) == "403")
            let url = "\(running.base)/boot/\(Fixture.token)/kernel"
            #expect(try await running.status([url], from: other) == "403")
            let event = try await running.log.wait(for: "refusal") {
                if case .httpRefused(403, let shown, _) = $0.kind { shown == "/boot/…/kernel" } else { false }
            }
            #expect(!"\(event)".contains(Fixture.token))
        }
    }

    @Test(arguments: [
        (["-X", "PUT"], "/boot/x/kernel", "405"), (["-X", "DELETE"], "/agent/x", "405"),
        (["-X", "OPTIONS"], "/", "405"), (["-d", "x"], "/programs/ipxe.efi", "405"),
        ([], "/boot/wrong-token/kernel", "403"), ([], "/boot/..%2f..%2fetc/passwd", "404"), ([], "/%00", "400"),
        (["--path-as-is"], "/../../etc/passwd", "404"), ([], "/boot/52:54:00:12:34:56/script.ipxe?firmware=x", "400"),
        (["-H", "X: \(String(repeating: "x", count: 9000))"], "/programs/ipxe.efi", "400"),
    ])
    func refusals(arguments: [String], target: String, status: String) async throws {
        try await RunningServer.run { running in
            let answer = try await running.status(arguments + [running.base + target])
            #expect(answer == status)
        }
    }

    @Test func largeBodiesAreRefused() async throws {
        try await RunningServer.run { running in
            let file = running.folder.path + "/kernel"
            let url = "\(running.base)/agent/v1/inventory"
            let plain = try await running.status(["--data-binary", "@\(file)", url])
            #expect(plain == "413")
            let chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Expect:", "--data-binary", "@\(file)", url]
            #expect(try await running.curl(["-o", "/dev/null", "-w", "%{http_code}"] + chunked).text == "413")
            #expect(try await running.status(["-d", "{}", url]) == "204")
        }
    }

    @Test func nonsenseIsAnsweredAndTheServerLives() async throws {
        try await RunningServer.run { running in
            let nonsense = [
                "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\r\n\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            ]
            for text in nonsense {
                let url = "telnet://127.0.0.1:\(running.ports.http)"
                let input = running.folder.path + "/input"
                try Data(text.utf8).write(to: URL(fileURLWithPath: input))
                _ = try await running.curl(["--max-time", "0.3", "-T", input, url])
            }
            #expect(try await running.status(["\(running.base)\(path)"]) == "200")
        }
    }

    // MARK: - Agent

    @Test func agentRequestsReachTheHandler() async throws {
        let handler: PXEServer.AgentHandler = { request in
            guard request.bearerToken == "abc" else { return .text(403, "no token") }
            let seen = "\(request.method) \(request.path) \(request.query) \(request.client?.hostname ?? "-")"
            return .text(200, seen + " " + String(decoding: request.body, as: UTF8.self))
        }
        try await RunningServer.run(agent: handler) { running in
            let url = "\(running.base)/agent/v1/begin?x=1"
            let result = try await running.curl(["-H", "Authorization: Bearer abc", "-d", "{\"boot_id\":\"1\"}", url])
            #expect(result.text == "POST /agent/v1/begin x=1 node-1 {\"boot_id\":\"1\"}")
            #expect(try await running.status([url]) == "403")
            let hello = try await running.curl(
                ["-H", "Authorization: Bearer abc", "-d", "", "\(running.base)/hello/t"],
                from: IPv4Address(127, 254, 254, 254))
            #expect(hello.text == "POST /hello/t  - ")
        }
    }

    @Test func agentFilesAreCutToRanges() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/ingot-agent-\(UUID().uuidString)"
        try Data((0..<200).map { UInt8($0) }).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let handler: PXEServer.AgentHandler = { _ in AgentResponse(status: 200, body: .file(path: path)) }
        try await RunningServer.run(agent: handler) { running in
            let url = "\(running.base)/agent/v1/image"
            #expect(try await running.curl(["-r", "10-19", url]).output == Array(10..<20))
            try await running.log.wait(for: "file") {
                $0.kind == .fileServed(name: "/agent/v1/image", offset: 10, bytes: 10)
            }
            try FileManager.default.removeItem(atPath: path)
            #expect(try await running.status([url]) == "500")
            try await running.log.wait(for: "failure") {
                if case .fileFailed(_, let reason) = $0.kind { reason.contains(path) } else { false }
            }
        }
    }

    @Test func connectionsAreKeptAndAnsweredInOrder() async throws {
        let handler: PXEServer.AgentHandler = { request in
            if request.path.hasSuffix("0") { try? await Task.sleep(for: .milliseconds(50)) }
            return .text(200, request.path + "\n")
        }
        try await RunningServer.run(agent: handler) { running in
            let result = try await running.curl(
                ["-w", "%{num_connects}\n"] + (0..<5).map { "\(running.base)/agent/\($0)" })
            #expect(result.text == "/agent/0\n1\n/agent/1\n0\n/agent/2\n0\n/agent/3\n0\n/agent/4\n0\n")
        }
    }

    @Test func stoppingLetsTheRunningAnswerEnd() async throws {
        let log = EventLog()
        let isStopping = Mutex(false)
        let handler: PXEServer.AgentHandler = { request in
            log.append(PXEEvent(time: .now(), kind: .dhcpDeclined))
            while !isStopping.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(5)) }
            // The connections hear of the stop a moment after the caller does.
            try? await Task.sleep(for: .milliseconds(300))
            return .text(200, "done")
        }
        try await RunningServer.run(agent: handler) { running in
            async let answer = running.curl(["-D", "/dev/stderr", "\(running.base)/agent/slow"])
            try await log.wait(for: "request") { _ in true }
            async let stopped: Void = running.server.stop()
            while running.server.ports != nil { try await Task.sleep(for: .milliseconds(5)) }
            isStopping.withLock { $0 = true }
            await stopped
            let result = try await answer
            #expect(result.text == "done" && result.error.lowercased().contains("connection: close"))
        }
    }
}
