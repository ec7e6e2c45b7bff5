// SPDX-License-Identifier: Apache-2.0

/// Checks of readers, console, jobs, vendor messages and installers.
enum ReaderChecks {
    static let all: [Check] = []
}
