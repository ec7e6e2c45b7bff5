// SPDX-License-Identifier: Apache-2.0

/// One file of a driver template, as it lies below `SDK/templates`.
public struct TemplateFile: Sendable, Equatable {
    /// Where it goes in the tree that is written.
    public let path: String
    public let text: String
}
