// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// What the first bytes of a file say it is. Nothing is decompressed, so no file can be a bomb here.
struct ImageIdentity: Encodable, Equatable {
    /// How a disk's content is stored.
    enum Compression: String, Encodable {
        case none
        case gzip
        case zstd
    }

    /// How the disk is divided, when that can be seen without decompressing.
    enum PartitionTable: String, Encodable {
        case gpt
        case mbr
    }

    /// `raw` for what this plugin installs, otherwise the name of what it does not.
    var format: String
    var compression: Compression
    var partitionTable: PartitionTable?

    private enum CodingKeys: String, CodingKey {
        case format
        case compression
        case partitionTable = "partition_table"
    }

    /// 0 for what cannot be installed, 80 for a disk or a compressed one, 30 for bytes that could be anything.
    var score: Int32 {
        guard format == "raw" else { return 0 }
        return compression != .none || partitionTable != nil ? 80 : 30
    }

    /// Reads at most 4 KiB and, past zstd's skippable frames, 18 bytes each of at most 8 places.
    init(of image: borrowing ImageSource, _ call: borrowing Call) throws(PluginError) {
        let head = try image.read(at: 0, count: Self.headSize)
        var start = head
        var offset: UInt64 = 0
        for _ in 0..<8 {
            guard let skip = ZstdFrame.skippableLength(start) else { break }
            try call.checkCancelled()
            offset += skip
            guard offset < image.size else { break }
            start = try image.read(at: offset, count: ZstdFrame.longestHeader)
        }
        self.init(head: head, zstdFrame: start)
    }

    /// Bytes from the start that are looked at: an MBR and GPT headers of 512- and 4096-byte sectors.
    static let headSize = 4096 + 8

    /// Judges the first bytes of a file; `zstdFrame` are those after zstd's skippable frames.
    init(head: [UInt8], zstdFrame: [UInt8]? = nil) {
        format = "raw"
        compression = .none
        if head.isEmpty {
            format = "empty"
        } else if GzipHeader.isValid(head) {
            compression = .gzip
        } else if ZstdFrame.isValid(zstdFrame ?? head) {
            compression = .zstd
        } else if let other = Self.foreign.first(where: { head.starts(with: $0.magic) }) {
            format = other.name
        } else {
            partitionTable = Self.partitionTable(head)
        }
    }

    /// Formats that look like an image and would be written to the disk as they are if nobody told them apart.
    private static let foreign: [(name: String, magic: [UInt8])] = [
        ("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
        ("bzip2", [0x42, 0x5a, 0x68]),
        ("lz4", [0x04, 0x22, 0x4d, 0x18]),
        ("zip", [0x50, 0x4b, 0x03, 0x04]),
        ("qcow2", [0x51, 0x46, 0x49, 0xfb]),
        ("vmdk", [0x4b, 0x44, 0x4d, 0x56]),
        ("vhdx", Array("vhdxfile".utf8)),
        ("gzip", [0x1f, 0x8b]),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd]),
    ]

    private static func partitionTable(_ head: [UInt8]) -> PartitionTable? {
        let gpt = Array("EFI PART".utf8)
        for sector in [512, 4096] where head.count >= sector + gpt.count {
            if head[sector..<sector + gpt.count].elementsEqual(gpt) { return .gpt }
        }
        return head.count >= 512 && head[510] == 0x55 && head[511] == 0xaa ? .mbr : nil
    }
}
