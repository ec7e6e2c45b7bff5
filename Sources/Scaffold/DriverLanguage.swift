// SPDX-License-Identifier: Apache-2.0

/// A language in which Ingot has a driver template.
public enum DriverLanguage: String, Sendable, CaseIterable {
    case c
    case cpp
    case rust
    case swift

    /// The files of its template.
    public var files: [TemplateFile] {
        switch self {
        case .c: TemplateFile.c
        case .cpp: TemplateFile.cpp
        case .rust: TemplateFile.rust
        case .swift: TemplateFile.swift
        }
    }
}
