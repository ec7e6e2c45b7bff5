// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// JSON in and out, with errors that name the member at fault.
public enum JSONText {
    /// The value as JSON with sorted members in snake_case, so that the same value always gives the same bytes.
    ///
    /// Throws `internal` when the value has no JSON form, such as a not-a-number.
    public static func encode(_ value: some Encodable) throws(PluginError) -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw PluginError(.internal, "a \(type(of: value)) could not be written as JSON")
        }
    }

    /// Reads a value; unknown members are ignored.
    ///
    /// Throws `invalid` with the path of the member at fault; `what` stands for the whole text.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from text: String, as what: String
    ) throws(PluginError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as PluginError {
            throw error
        } catch let error as DecodingError {
            throw invalid(error, as: what)
        } catch {
            throw .invalid(field: what, "is not JSON")
        }
    }

    private static func invalid(_ error: DecodingError, as what: String) -> PluginError {
        switch error {
        case .keyNotFound(let key, let context):
            return .invalid(field: path(context.codingPath + [key], as: what), "is missing")
        case .valueNotFound(_, let context):
            return .invalid(field: path(context.codingPath, as: what), "must not be null")
        case .typeMismatch(let type, let context):
            return .invalid(field: path(context.codingPath, as: what), "is not of type \(type)")
        case .dataCorrupted(let context):
            let reason = context.codingPath.isEmpty ? "is not JSON" : "has a value that is not allowed"
            return .invalid(field: path(context.codingPath, as: what), reason)
        @unknown default:
            return .invalid(field: what, "could not be read")
        }
    }

    private static func path(_ keys: [any CodingKey], as what: String) -> String {
        var text = ""
        for key in keys {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return text.isEmpty ? what : text
    }
}
