// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// A number of bytes on the command line, with an optional unit: `20G`, `512MiB`.
struct ByteCount: ExpressibleByArgument, Equatable {
    var bytes: Int64

    init(bytes: Int64) {
        self.bytes = bytes
    }

    init?(argument: String) {
        guard let bytes = Units.parseBytes(argument) else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { Units.bytes(bytes) }
}
