// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a shared object whose symbols can be read.
struct ELFError: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}

/// The dynamic part of a 64-bit little-endian shared object (System V ABI, chapter 5): what it needs, exports and imports.
struct ELFFile: Sendable {
    struct Symbol: Sendable, Equatable {
        let name: String
        /// Section the symbol is defined in; 0 when another object must bring it, 0xFFF1 for an absolute value.
        let section: UInt16
        let type: UInt8
        let binding: UInt8
        let visibility: UInt8

        var isImported: Bool { section == 0 }
        /// Other objects can see it.
        var isExported: Bool { section != 0 && binding != 0 && (visibility == 0 || visibility == 3) }
        /// The name of a symbol version, which is no function and no datum.
        var isMarker: Bool { section == 0xFFF1 }
    }

    let needed: [String]
    let symbols: [Symbol]
    /// Search path baked into the file (DT_RUNPATH or DT_RPATH).
    let runPath: String?

    private static let maximumSymbols = 1 << 20

    /// Reads the dynamic section; nothing outside the bytes is touched, whatever they say.
    init(_ bytes: [UInt8]) throws(ELFError) {
        let reader = Reader(bytes: bytes)
        guard bytes.count >= 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            throw ELFError(reason: "the file is not an ELF file")
        }
        guard bytes[4] == 2, bytes[5] == 1 else {
            throw ELFError(reason: "the file is not a 64-bit little-endian ELF file")
        }
        guard reader.half(16) == 3 else { throw ELFError(reason: "the file is not a shared object") }
        let segments = try Self.segments(reader)
        guard let dynamic = segments.first(where: { $0.type == 2 }) else {
            throw ELFError(reason: "the file has no dynamic section")
        }
        var entries: [(tag: UInt64, value: UInt64)] = []
        for index in 0..<(dynamic.fileSize / 16) {
            let at = dynamic.offset + index * 16
            guard let tag = reader.word(at), let value = reader.word(at + 8), tag != 0 else { break }
            entries.append((tag, value))
        }
        func offset(_ tag: UInt64) -> Int? {
            entries.first { $0.tag == tag }.flatMap { Self.offset(of: $0.value, segments) }
        }
        guard let strings = offset(5), let stringSize = entries.first(where: { $0.tag == 10 })?.value,
            let table = offset(6)
        else { throw ELFError(reason: "the dynamic section has no string or symbol table") }
        // Both numbers are the file's own and may be anything.
        func place(_ at: UInt64) -> Int { strings + min(Int(clamping: at), bytes.count) }
        let stringEnd = min(bytes.count, place(stringSize))
        func text(_ at: UInt64) -> String { reader.text(place(at), end: stringEnd) }
        needed = entries.filter { $0.tag == 1 }.map { text($0.value) }
        runPath = entries.first { $0.tag == 29 || $0.tag == 15 }.map { text($0.value) }
        let count = try Self.symbolCount(reader, hash: offset(4), gnuHash: offset(0x6FFF_FEF5))
        var symbols: [Symbol] = []
        for index in 1..<max(1, count) {
            let at = table + index * 24
            guard let name = reader.int(at), let info = reader.byte(at + 4), let other = reader.byte(at + 5),
                let section = reader.half(at + 6)
            else { throw ELFError(reason: "the symbol table ends outside the file") }
            symbols.append(
                Symbol(
                    name: text(UInt64(name)), section: section, type: info & 15, binding: info >> 4,
                    visibility: other & 3))
        }
        self.symbols = symbols
    }

    private struct Segment {
        let type: UInt32
        let offset: Int
        let address: UInt64
        let fileSize: Int
    }

    private static func segments(_ reader: Reader) throws(ELFError) -> [Segment] {
        guard let start = reader.word(32), let size = reader.half(54), let count = reader.half(56), size >= 56 else {
            throw ELFError(reason: "the file has no program headers")
        }
        var segments: [Segment] = []
        for index in 0..<Int(count) {
            let at = Int(clamping: start).addingReportingOverflow(index * Int(size)).partialValue
            guard let type = reader.int(at), let offset = reader.word(at + 8), let address = reader.word(at + 16),
                let fileSize = reader.word(at + 32), Int(clamping: offset) < reader.bytes.count
            else { continue }
            segments.append(
                Segment(
                    type: type, offset: Int(clamping: offset), address: address,
                    fileSize: min(Int(clamping: fileSize), reader.bytes.count - Int(clamping: offset))))
        }
        return segments
    }

    /// Where an address of the loaded object stands in the file.
    private static func offset(of address: UInt64, _ segments: [Segment]) -> Int? {
        segments.first { $0.type == 1 && address >= $0.address && address - $0.address < UInt64($0.fileSize) }
            .map { $0.offset + Int(address - $0.address) }
    }

    private static func symbolCount(_ reader: Reader, hash: Int?, gnuHash: Int?) throws(ELFError) -> Int {
        if let hash, let count = reader.int(hash + 4) { return min(Int(count), maximumSymbols) }
        guard let gnuHash, let buckets = reader.int(gnuHash), let first = reader.int(gnuHash + 4),
            let bloom = reader.int(gnuHash + 8), buckets <= UInt32(maximumSymbols), bloom <= UInt32(maximumSymbols)
        else { throw ELFError(reason: "the file has no symbol hash") }
        let table = gnuHash + 16 + Int(bloom) * 8
        let chains = table + Int(buckets) * 4
        var last = 0
        for index in 0..<Int(buckets) { last = max(last, Int(reader.int(table + index * 4) ?? 0)) }
        // Without exports there is no chain; the imports are those before `first`.
        guard last >= Int(first) else { return min(Int(first), maximumSymbols) }
        while last < maximumSymbols, let link = reader.int(chains + (last - Int(first)) * 4) {
            last += 1
            if link & 1 == 1 { break }
        }
        return last
    }

    /// Little-endian numbers at offsets that may lie anywhere.
    private struct Reader {
        let bytes: [UInt8]

        func byte(_ at: Int) -> UInt8? { bytes.indices.contains(at) ? bytes[at] : nil }
        func half(_ at: Int) -> UInt16? { number(at, 2).map { UInt16(truncatingIfNeeded: $0) } }
        func int(_ at: Int) -> UInt32? { number(at, 4).map { UInt32(truncatingIfNeeded: $0) } }
        func word(_ at: Int) -> UInt64? { number(at, 8) }

        private func number(_ at: Int, _ count: Int) -> UInt64? {
            guard at >= 0, at <= bytes.count - count else { return nil }
            return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        func text(_ at: Int, end: Int) -> String {
            guard at >= 0, at < end else { return "" }
            return String(decoding: bytes[at..<end].prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
