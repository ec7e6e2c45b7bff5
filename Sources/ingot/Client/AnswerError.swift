// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import PlainHTTP

/// Turns failed exchanges into errors a person can act on.
enum AnswerError {
    /// An exchange that ended without a whole HTTP answer.
    static func failure(_ failure: HTTPFailure, server: String) -> CommandError {
        switch failure.kind {
        case .url: CommandError(.usage, failure.reason, field: "--server")
        case .host: CommandError(.unreachable, "cannot find the host of \(server)")
        case .connect: CommandError(.unreachable, "\(failure.reason); is `ingot serve` running there?")
        case .closed: CommandError(.unreachable, "\(server): \(failure.reason)")
        case .timeout: CommandError(.timeout, "\(server) did not answer in time")
        case .answer: CommandError(.badAnswer, "\(server): \(failure.reason)")
        case .file: CommandError(.local, failure.reason)
        }
    }

    /// An HTTP answer that is not a success.
    static func status(_ status: Int, body: [UInt8], server: String, hasToken: Bool) -> CommandError {
        let report = JSONValue(parsing: Data(body))?["error"] ?? .null
        var error = error(status, report, body: body, server: server, hasToken: hasToken)
        error.code = report["code"].text
        return error
    }

    private static func error(
        _ status: Int, _ report: JSONValue, body: [UInt8], server: String, hasToken: Bool
    ) -> CommandError {
        let message = report["message"].text ?? unexplained(status, body: body, server: server)
        let field = report["field"].text
        switch status {
        case 401 where !hasToken:
            return CommandError(
                .unauthorised, message + "; no token was found: give --token-file or set INGOT_TOKEN", field: field)
        case 401, 403: return CommandError(.unauthorised, message, field: field)
        case 404: return CommandError(.notFound, message, field: field)
        case 408, 504: return CommandError(.timeout, message, field: field)
        case 502 where report["code"].text == "driver": return CommandError(.failed, message, field: field)
        case 507: return CommandError(.refused, message, field: field)
        case 400..<500: return CommandError(.refused, message, field: field)
        default: return CommandError(.badAnswer, message, field: field)
        }
    }

    /// The beginning of a body for a message.
    static func excerpt(_ data: [UInt8]) -> String {
        if data.isEmpty { return "an empty body" }
        let text = Terminal.printable(String(decoding: data.prefix(120), as: UTF8.self))
        return "\"\(text)\"" + (data.count > 120 ? "… (\(data.count) bytes)" : "")
    }

    private static func unexplained(_ status: Int, body: [UInt8], server: String) -> String {
        "\(server) answered \(status) without an explanation: \(excerpt(body))"
    }
}
