// SPDX-License-Identifier: Apache-2.0
import Control
import NIOHTTP1

extension APIClient {
    /// The elements of a collection: a bare array, or an object that holds one under `key`.
    func list(_ path: [String], key: String, query: [(String, String)] = []) async throws -> JSONValue {
        let answer = try await send(.GET, path, query: query)
        if answer.elements != nil { return answer }
        if answer[key].elements != nil { return answer[key] }
        throw CommandError(.badAnswer, "\(server) sent no list of \(key)")
    }

    /// One thing; an empty answer is an error.
    func show(_ path: [String]) async throws -> JSONValue {
        let answer = try await send(.GET, path)
        guard case .object = answer else {
            throw CommandError(.badAnswer, "\(server) answered with an empty body or no object")
        }
        return answer
    }

    /// Sends a request that starts a job and returns the job's identifier.
    func start(_ method: HTTPMethod, _ path: [String], query: [(String, String)] = [], body: JSONValue? = nil)
        async throws -> String
    {
        let answer = try await send(method, path, query: query, body: body)
        guard let id = answer["job"].text ?? answer["job"]["id"].text else {
            throw CommandError(.badAnswer, "\(server) started no job, or did not say which")
        }
        return id
    }

    /// A job's present state.
    func job(_ id: String) async throws -> JSONValue {
        try await show(["jobs", id])
    }

    /// The events of a job after a sequence number; waits up to `wait` seconds for one.
    func events(job id: String, after sequence: Int64, wait: Int) async throws -> (events: [JobEvent], job: JSONValue) {
        let answer = try await send(
            .GET, ["jobs", id, "events"], query: [("after", String(sequence)), ("wait", String(wait))],
            timeout: Double(wait + 30))
        guard let events = answer["events"].elements, !answer["job"].isNull else {
            throw CommandError(.badAnswer, "\(server) sent no events and no job")
        }
        return (events.map { JobEvent($0) }, answer["job"])
    }
}
