// SPDX-License-Identifier: Apache-2.0

/// A language in which Ingot has a driver template.
public enum DriverLanguage: String, Sendable, CaseIterable {
    case c

    /// The files of its template.
    public var files: [TemplateFile] {
        switch self {
        case .c: TemplateFile.c
        }
    }
}
