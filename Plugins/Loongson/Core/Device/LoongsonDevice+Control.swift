// SPDX-License-Identifier: GPL-3.0-or-later
import IPMI
import Outlet
public import PluginKit

extension LoongsonDevice: PowerControl {
    /// Those of the kind with a BMC; the others have on, off and cycle, or on alone.
    public static let powerActions: [PowerAction] = [.on, .off, .softOff, .cycle, .reset, .nmi]

    /// What the BMC says; what the outlets say and, with PMON, the console confirms.
    public func powerState(_ call: borrowing Call) throws(PluginError) -> PowerState {
        switch kind {
        case .ls2k(let device): try device.present().powerState(call)
        case .pmon(let device): try device.powerState(call)
        case .uefi(let device): try device.path.state(call)
        }
    }

    /// Switches the power. With PMON a boot order that waits is carried out with it.
    public func setPower(_ action: PowerAction, _ call: borrowing Call) throws(PluginError) {
        switch kind {
        case .ls2k(let device): try device.setPower(action, call)
        case .pmon(let device): try device.setPower(action, call)
        case .uefi(let device): try device.path.set(action, call)
        }
    }
}

extension LoongsonDevice: BootControl {
    /// Those of the kind with a BMC; PMON has network and disk, UEFI without a BMC none.
    public static let bootTargets: [BootTarget] = [.none, .pxe, .disk, .cd, .setup]

    /// The BMC's override; with PMON the order that waits.
    public func bootSetting(_ call: borrowing Call) throws(PluginError) -> BootSetting {
        switch kind {
        case .ls2k(let device): try device.present().bootSetting(call)
        case .pmon(let device): device.bootSetting()
        case .uefi: throw unsupported("boot control")
        }
    }

    /// Sets the BMC's override; with PMON keeps the order for the next power-on.
    public func setBoot(_ setting: BootSetting, _ call: borrowing Call) throws(PluginError) {
        switch kind {
        case .ls2k(let device): try device.setBoot(setting, call)
        case .pmon(let device): try device.setBoot(setting)
        case .uefi: throw unsupported("boot control")
        }
    }
}

extension LoongsonDevice: SerialConsole {
    /// A console that somebody else has is left alone.
    public static let consoleTakesOver = false

    /// Serial over LAN with a BMC, else the console server's port.
    public func openConsole(_ call: borrowing Call) throws(PluginError) -> Int32 {
        switch kind {
        case .ls2k(let device): return try device.present().openConsole(call)
        case .pmon(let device): return try device.console.openConsole(call)
        case .uefi(let device):
            guard let console = device.console else { throw unsupported("console") }
            return try console.openConsole(call)
        }
    }
}

extension LoongsonDevice: VendorMessages {
    /// The IPMI driver's methods and the operator's commands, with a BMC.
    public func invoke(method: String, body: [UInt8], _ call: borrowing Call) throws(PluginError) {
        guard case .ls2k(let device) = kind else { throw unsupported("vendor method \(method)") }
        try device.invoke(method: method, body: body, call)
    }
}
