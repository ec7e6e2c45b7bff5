// SPDX-License-Identifier: Apache-2.0

/// Every check there is.
public enum CheckTable {
    public static let all: [Check] =
        (LibraryChecks.all + OpenChecks.all + PowerChecks.all + ReaderChecks.all + FaultChecks.all
        + ConcurrencyChecks.all).sorted { $0.number < $1.number }

    /// The check of that id or number.
    public static func named(_ text: String) -> Check? {
        all.first { $0.id == text || String($0.number) == text }
    }
}
