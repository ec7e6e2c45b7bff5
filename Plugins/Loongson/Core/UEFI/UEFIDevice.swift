// SPDX-License-Identifier: GPL-3.0-or-later
import Outlet
import PluginKit

/// A UEFI board without BMC: power by outlet or Wake-on-LAN. What it boots is what the PXE server answers it.
final class UEFIDevice: Sendable {
    let path: PowerPath
    let console: ConsolePort?

    init(_ configuration: UEFIConfiguration) {
        path = PowerPath(configuration.power)
        console = configuration.console.map(ConsolePort.init)
    }
}
