// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Store

/// A whole-disk image in the image repository.
public struct Image: Document, Equatable {
    public static let kind = "image"
    public var id: String { name }

    public var name: String
    /// SHA-256 of the stored bytes, lower-case hex; also the name of its file.
    public var sha256: String
    /// Bytes as stored (compressed when `compression` says so).
    public var size: Int64
    /// `none`, `gzip` or `zstd`.
    public var compression: String
    /// The installer plugin that recognised it.
    public var installer: String
    public var added: Date
}
