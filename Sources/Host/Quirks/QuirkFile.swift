// SPDX-License-Identifier: Apache-2.0
internal import Yams

/// Reads quirk files (docs/quirks.md): YAML with a list `rows`, at most 256 KiB.
public enum QuirkFile {
    private static let maximumSize = 1 << 18
    private static let maximumNodes = 50_000
    private static let required = ["id", "driver", "quirk", "match", "summary", "source", "simulator"]
    private static let optional = ["apply", "excludes", "trial"]

    /// All rows of a file; everything that is wrong in it, not only the first.
    public static func read(
        _ text: String, file: String, isSiteRow: Bool = false
    ) -> (rows: [QuirkRow], errors: [QuirkError]) {
        var rows: [QuirkRow] = []
        var errors: [QuirkError] = []
        do throws(QuirkError) {
            for (index, node) in try list(text, file: file).enumerated() {
                var row = RowReader(node: node, index: index, file: file)
                if let made = row.row(isSiteRow: isSiteRow) {
                    if rows.contains(where: { $0.id == made.id }) { row.fail("id", "occurs twice in this file") }
                    rows.append(made)
                }
                errors += row.errors
            }
        } catch {
            errors.append(error)
        }
        return (rows, errors)
    }

    private static func list(_ text: String, file: String) throws(QuirkError) -> [Node] {
        guard text.utf8.count <= maximumSize else {
            throw QuirkError(file: file, problem: "is longer than \(maximumSize) bytes")
        }
        // Before anything is built: an alias multiplies what stands behind it.
        if let line = YAMLAliases.line(in: text) {
            throw QuirkError(
                file: file,
                problem: "line \(line) has an anchor or alias (a word that begins with & or *), which are not read")
        }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            throw QuirkError(file: file, problem: "is not YAML: \(oneLine("\(error)"))")
        }
        var count = 0
        guard let root, counted(root, &count) else {
            throw QuirkError(file: file, problem: "is empty or has more than \(maximumNodes) values")
        }
        guard let mapping = root.mapping, let rows = mapping["rows"]?.sequence else {
            throw QuirkError(file: file, field: "rows", problem: "is missing or not a list")
        }
        for (key, _) in mapping where key.string != "rows" {
            throw QuirkError(file: file, field: key.string ?? "?", problem: "is not a member of a quirk file")
        }
        return Array(rows)
    }

    private static func counted(_ node: Node, _ count: inout Int) -> Bool {
        count += 1
        guard count <= maximumNodes else { return false }
        switch node {
        case .scalar: return true
        case .alias: return false
        case .sequence(let sequence):
            for element in sequence { if !counted(element, &count) { return false } }
            return true
        case .mapping(let mapping):
            for (key, value) in mapping { if !counted(key, &count) || !counted(value, &count) { return false } }
            return true
        }
    }

    /// Reads one row and notes all that is wrong in it.
    private struct RowReader {
        let node: Node
        let file: String
        let name: String
        var errors: [QuirkError] = []

        init(node: Node, index: Int, file: String) {
            self.node = node
            self.file = file
            name = node.mapping?["id"]?.string ?? "#\(index + 1)"
        }

        mutating func fail(_ field: String?, _ problem: String) {
            errors.append(QuirkError(file: file, row: oneLine(name), field: field, problem: problem))
        }

        mutating func row(isSiteRow: Bool) -> QuirkRow? {
            guard let mapping = node.mapping else {
                fail(nil, "is not a mapping")
                return nil
            }
            for (key, _) in mapping {
                let key = key.string ?? "?"
                if !(QuirkFile.required + QuirkFile.optional).contains(key) { fail(oneLine(key), "is no such member") }
            }
            let id = text(mapping, "id", limit: 80)
            if let id, !id.utf8.allSatisfy({ Self.isWord($0, "-.") }) {
                fail("id", "has other characters than a-z, 0-9, '-' and '.'")
            }
            let driver = text(mapping, "driver", limit: 128)
            let quirk = text(mapping, "quirk", limit: 64)
            if let quirk, !quirk.utf8.allSatisfy({ Self.isWord($0, "_") }) { fail("quirk", "is not in snake_case") }
            let summary = text(mapping, "summary", limit: 400)
            let source = text(mapping, "source", limit: 400)
            if let source, !source.contains("/") { fail("source", "is neither a URL nor a repository's path") }
            let simulator = text(mapping, "simulator", limit: 64)
            let apply = flag(mapping, "apply") ?? true
            let trial = flag(mapping, "trial") ?? false
            let excludes = texts(mapping["excludes"], "excludes")
            let (vendor, model, firmware) = match(mapping)
            guard errors.isEmpty, let id, let driver, let quirk, let summary, let source, let simulator else {
                return nil
            }
            return QuirkRow(
                id: id, driver: driver, quirk: quirk, vendor: vendor, model: model, firmware: firmware, apply: apply,
                excludes: excludes, trial: trial, summary: summary, source: source, simulator: simulator, file: file,
                isSiteRow: isSiteRow)
        }

        private mutating func match(_ mapping: Node.Mapping) -> ([Glob], [Glob], FirmwareRange?) {
            guard let node = mapping["match"] else {
                fail("match", "is missing")
                return ([], [], nil)
            }
            guard let match = node.mapping else {
                fail("match", "is not a mapping of vendor, model and firmware")
                return ([], [], nil)
            }
            for (key, _) in match where !["vendor", "model", "firmware"].contains(key.string ?? "") {
                fail("match.\(oneLine(key.string ?? "?"))", "is no such member")
            }
            let vendor = texts(match["vendor"], "match.vendor").map(Glob.init)
            let model = texts(match["model"], "match.model").map(Glob.init)
            if vendor.allSatisfy({ $0.literalCount == 0 }), model.allSatisfy({ $0.literalCount == 0 }) {
                fail("match", "would fit every machine: name a vendor or a model")
            }
            var firmware: FirmwareRange?
            if let value = match["firmware"] {
                firmware = value.string.flatMap(FirmwareRange.init)
                if firmware == nil { fail("match.firmware", "is not like \">=4.40, <5.10\"") }
            }
            return (vendor, model, firmware)
        }

        private mutating func flag(_ mapping: Node.Mapping, _ field: String) -> Bool? {
            guard let value = mapping[field] else { return nil }
            if value.bool == nil { fail(field, "is not true or false") }
            return value.bool
        }

        private mutating func text(_ mapping: Node.Mapping, _ field: String, limit: Int) -> String? {
            guard let value = mapping[field] else {
                fail(field, "is missing")
                return nil
            }
            guard let text = value.string, !text.isEmpty, text.utf8.count <= limit, oneLine(text) == text else {
                fail(field, "is not one line of 1 to \(limit) bytes")
                return nil
            }
            return text
        }

        private mutating func texts(_ node: Node?, _ field: String) -> [String] {
            guard let node else { return [] }
            let nodes = node.sequence.map(Array.init) ?? [node]
            let texts = nodes.compactMap(\.string).filter { !$0.isEmpty && $0.utf8.count <= 128 }
            if texts.count != nodes.count || nodes.count > 32 {
                fail(field, "is not a text, or a list of at most 32 texts of 1 to 128 bytes")
            }
            return texts
        }

        private static func isWord(_ byte: UInt8, _ others: String) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || others.utf8.contains(byte)
        }
    }
}
