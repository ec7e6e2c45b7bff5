// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1
import PlainHTTP

extension AgentSession {
    /// The header that names the token.
    var authorisation: [(String, String)] { [("Authorization", "Bearer \(token)")] }

    /// The URL of one of the agent's paths.
    func url(_ path: String) -> String { "\(server)/agent/v1/\(path)" }

    /// Builds a request with the token.
    func request(_ method: HTTPMethod, _ path: String, body: [UInt8] = []) -> HTTPRequest {
        let type = body.isEmpty ? [] : [("Content-Type", "application/json")]
        return HTTPRequest(method, url(path), headers: authorisation + type, body: .bytes(body))
    }

    /// Sends a request until the server answers with something other than a failure of its own.
    func call(_ method: HTTPMethod, _ path: String, body: [UInt8] = []) async throws -> HTTPResponse {
        let request = request(method, path, body: body)
        var backoff = Backoff(configuration.timing)
        while true {
            let problem: String
            do {
                let answer = try await http.send(request)
                if answer.status < 500 { return answer }
                problem = "\(path): the server answered \(answer.status)"
            } catch let error as SimulatorError {
                problem = "\(path): \(error)"
            }
            await note(.retry, problem)
            try await backoff.pause(orThrow: Stop(code: nil, reason: problem))
        }
    }

    /// Posts a report.
    func post(_ path: String, _ report: some Encodable) async throws -> HTTPResponse {
        try await call(.POST, path, body: AgentReports.encoded(report))
    }

    /// Posts a report that has to be taken.
    func postChecked(_ path: String, _ report: some Encodable) async throws {
        let answer = try await post(path, report)
        guard (200..<300).contains(answer.status) else {
            throw Stop(code: nil, reason: "\(path): the server answered \(answer.status) \(answer.text.prefix(200))")
        }
    }
}

/// Growing pauses between attempts.
struct Backoff {
    private let timing: MachineTiming
    private var next: Duration
    private var spent = Duration.zero

    init(_ timing: MachineTiming) {
        self.timing = timing
        next = timing.agentPause.first
    }

    /// Sleeps, or throws the error when patience is at its end.
    mutating func pause(orThrow error: any Error) async throws {
        guard spent < timing.agentPatience else { throw error }
        try await Task.sleep(for: next)
        spent += next
        next = min(next * 2, timing.agentPause.longest)
    }
}
