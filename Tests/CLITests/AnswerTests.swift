// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOHTTP1
import Testing

@testable import ingot

/// What the client makes of answers, good and bad, from a real socket.
@Suite(.timeLimit(.minutes(1)))
struct AnswerTests {
    private func error(_ answer: CannedServer.Answer, token: String? = "secret") async throws -> CommandError {
        let server = try await CannedServer([answer])
        let client = try APIClient(server: server.url, token: token)
        do {
            let value = try await client.list(["machines"], key: "machines")
            await server.stop()
            Issue.record("no error but \(value)")
            return CommandError(.ok, "")
        } catch let error as CommandError {
            await server.stop()
            return error
        }
    }

    @Test(arguments: [
        ("<html>oops</html>", CommandExit.badAnswer, "not JSON"), ("{\"machines\":", .badAnswer, "not JSON"),
        ("", .badAnswer, "no list of machines"), ("{}", .badAnswer, "no list of machines"),
        ("\u{1B}[31mred", .badAnswer, "not JSON"),
    ])
    func badBodies(_ body: String, _ exit: CommandExit, _ part: String) async throws {
        let error = try await error(CannedServer.json(body))
        #expect(error.exit == exit)
        #expect(error.message.contains(part))
        #expect(!error.message.contains("\u{1B}"))
    }

    @Test(arguments: [
        (400, CommandExit.refused), (401, .unauthorised), (403, .unauthorised), (404, .notFound), (409, .refused),
        (422, .refused), (500, .badAnswer), (503, .badAnswer), (504, .timeout), (302, .badAnswer),
    ])
    func statusesBecomeExitCodes(_ status: Int, _ exit: CommandExit) async throws {
        let body = #"{"error":{"code":"x","message":"it cannot be","field":"mac"}}"#
        let error = try await error(CannedServer.json(body, status: status))
        #expect(error.exit == exit)
        #expect(error.line == "error: it cannot be (mac)")
    }

    @Test(arguments: ["", "<h1>Bad</h1>", "null", #"{"error":"text"}"#])
    func errorsWithoutExplanation(_ body: String) async throws {
        let error = try await error(CannedServer.json(body, status: 500))
        #expect(error.exit == .badAnswer)
        #expect(error.message.contains("answered 500 without an explanation"))
    }

    @Test func missingTokenIsNamed() async throws {
        let error = try await error(CannedServer.json("", status: 401), token: nil)
        #expect(error.exit == .unauthorised)
        #expect(error.message.contains("--token-file"))
    }

    @Test func hangUpAndForeignProtocols() async throws {
        #expect(try await error(.hangUp).exit == .unreachable)
        let foreign = try await error(.bytes("SSH-2.0-OpenSSH_9.2\r\n"))
        #expect(foreign.exit == .badAnswer)
    }

    @Test func refusedConnection() async throws {
        let server = try await CannedServer([.hangUp])
        let url = server.url
        await server.stop()
        let client = try APIClient(server: url, token: nil)
        await #expect { try await client.show(["machines", "m"]) } throws: { error in
            (error as? CommandError)?.exit == .unreachable && "\(error)".contains("ingot serve")
        }
    }

    @Test func silenceTimesOut() async throws {
        let server = try await CannedServer([.silence])
        let client = try APIClient(server: server.url, token: nil)
        await #expect { try await client.send(.GET, ["machines"], timeout: 1) } throws: { error in
            (error as? CommandError)?.exit == .timeout
        }
        await server.stop()
    }

    @Test func redirectsDoNotGetTheToken() async throws {
        let other = try await CannedServer([CannedServer.json("[]")])
        let server = try await CannedServer([
            .bytes("HTTP/1.1 307 X\r\nLocation: \(other.url)/v1/machines\r\nContent-Length: 0\r\n\r\n")
        ])
        let client = try APIClient(server: server.url, token: "secret")
        await #expect(throws: CommandError.self) { try await client.list(["machines"], key: "machines") }
        #expect(other.requests.isEmpty)
        await server.stop()
        await other.stop()
    }

    @Test func requestsCarryTokenAndEncodedNames() async throws {
        let server = try await CannedServer([CannedServer.json(#"{"name":"a"}"#)])
        let client = try APIClient(server: server.url + "/base/", token: "secret")
        _ = try await client.show(["machines", "a/../b c?"])
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("GET /base/v1/machines/a%2F..%2Fb%20c%3F HTTP/1.1\r\n"))
        #expect(request.contains("Authorization: Bearer secret\r\n"))
        await server.stop()
    }

    @Test func filesAreUploadedWhole() async throws {
        let server = try await CannedServer([CannedServer.json("{}", status: 201)])
        let file = try TemporaryFile(String(repeating: "0123456789abcdef", count: 200_000))
        let client = try APIClient(server: server.url, token: "secret")
        let digest = try FileDigest.sha256(file.path)
        _ = try await client.upload(
            .PUT, ["images", "debian"], query: [("sha256", digest.hex)], file: file.path)
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("PUT /v1/images/debian?sha256=\(digest.hex) HTTP/1.1\r\n"))
        #expect(request.contains("Content-Length: 3200000\r\n"))
        #expect(request.hasSuffix(String(repeating: "0123456789abcdef", count: 10)))
        #expect(request.utf8.count > 3_200_000)
        await server.stop()
    }

    @Test(arguments: ["", "ftp://h", "http://", "http://u:p@h", "h:1", "http://h/?a=b", "https://h"])
    func badServerURLs(_ url: String) {
        #expect { try APIClient(server: url, token: nil) } throws: { error in
            (error as? CommandError)?.exit == .usage
        }
    }
}
