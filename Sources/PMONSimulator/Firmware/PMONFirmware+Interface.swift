// SPDX-License-Identifier: Apache-2.0
import PXE

/// What happens to the firmware.
enum PMONInput: Sendable {
    case powerOn
    case powerOff
    /// The reset button.
    case reset
    /// Bytes came in on the serial line.
    case typed([UInt8])
    /// Time went by; see ``PMONFirmware/nextDeadline``.
    case tick
    /// The file of ``PMONEffect/fetch(_:)`` with this number came, or did not.
    case fetched(Int, Result<[UInt8], PMONFetchError>)
    /// `ping` has ended; what it printed, and whether anything was answered.
    case pinged(Int, lines: [String], isAnswered: Bool)
    /// The started system printed this.
    case systemPrinted([UInt8])
    /// The started system has switched the machine off, or asks for a reset.
    case systemEnded(restarts: Bool)
}

/// What the firmware wants done.
enum PMONEffect: Sendable, Equatable {
    /// Send on the serial line.
    case print([UInt8])
    /// Get a file, and answer with ``PMONInput/fetched(_:_:)``.
    case fetch(PMONFetch)
    /// The answer to the fetch or ping with this number is not wanted any more.
    case cancel(Int)
    /// Send echo requests, and answer with ``PMONInput/pinged(_:lines:isAnswered:)``.
    case ping(Int, host: IPv4Address, from: IPv4Address, count: Int)
    /// Start a kernel; from now on the serial line is its own.
    case start(PMONLaunch)
    /// Hand to the started system what was typed.
    case type([UInt8])
    /// The started system is gone: no power, or a reset.
    case stopSystem
    /// Keep the environment.
    case save(PMONEnvironment)
    /// The machine has switched itself off.
    case powerDown
}

/// A file that the firmware wants.
struct PMONFetch: Sendable, Equatable {
    enum Source: Sendable, Equatable {
        /// By TFTP, from the interface's own address.
        case tftp(server: IPv4Address, name: String, from: IPv4Address)
        /// From a disk of the machine, such as `/dev/fs/ext2@wd0/boot/vmlinux`.
        case disk(path: String)
    }

    var number: Int
    var source: Source
}

/// Why a file could not be loaded.
enum PMONFetchError: Error, Sendable, Equatable {
    /// Opening it failed, for the reason that the console tells.
    case notOpened(String)
    /// It broke off after it had begun.
    case brokenOff
}

/// A kernel that is started, with exactly the files that were loaded.
struct PMONLaunch: Sendable, Equatable {
    var kernel: [UInt8]
    var initrd: [UInt8]?
    /// The arguments of `g`.
    var commandLine: String
}
