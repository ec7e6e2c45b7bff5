// SPDX-License-Identifier: Apache-2.0

/// Finds anchors and aliases in YAML text before a parser follows them.
enum YAMLAliases {
    /// The number of the first line with something that a YAML parser could take for `&anchor` or `*alias`; nil when
    /// there is none. It does not know quotes, so it may find one in a text: that is the price of not parsing twice.
    static func line(in text: String) -> Int? {
        var number = 1
        var before = UInt8(ascii: "\n")
        var mark: UInt8?
        for byte in text.utf8 {
            if mark != nil, isName(byte) { return number }
            mark = (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")) && canBegin(after: before) ? byte : nil
            if byte == UInt8(ascii: "\n") { number += 1 }
            before = byte
        }
        return nil
    }

    /// Where a node can begin: after white space, and in flow style after the punctuation.
    private static func canBegin(after byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "["),
            UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// Characters of an anchor's name, as libyaml reads it.
    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
