// SPDX-License-Identifier: GPL-3.0-or-later
import Outlet
import PluginKit
import Synchronization

/// A PMON board: power by outlet or Wake-on-LAN, boot control by talking to the firmware on the serial port.
///
/// PMON has no boot override that could be set while it does not run. An order is therefore kept here and carried out with
/// the next power-on; it is lost with this process.
final class PMONDevice: Sendable {
    let configuration: PMONConfiguration
    let path: PowerPath
    let console: ConsolePort
    private let memory = Mutex(Memory())

    /// What is known of the machine beside its outlet.
    enum Running: Equatable {
        /// Nobody has looked since the outlet is on.
        case unknown
        /// The console has shown something.
        case seen
        /// The console was listened to and stayed silent.
        case silent
    }

    struct Memory {
        var order: BootSetting?
        /// The power was switched on for the order, which was not carried out then.
        var isStarted = false
        var running = Running.unknown
        /// What the firmware was told to keep, and showed.
        var kept: BootSetting?
    }

    init(_ configuration: PMONConfiguration) {
        self.configuration = configuration
        path = PowerPath(configuration.power)
        console = ConsolePort(configuration.console)
    }

    var known: Memory { memory.withLock { $0 } }

    func learn(_ change: (inout Memory) -> Void) { memory.withLock { change(&$0) } }
}
