// SPDX-License-Identifier: Apache-2.0

/// What the server tells the agent to do: the text answer to `begin`.
public struct AgentPlan: Sendable, Equatable {
    /// How the stored image is compressed.
    public enum Compression: String, Sendable {
        case none
        case gzip
        case zstd
    }

    /// A plan that cannot be followed.
    public struct InvalidPlan: Error, Equatable {
        /// The key that is missing or wrong.
        public let field: String
    }

    /// Bytes of the stored image.
    public var imageSize: Int64
    /// SHA-256 of the stored image, lower-case hexadecimal.
    public var imageDigest: String
    /// How it is compressed.
    public var compression: Compression
    /// Which disk to write.
    public var disk: DiskRule
    /// Seed files to fetch, by name.
    public var seedFiles: [String]

    /// Reads a plan: one `key=value` per line; unknown keys are passed over.
    ///
    /// - Throws: `InvalidPlan` with the first key that is missing or wrong.
    public init(_ text: String) throws(InvalidPlan) {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let split = line.firstIndex(of: "=") else { continue }
            values[String(line[..<split])] = String(line[line.index(after: split)...])
        }
        guard values["plan"] == "1" else { throw InvalidPlan(field: "plan") }
        guard let size = values["image.size"].flatMap(Int64.init), size > 0 else {
            throw InvalidPlan(field: "image.size")
        }
        guard let digest = values["image.sha256"], digest.utf8.count == 64 else {
            throw InvalidPlan(field: "image.sha256")
        }
        guard let compression = Compression(rawValue: values["image.compression"] ?? "none") else {
            throw InvalidPlan(field: "image.compression")
        }
        imageSize = size
        imageDigest = digest.lowercased()
        self.compression = compression
        disk = DiskRule(serial: values["disk.serial"], wwn: values["disk.wwn"])
        if let least = values["disk.min_bytes"] {
            guard let bytes = Int64(least) else { throw InvalidPlan(field: "disk.min_bytes") }
            disk.minimumBytes = bytes
        }
        if let most = values["disk.max_bytes"] {
            guard let bytes = Int64(most) else { throw InvalidPlan(field: "disk.max_bytes") }
            disk.maximumBytes = bytes
        }
        seedFiles = (values["seed.files"] ?? "").split(separator: " ").map(String.init)
        // A name becomes a file name here: nothing that could leave the seed's directory.
        let allowed: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard seedFiles.allSatisfy({ $0.allSatisfy(allowed) }) else { throw InvalidPlan(field: "seed.files") }
    }
}

/// The conditions that exactly one disk has to meet.
public struct DiskRule: Sendable, Equatable {
    /// Serial number.
    public var serial: String?
    /// World wide name.
    public var wwn: String?
    /// Least capacity in bytes.
    public var minimumBytes: Int64?
    /// Greatest capacity in bytes.
    public var maximumBytes: Int64?

    /// Makes a rule; one without conditions is met by every disk.
    public init(
        serial: String? = nil, wwn: String? = nil, minimumBytes: Int64? = nil, maximumBytes: Int64? = nil
    ) {
        self.serial = serial
        self.wwn = wwn
        self.minimumBytes = minimumBytes
        self.maximumBytes = maximumBytes
    }

    /// Why no disk was chosen.
    public enum Refusal: String, Error {
        /// No disk meets the conditions.
        case unmatched = "disk.unmatched"
        /// More than one disk does.
        case ambiguous = "disk.ambiguous"
    }

    /// The index of the only disk that meets all conditions.
    public func choose(from disks: [SimulatedDisk]) throws(Refusal) -> Int {
        let fitting = disks.indices.filter { index in
            let disk = disks[index]
            return (serial ?? disk.serial) == disk.serial && (wwn ?? disk.wwn) == disk.wwn
                && disk.sizeBytes >= minimumBytes ?? 0 && disk.sizeBytes <= maximumBytes ?? .max
        }
        guard let first = fitting.first else { throw .unmatched }
        guard fitting.count == 1 else { throw .ambiguous }
        return first
    }
}
