// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Synchronization

/// What the management side does with the agent's requests, as far as a test needs it.
final class FakeControl: Sendable {
    /// One order, and what the machine did about it.
    struct Order: Sendable {
        var plan = ""
        var imagePath = ""
        var answers: [String: String] = [:]
        var refusesToBegin = false
        /// Image requests that are answered with 503 before one works.
        var imageFailures = 0
        var bootIDs: [String] = []
        var inventories: [[UInt8]] = []
        var completions: [[UInt8]] = []
        var failures: [[UInt8]] = []
        var imageRequests = 0
        var hellos: [String] = []
    }

    private let orders = Mutex<[String: Order]>([:])
    let events = Mutex<[PXEEvent]>([])

    /// The order with this token.
    subscript(token: String) -> Order {
        get { orders.withLock { $0[token] ?? Order() } }
        set { orders.withLock { $0[token] = newValue } }
    }

    /// Answers one request.
    func answer(_ request: AgentRequest) -> AgentResponse {
        if request.path.hasPrefix("/hello/") {
            let token = String(request.path.dropFirst("/hello/".count))
            return change(token) { order in
                order.hellos.append(String(decoding: request.body, as: UTF8.self))
                return AgentResponse(status: 200)
            }
        }
        guard let token = request.bearerToken else { return .text(401, "no token") }
        return change(token) { order in Self.answer(request, order: &order) }
    }

    private func change(_ token: String, _ body: (inout Order) -> AgentResponse) -> AgentResponse {
        orders.withLock { orders in
            guard var order = orders[token] else { return .text(403, "unknown token") }
            defer { orders[token] = order }
            return body(&order)
        }
    }

    private static func answer(_ request: AgentRequest, order: inout Order) -> AgentResponse {
        switch (request.method, request.path) {
        case ("POST", "/agent/v1/inventory"):
            order.inventories.append(request.body)
        case ("POST", "/agent/v1/begin"):
            if order.refusesToBegin || !order.completions.isEmpty { return .text(403, "the order is done") }
            order.bootIDs.append(String(decoding: request.body, as: UTF8.self))
            return .text(200, order.plan)
        case ("GET", "/agent/v1/image"):
            order.imageRequests += 1
            if order.imageFailures > 0 {
                order.imageFailures -= 1
                return .text(503, "starting")
            }
            return AgentResponse(status: 200, body: .file(path: order.imagePath))
        case ("POST", "/agent/v1/progress"): break
        case ("POST", "/agent/v1/complete"): order.completions.append(request.body)
        case ("POST", "/agent/v1/failed"): order.failures.append(request.body)
        case ("GET", let path) where path.hasPrefix("/agent/v1/answer/"):
            guard let text = order.answers[String(path.dropFirst("/agent/v1/answer/".count))] else {
                return .text(404, "no such answer")
            }
            return .text(200, text)
        default:
            return .text(404, "no such path")
        }
        return AgentResponse(status: 204)
    }
}

/// Keeps leases in memory.
final class MemoryLeases: LeaseStore {
    private let saved = Mutex<[MACAddress: DHCPLease]>([:])

    func leases() async throws -> [DHCPLease] { saved.withLock { Array($0.values) } }

    func save(_ leases: [DHCPLease]) async throws {
        saved.withLock { saved in
            for lease in leases { saved[lease.mac] = lease }
        }
    }
}
