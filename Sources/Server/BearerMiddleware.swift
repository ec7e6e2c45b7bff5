// SPDX-License-Identifier: Apache-2.0
import Control
import Hummingbird

/// Lets in only who bears the token.
struct BearerMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let token: String

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let prefix = "Bearer "
        guard let header = request.headers[.authorization], header.hasPrefix(prefix),
            Token.equal(String(header.dropFirst(prefix.count)), token)
        else { throw HTTPError(.unauthorized) }
        return try await next(request, context)
    }
}
