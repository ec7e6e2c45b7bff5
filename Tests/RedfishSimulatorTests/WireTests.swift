// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Testing

@testable import RedfishSimulator

@Suite struct WireTests {
    static let root = "/redfish/v1/"

    @Test func aConnectionIsKeptAndPipelined() async throws {
        try await FaultTests.with([]) { server in
            let one = RawClient.request("GET", Self.root, keepAlive: true)
            let last = RawClient.request("GET", "/redfish/v1/Systems/1")
            let answer = await RawClient.exchange(server.port, one + one + last)
            #expect(answer.text.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
            #expect(answer.ending == .closed)
            #expect(server.statistics.requests == ["GET /redfish/v1": 2, "GET /redfish/v1/Systems/1": 1])
            #expect(server.statistics.connections == 1)
        }
    }

    @Test func aSecondRequestIsResetWhereConnectionsAreNotKept() async throws {
        let server = try await RedfishServer.start(
            .init(tls: .off, behaviours: [.connectionClose]), chassis: SharedChassis(Chassis()))
        let one = RawClient.request("GET", Self.root, keepAlive: true)
        let kept = await RawClient.exchange(server.port, one + one)
        #expect(kept.text.components(separatedBy: "HTTP/1.1 200 OK").count <= 2)
        #expect(kept.ending == .reset)
        for _ in 0..<2 { #expect(await RawClient.get(server.port, Self.root).status == 200) }
        await server.stop()
        #expect(await RawClient.get(server.port, Self.root).ending == .refused)
    }

    @Test func curlTalksHTTPSAndTrustsOnlyTheCertificate() async throws {
        try await FaultTests.with([], tls: .generated) { server in
            let own = try #require(server.certificatePEM)
            let answer = await Curl.output(
                ["--user", "admin:secret", server.baseURL + "/redfish/v1/Systems/1"], trusting: own)
            #expect(answer.status == 0)
            #expect(try JSON(parsing: Array(answer.text.utf8))["PowerState"]?.text == "Off")
            #expect(await Curl.run([server.baseURL + Self.root]) == 60)
            let big = String(repeating: "x", count: 3 << 20)
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString).bin")
            try Data(big.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            // An image of 3 MiB, with curl's Expect: 100-continue.
            let pushed = await Curl.output(
                [
                    "--user", "admin:secret", "--insecure", "-H", "Content-Type: application/octet-stream",
                    "--data-binary", "@\(file.path)", "-o", "/dev/null", "-w", "%{http_code}",
                    server.baseURL + "/redfish/v1/UpdateService/push",
                ])
            #expect(pushed.text == "202")
            let tooLong = await Curl.output(
                [
                    "--user", "admin:secret", "--insecure", "-H", "Content-Type: application/json", "--data-binary",
                    "@\(file.path)", "-o", "/dev/null", "-w", "%{http_code}",
                    server.baseURL + "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset",
                ])
            #expect(tooLong.text == "413")
        }
    }

    @Test func aCertificateIsReplaced() async throws {
        try await FaultTests.with([], tls: .generated) { server in
            let old = try #require(server.certificatePEM)
            let new = try ServerCertificate.make()
            let body: JSON = [
                "CertificateString": .string(new.certificate + "\n" + new.key), "CertificateType": "PEM",
                "CertificateUri": [
                    "@odata.id": "/redfish/v1/Managers/1/NetworkProtocol/HTTPS/Certificates/1"
                ],
            ]
            let path = "/redfish/v1/CertificateService/Actions/CertificateService.ReplaceCertificate"
            let replaced = await Curl.output(
                [
                    "--user", "admin:secret", "-H", "Content-Type: application/json", "-d",
                    String(decoding: body.bytes, as: UTF8.self), "-o", "/dev/null", "-w", "%{http_code}",
                    server.baseURL + path,
                ], trusting: old)
            #expect(replaced.text == "204")
            #expect(await Curl.run([server.baseURL + Self.root], trusting: old) == 60)
            #expect(await Curl.run([server.baseURL + Self.root], trusting: new.certificate) == 0)
        }
    }

    @Test func certificateFilesAreUsed() async throws {
        let made = try ServerCertificate.make()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = (folder.appendingPathComponent("c.pem").path, folder.appendingPathComponent("k.pem").path)
        try made.certificate.write(toFile: files.0, atomically: true, encoding: .utf8)
        try made.key.write(toFile: files.1, atomically: true, encoding: .utf8)
        let server = try await RedfishServer.start(
            .init(tls: .files(certificate: files.0, key: files.1)), chassis: SharedChassis(Chassis()))
        #expect(await Curl.run([server.baseURL + Self.root], trusting: made.certificate) == 0)
        await server.stop()
        await #expect(throws: (any Error).self) {
            try await RedfishServer.start(
                .init(tls: .files(certificate: "/nowhere", key: files.1)), chassis: SharedChassis(Chassis()))
        }
    }

