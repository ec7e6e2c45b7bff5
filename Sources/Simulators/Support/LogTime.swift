// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Times in the logs of simulated machines.
enum LogTime {
    /// Now, as `2026-11-23T10:20:30.123Z`.
    static func now() -> String {
        Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
