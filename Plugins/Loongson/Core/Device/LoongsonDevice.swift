// SPDX-License-Identifier: GPL-3.0-or-later
import IPMI
import Outlet
public import PluginKit

/// One Loongson machine. What its kind does not have is `unsupported`, and the probe says so beforehand.
public final class LoongsonDevice: DriverDevice {
    enum Kind: Sendable {
        case ls2k(LS2KDevice)
        case pmon(PMONDevice)
        case uefi(UEFIDevice)

        var name: String {
            switch self {
            case .ls2k: "ls2k"
            case .pmon: "pmon"
            case .uefi: "uefi"
            }
        }
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// Ends the console and what the BMC's sessions are kept for.
    public func close(_ call: borrowing Call) {
        switch kind {
        case .ls2k(let device): device.close(call)
        case .pmon(let device): device.console.close()
        case .uefi(let device): device.console?.close()
        }
    }

    /// The BMC's device, for what only a machine with a BMC has.
    func bmc(_ what: String) throws(PluginError) -> IPMIDevice {
        guard case .ls2k(let device) = kind else { throw unsupported(what) }
        return try device.present()
    }

    func unsupported(_ what: String) -> PluginError {
        PluginError(.unsupported, "\(what): a machine of kind \(kind.name) has none")
    }
}