    @Test func eventsStreamToAnOpenConnection() async throws {
        try await FaultTests.with([]) { server in
            async let heard = RawClient.exchange(
                server.port, RawClient.request("GET", "/redfish/v1/EventService/SSE", keepAlive: true),
                for: .seconds(60))
            var tries = 0
            while server.statistics.requests["GET /redfish/v1/EventService/SSE"] == nil, tries < 1000 {
                try await Task.sleep(for: .milliseconds(20))
                tries += 1
            }
            let test = await RawClient.get(
                server.port, "/redfish/v1/EventService/Actions/EventService.SubmitTestEvent", method: "POST",
                body: #"{"MessageId":"ResourceEvent.1.3.TestMessage"}"#)
            #expect(test.status == 204)
            // Deleting the subscription ends the stream.
            let list = try JSON(
                parsing: await RawClient.get(server.port, "/redfish/v1/EventService/Subscriptions").body)
            let path = try #require(list["Members"]?.elements.first?["@odata.id"]?.text)
            #expect(await RawClient.get(server.port, path, method: "DELETE").status == 204)
            let stream = await heard
            #expect(stream.header("Content-Type")?.hasPrefix("text/event-stream") == true)
            #expect(stream.header("Content-Length") == nil)
            #expect(stream.text.contains("\ndata: {") && stream.text.contains("ResourceEvent.1.3.TestMessage"))
            #expect(stream.ending == .closed)
        }
    }

    @Test func eventsArePushedToADestination() async throws {
        try await FaultTests.with([]) { listener in
            // The other side is a service too: its statistics tell that the POST came.
            try await FaultTests.with([]) { server in
                let subscribed = await RawClient.get(
                    server.port, "/redfish/v1/EventService/Subscriptions", method: "POST",
                    body: #"{"Destination":"http://127.0.0.1:\#(listener.port)/events","Protocol":"Redfish"}"#)
                #expect(subscribed.status == 201)
                #expect(
                    await RawClient.get(
                        server.port, "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", method: "POST",
                        body: #"{"ResetType":"On"}"#
                    ).status == 204)
                for _ in 0..<150 where listener.statistics.requests["POST (unknown)"] == nil {
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(listener.statistics.requests["POST (unknown)"] == 1)
            }
        }
    }

    @Test func requestsCanBeAnsweredInItsPlace() async throws {
        let server = try await RedfishServer.start(
            .init(
                tls: .off,
                requestOverride: { request in
                    request.target == "/recorded"
                        ? HTTPResponse(200, headers: [HTTPField("X-Recorded", "yes")], body: Array("{}".utf8)) : nil
                }), chassis: SharedChassis(Chassis()))
        let recorded = await RawClient.get(server.port, "/recorded")
        #expect(recorded.header("X-Recorded") == "yes" && recorded.body == Array("{}".utf8))
        #expect(await RawClient.get(server.port, Self.root).status == 200)
        #expect(server.statistics.requests == ["GET (override)": 1, "GET /redfish/v1": 1])
        await server.stop()
    }

    @Test func whatIsNoHTTPIsAnsweredOrDropped() async throws {
        try await FaultTests.with([]) { server in
            var random = SeededRandom(seed: 11)
            for text in [
                "hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "GET / HTTP/1.1\r\nA: " + String(repeating: "b", count: 600_000) + "\r\n\r\n",
                "FAKEMETHOD / HTTP/1.1\r\nHost: x\r\n\r\n",
            ] {
                let answer = await RawClient.exchange(server.port, Array(text.utf8), for: .seconds(20))
                #expect(answer.ending != .open, "\(text.prefix(30))")
                #expect(answer.bytes.isEmpty || (400..<600).contains(answer.status ?? 0), "\(text.prefix(30))")
            }
            for _ in 0..<30 {
                let bytes = (0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                _ = await RawClient.exchange(server.port, bytes, for: .milliseconds(100))
            }
            #expect(await RawClient.get(server.port, Self.root).status == 200)
        }
    }
}
