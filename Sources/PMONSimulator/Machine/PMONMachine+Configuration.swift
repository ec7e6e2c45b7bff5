// SPDX-License-Identifier: Apache-2.0
public import BMCModel

extension PMONMachine {
    /// What a machine is made of, and where it is reached.
    public struct Configuration: Sendable {
        /// Directory for `nvram` and `console.log`; made when it is not there.
        public var directory: String
        /// Where the console listens.
        public var host = "127.0.0.1"
        /// TCP port of the console; 0 takes any free one.
        public var port = 0
        /// The board and its faults.
        public var settings = PMONSettings()
        /// Power from the outlet starts the machine. Without it the board waits for ``PMONMachine/wake()``.
        public var startsWithOutlet = true
        /// UDP port of TFTP servers.
        public var tftpPort = 69
        /// What TFTP is asked for: block size (RFC 2348) in octets, 8 to 65464; nil asks for no options, as PMON does.
        public var tftpBlockSize: Int? = 1_468
        /// Files on the machine's disks: paths of this host by paths such as `/dev/fs/ext2@wd0/boot/vmlinux`.
        public var disk: [String: String] = [:]
        /// What runs started kernels. Without one a started kernel is not run: its first lines are shown in its place.
        public var emulator: String? = "/usr/bin/qemu-system-mips64el"
        /// Faults of the scope `firmware`, which then stand in the place of those in the settings.
        public var faults: FaultInjector?

        public init(directory: String) { self.directory = directory }
    }
}
