// SPDX-License-Identifier: Apache-2.0

/// What firmware reads of a kernel: an ELF program for little-endian MIPS, of 32 or 64 bits (System V ABI, chapter 4).
struct MIPSKernel: Equatable {
    /// Why a file is not started.
    enum Problem: Error, Equatable {
        /// Not an ELF program for this machine.
        case format
        /// The file ends before its segments do.
        case cutShort
    }

    struct Segment: Equatable {
        var address: UInt64
        /// Octets that come from the file.
        var size: UInt64
        /// Octets of zeros that follow.
        var zeros: UInt64
    }

    let entry: UInt64
    let segments: [Segment]

    init(_ file: [UInt8]) throws(Problem) {
        let reader = Reader(bytes: file)
        guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46]), file.count >= 52, file[5] == 1, file[6] == 1,
            file[4] == 1 || file[4] == 2, reader.number(18, 2) == 8
        else { throw .format }
        let isWide = file[4] == 2
        guard let entry = isWide ? reader.number(24, 8) : reader.number(24, 4),
            let table = isWide ? reader.number(32, 8) : reader.number(28, 4),
            let entrySize = reader.number(isWide ? 54 : 42, 2), let count = reader.number(isWide ? 56 : 44, 2),
            count > 0, count <= 64, entrySize >= (isWide ? 56 : 32), table <= UInt64(file.count)
        else { throw .format }
        var segments: [Segment] = []
        for index in 0..<Int(count) {
            let at = Int(table) + index * Int(entrySize)
            let kind = reader.number(at, 4)
            let offset = isWide ? reader.number(at + 8, 8) : reader.number(at + 4, 4)
            let address = isWide ? reader.number(at + 16, 8) : reader.number(at + 8, 4)
            let size = isWide ? reader.number(at + 32, 8) : reader.number(at + 16, 4)
            let memory = isWide ? reader.number(at + 40, 8) : reader.number(at + 20, 4)
            guard let kind, let offset, let address, let size, let memory else { throw .cutShort }
            guard kind == 1 else { continue }
            let (end, overflows) = offset.addingReportingOverflow(size)
            guard !overflows, end <= UInt64(file.count) else { throw .cutShort }
            segments.append(Segment(address: address, size: size, zeros: memory > size ? memory - size : 0))
        }
        guard !segments.isEmpty else { throw .format }
        self.entry = entry
        self.segments = segments
    }

    private struct Reader {
        let bytes: [UInt8]

        /// A little-endian number of so many octets; nil past the end.
        func number(_ offset: Int, _ octets: Int) -> UInt64? {
            guard offset >= 0, offset <= bytes.count - octets else { return nil }
            return (0..<octets).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
        }
    }
}
