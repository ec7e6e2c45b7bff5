// SPDX-License-Identifier: Apache-2.0
import PluginAPI

extension PluginError {
    /// The longest message handed to the host, in bytes.
    static let messageLimit = 1024

    /// Hands the error to the host and returns the status to return.
    func report(to call: borrowing Call) -> ingot_status {
        guard let setError = call.function(\.set_error) else { return status.rawValue }
        var flags: UInt32 = 0
        if retryable { flags |= UInt32(INGOT_ERR_RETRYABLE) }
        if maybeApplied { flags |= UInt32(INGOT_ERR_MAYBE_APPLIED) }
        if sessionLost { flags |= UInt32(INGOT_ERR_SESSION_LOST) }
        let detailText = detail.isEmpty ? nil : try? JSONText.encode(detail)
        Self.oneLine(message).withCString { message in
            detailText.withOptionalCString { detail in
                var error = ingot_error()
                error.struct_size = UInt32(MemoryLayout<ingot_error>.size)
                error.flags = flags
                error.vendor_code = vendorCode
                error.retry_after_ms = retryAfter?.wholeMilliseconds ?? 0
                error.message = message
                error.detail_json = detail
                setError(call.raw, &error)
            }
        }
        return status.rawValue
    }

    /// The text without control characters and within the message limit.
    static func oneLine(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            let shown: Unicode.Scalar = scalar.properties.generalCategory == .control ? " " : scalar
            bytes += UTF8.width(shown)
            if bytes > messageLimit { break }
            result.append(shown)
        }
        return String(result)
    }

    /// Reads a status as the ABI says: a value not listed is an internal error.
    init?(hostStatus: ingot_status, doing what: String) {
        guard hostStatus != INGOT_OK else { return nil }
        self.init(Status(rawValue: hostStatus) ?? .internal, "the host refused \(what)", vendorCode: hostStatus)
    }
}

extension String? {
    func withOptionalCString<Result>(_ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let self else { return body(nil) }
        return self.withCString { body($0) }
    }
}

extension Duration {
    /// Milliseconds rounded up, at least 0, as far as 32 bits go.
    var wholeMilliseconds: UInt32 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < 4_294_967 else { return .max }
        return UInt32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
