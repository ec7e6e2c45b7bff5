// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// The API's JSON: dates as ISO 8601, decoding errors that name the member.
struct APIJSON: RequestDecoder, ResponseEncoder {
    func decode<T: Decodable>(_ type: T.Type, from request: Request, context: some RequestContext) async throws -> T {
        let body = try await request.body.collect(upTo: context.maxUploadSize)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: body)
        } catch let error as DecodingError {
            throw error.asControlError
        }
    }

    func encode(_ value: some Encodable, from request: Request, context: some RequestContext) throws -> Response {
        try Self.response(value, status: .ok)
    }

    static func response(_ value: some Encodable, status: HTTPResponse.Status) throws -> Response {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = try encoder.encode(value)
        bytes.append(UInt8(ascii: "\n"))
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension DecodingError {
    /// Names the member that is missing or wrong.
    var asControlError: ControlError {
        switch self {
        case .keyNotFound(let key, let context):
            ControlError(.invalid, "the member is missing", field: Self.path(context.codingPath + [key]))
        case .typeMismatch(let type, let context):
            ControlError(.invalid, "the member is not a \(type)", field: Self.path(context.codingPath))
        case .valueNotFound(_, let context):
            ControlError(.invalid, "the member is null", field: Self.path(context.codingPath))
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? ControlError(.invalid, "the body is not JSON")
                : ControlError(.invalid, context.debugDescription, field: Self.path(context.codingPath))
        @unknown default: ControlError(.invalid, "the body cannot be read")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
    }
}
