// SPDX-License-Identifier: Apache-2.0

/// What an asking machine is told.
public enum BootAnswer: Hashable, Sendable {
    /// Nothing is sent.
    case ignore(IgnoreReason)
    /// An address and network parameters, no boot file.
    case addressOnly
    /// What makes the machine go on to its own disk.
    case localBoot(LocalBoot)
    /// The name of a boot program to load by TFTP.
    case bootProgram(String)
    /// The URL of a boot program, for UEFI HTTP boot.
    case bootProgramURL(String)
    /// The URL of an iPXE script.
    case bootScript(String)

    /// Why a machine is not answered.
    public enum IgnoreReason: Hashable, Sendable, CustomStringConvertible {
        /// The MAC address is not enrolled.
        case unknown
        /// The machine's directive is ``BootDirective/ignore``.
        case held
        /// There is no boot program for the machine's architecture; nil when it names none.
        case architecture(ClientArchitecture?)

        /// One line for people.
        public var description: String {
            switch self {
            case .unknown: "the MAC address is not enrolled"
            case .held: "the machine is held: its directive is to ignore it"
            case .architecture(let architecture?):
                if let family = BootArchitecture(architecture) {
                    "no boot program for architecture \(architecture): set deployment.boot_files.\(family.rawValue)"
                } else {
                    "no boot program for architecture \(architecture)"
                }
            case .architecture(nil): "network boot firmware that names no architecture (option 93)"
            }
        }
    }
}

/// The ways to send a machine on to its own disk.
public enum LocalBoot: Hashable, Sendable {
    /// An address without a boot file.
    case noBootFile
    /// PXE's own boot menu whose one entry, taken at once, is the local disk (PXE 2.1, boot server type 0).
    case bootMenu
    /// A URL that answers 404, for HTTP boot firmware.
    case missingURL(String)
    /// The URL of the iPXE script that leaves.
    case script(String)
}
