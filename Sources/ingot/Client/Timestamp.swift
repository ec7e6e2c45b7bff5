// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation

/// Reads the server's times: ISO 8601 text with or without fractions, or seconds since 1970.
enum Timestamp {
    /// The time a JSON value stands for; nil when it is none.
    static func date(_ value: JSONValue) -> Date? {
        switch value {
        case .integer(let seconds): Date(timeIntervalSince1970: Double(seconds))
        case .number(let seconds): Date(timeIntervalSince1970: seconds)
        case .string(let text):
            (try? Date(text, strategy: .iso8601))
                ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        default: nil
        }
    }

    /// The time as `2026-11-23T10:20:30Z`.
    static func text(_ date: Date) -> String {
        date.formatted(.iso8601)
    }

    /// The time of day in the user's zone: `14:03:20`.
    static func clock(_ date: Date, zone: TimeZone = .current) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down)) + zone.secondsFromGMT(for: date)
        let day = ((seconds % 86_400) + 86_400) % 86_400
        return [day / 3_600, day % 3_600 / 60, day % 60].map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: ":")
    }
}
