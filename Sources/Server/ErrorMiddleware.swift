// SPDX-License-Identifier: Apache-2.0
import Control
import Host
import Hummingbird
import Logging
import Store

/// Turns every thrown error into `{"error": {"code", "message", "field"?, "attempts"?}}` with its HTTP status.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let logger: Logger

    struct Body: Encodable {
        struct Detail: Encodable {
            var code: String
            var message: String
            var field: String?
            /// The machine's drivers that were tried or looked at.
            var attempts: [DriverAttempt]?
        }
        var error: Detail
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ControlError {
            return try answer(
                status(error.code), error.code.rawValue, error.message, error.field, error.attempts)
        } catch let error as DriverError where error.status == .unsupported {
            return try answer(.unprocessableContent, "unsupported", error.message, nil, error.attempts)
        } catch let error as DriverError where error.status == .invalid {
            return try answer(
                .unprocessableContent, "invalid", error.message,
                error.detailJSON.flatMap { JSONValue(jsonText: $0)?["field"].text }, error.attempts)
        } catch let error as DriverError {
            return try answer(.badGateway, "driver", error.message, error.status.name, error.attempts)
        } catch let error as StoreError {
            logger.error("\(error)")
            if case .full = error { return try answer(.init(code: 507), "storage_full", "\(error)") }
            return try answer(.internalServerError, "internal", "\(error)")
        } catch let error as any HTTPResponseError {
            let message =
                switch error.status {
                case .notFound: "there is no such resource: \(request.method) \(request.uri.path)"
                case .contentTooLarge: "the body is larger than this route takes"
                case .unauthorized: "a bearer token is needed: Authorization: Bearer …"
                default: error.status.reasonPhrase
                }
            return try answer(error.status, code(error.status), message)
        } catch {
            logger.error("request failed: \(error)", metadata: ["path": "\(request.uri.path)"])
            return try answer(
                .internalServerError, "internal", "the request failed inside the server; its log says why")
        }
    }

    private func answer(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, _ field: String? = nil,
        _ attempts: [DriverAttempt] = []
    ) throws -> Response {
        try APIJSON.response(
            Body(
                error: .init(
                    code: code, message: message, field: field, attempts: attempts.isEmpty ? nil : attempts)),
            status: status)
    }

    private func code(_ status: HTTPResponse.Status) -> String {
        switch status {
        case .notFound: "not_found"
        case .unauthorized: "unauthorized"
        case .methodNotAllowed: "method_not_allowed"
        case .contentTooLarge: "too_large"
        default: "invalid"
        }
    }

    private func status(_ code: ControlError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalid, .unsupported: .unprocessableContent
        case .notFound: .notFound
        case .conflict, .held: .conflict
        case .driver: .badGateway
        case .storageFull: .init(code: 507)
        }
    }
}
