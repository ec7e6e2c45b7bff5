// SPDX-License-Identifier: Apache-2.0
import Foundation
import FoundationNetworking

/// Turns failed exchanges into errors a person can act on.
enum AnswerError {
    /// An exchange that ended without an HTTP answer.
    static func transport(_ error: URLError, server: String) -> any Error {
        switch error.code {
        case .cancelled:
            return CancellationError()
        case .timedOut:
            return CommandError(.timeout, "\(server) did not answer in time")
        case .cannotFindHost, .dnsLookupFailed:
            return CommandError(.unreachable, "cannot find the host of \(server)")
        case .cannotConnectToHost:
            return CommandError(.unreachable, "cannot connect to \(server); is `ingot serve` running there?")
        case .networkConnectionLost:
            return CommandError(.unreachable, "\(server) closed the connection before it had answered")
        case .badServerResponse, .cannotParseResponse:
            return CommandError(.badAnswer, "\(server) did not answer with HTTP")
        default:
            return CommandError(.unreachable, "cannot reach \(server): \(error.localizedDescription)")
        }
    }

    /// An HTTP answer that is not a success.
    static func status(_ status: Int, body: Data, server: String, hasToken: Bool) -> CommandError {
        let report = JSONValue(parsing: body)?["error"] ?? .null
        let message = report["message"].text ?? unexplained(status, body: body, server: server)
        let field = report["field"].text
        switch status {
        case 401 where !hasToken:
            return CommandError(
                .unauthorised, message + "; no token was found: give --token-file or set INGOT_TOKEN", field: field)
        case 401, 403: return CommandError(.unauthorised, message, field: field)
        case 404: return CommandError(.notFound, message, field: field)
        case 408, 504: return CommandError(.timeout, message, field: field)
        case 400..<500: return CommandError(.refused, message, field: field)
        default: return CommandError(.badAnswer, message, field: field)
        }
    }

    /// The beginning of a body for a message.
    static func excerpt(_ data: Data) -> String {
        if data.isEmpty { return "an empty body" }
        let text = Terminal.printable(String(decoding: data.prefix(120), as: UTF8.self))
        return "\"\(text)\"" + (data.count > 120 ? "… (\(data.count) bytes)" : "")
    }

    private static func unexplained(_ status: Int, body: Data, server: String) -> String {
        "\(server) answered \(status) without an explanation: \(excerpt(body))"
    }
}
