// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import NIOPosix

/// The disks of a simulated machine: what was written to them, and a record of every write.
///
/// `disk.log` gets one line per event: `TIME install-begin token=<first 8> boot_id=… disk=…`, `write-start`,
/// `write-done sha256=…`, `seed …`, `complete`. `disk.img` holds the image of the first disk, `disk1.img` that of the
/// second, and so on; `installed.json` is there from the moment at which the disk can be booted.
struct DiskStore: Sendable {
    /// What a finished installation left on a disk.
    struct Installation: Codable, Sendable, Equatable {
        /// Index of the disk.
        var disk: Int
        /// SHA-256 of the stored image.
        var sha256: String
        /// Seed files by name.
        var seed: [String: String]
        /// Whether cloud-init has reported itself.
        var hasPhonedHome = false
    }

    private let directory: String
    /// The record of writes.
    let log: LineLog

    init(directory: String) {
        self.directory = directory
        log = LineLog(path: directory + "/disk.log")
    }

    /// What can be booted from, if anything.
    var installation: Installation? {
        guard let data = FileManager.default.contents(atPath: installedPath) else { return nil }
        return try? JSONDecoder().decode(Installation.self, from: data)
    }

    /// Opens a disk for a new image; what was installed on any disk before cannot be booted any more.
    func beginWrite(disk: Int, compression: AgentPlan.Compression) throws -> DiskWriter {
        unlink(installedPath)
        log.append("write-start")
        return try DiskWriter(image: imagePath(disk), compression: compression)
    }

    /// Makes the disk bootable.
    func install(_ installation: Installation) throws {
        try save(installation)
        log.append("seed files=\(installation.seed.keys.sorted().joined(separator: ","))")
    }

    /// Notes that cloud-init has reported itself; it does so once per installation.
    func recordPhoneHome() throws {
        guard var installation else { return }
        installation.hasPhonedHome = true
        try save(installation)
    }

    /// The path of a disk's image.
    func imagePath(_ disk: Int) -> String {
        disk == 0 ? directory + "/disk.img" : directory + "/disk\(disk).img"
    }

    private var installedPath: String { directory + "/installed.json" }

    private func save(_ installation: Installation) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try StateFile.write(bytes: Array(try encoder.encode(installation)), to: installedPath)
    }
}
