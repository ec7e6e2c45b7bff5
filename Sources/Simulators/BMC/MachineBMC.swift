// SPDX-License-Identifier: Apache-2.0

/// Which BMC a simulated machine has.
public enum BMCKind: String, Sendable, Hashable, CaseIterable {
    /// Ingot's own, in this process; cipher suites 3 and 17, every boot flag.
    case builtIn = "built-in"
    /// OpenIPMI's `ipmi_sim`, a process of its own.
    case openIPMI = "openipmi"
}

/// The BMC of a simulated machine, as the machine sees it.
protocol MachineBMC: Sendable {
    var host: String { get }
    /// UDP port.
    var port: Int { get }
    var user: String { get }
    /// The file with the password, readable by its owner only.
    var passwordFile: String { get }
    /// The process that it runs in.
    var pid: Int32 { get }
    /// The quirks that a driver has to be told.
    var quirks: [String] { get }
    var isRunning: Bool { get }
    func stop() async
    /// Ends it as a crash would; the machine goes on.
    func vanish()
    /// The boot override, as firmware takes it: one for a single boot is used up.
    func takeBootOverride() -> BootOverride
    /// Records that the machine has switched itself off, unless the BMC has changed the power after the event with
    /// this number.
    func recordPowerDown(after sequence: Int)
}
