// SPDX-License-Identifier: Apache-2.0
import Control
import Hummingbird

/// `/v1/images`.
struct ImageRoutes {
    let controller: Controller

    func add(to group: RouterGroup<APIContext>) {
        group.get("images") { _, _ in
            try APIJSON.response(try await controller.images.list().map(ImageView.init), status: .ok)
        }
        group.put("images/:name") { request, context in
            guard let sha256 = request.uri.queryParameters["sha256"] else {
                throw ControlError(.invalid, "the query has no sha256", field: "sha256")
            }
            let image = try await controller.images.add(
                name: try context.name, sha256: String(sha256),
                length: request.headers[.contentLength].flatMap { Int64($0) },
                body: request.body.map { buffer in buffer.readableBytesView[...].withContiguousArray })
            return try APIJSON.response(ImageView(image), status: .created)
        }
        group.delete("images/:name") { _, context in
            try await controller.images.delete(try context.name)
            return Response(status: .noContent)
        }
    }
}

extension Collection where Element == UInt8 {
    /// The bytes as one slice.
    fileprivate var withContiguousArray: ArraySlice<UInt8> { Array(self)[...] }
}
