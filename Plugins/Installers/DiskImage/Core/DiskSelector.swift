// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// Which disk to write: everything given must match, and exactly one disk must remain.
struct DiskSelector: Decodable, Equatable {
    var serial: DiskIdentifier?
    var wwn: DiskIdentifier?
    var minBytes: PositiveBytes?
    var maxBytes: PositiveBytes?

    private enum CodingKeys: String, CodingKey {
        case serial
        case wwn
        case minBytes = "min_bytes"
        case maxBytes = "max_bytes"
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        serial = try values.decodeIfPresent(DiskIdentifier.self, forKey: .serial)
        wwn = try values.decodeIfPresent(DiskIdentifier.self, forKey: .wwn)
        minBytes = try values.decodeIfPresent(PositiveBytes.self, forKey: .minBytes)
        maxBytes = try values.decodeIfPresent(PositiveBytes.self, forKey: .maxBytes)
        if let wwn, !wwn.text.contains(where: { $0.isHexDigit && $0 != "0" }) {
            throw PluginError.invalid(
                field: (decoder.codingPath + [CodingKeys.wwn]).fieldName, "names no disk: it has no digit but 0")
        }
        if let minBytes, let maxBytes, minBytes.count > maxBytes.count {
            throw PluginError.invalid(
                field: (decoder.codingPath + [CodingKeys.maxBytes]).fieldName,
                "is below min_bytes")
        }
    }
}

/// A serial number or world wide name as the kernel reports it.
struct DiskIdentifier: CheckedText {
    let text: String

    init(checking text: String) throws(Refusal) {
        let scalars = text.unicodeScalars
        guard (1...128).contains(scalars.count), scalars.first != " ", scalars.last != " ",
            scalars.allSatisfy({ $0.isVisibleASCII || $0 == " " })
        else { throw Refusal("is not 1 to 128 printable ASCII characters without spaces around them") }
        self.text = text
    }
}

extension Decoder {
    /// A refusal of the value that is being decoded.
    func refused(_ reason: String) -> PluginError {
        .invalid(field: codingPath.fieldName, reason)
    }
}
