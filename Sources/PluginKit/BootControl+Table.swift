// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func bootTable(of type: any BootControl.Type) -> ingot_boot {
    var table = ingot_boot()
    table.struct_size = UInt32(MemoryLayout<ingot_boot>.size)
    table.targets = type.bootTargets.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    table.get = { device, call, target, flags in
        answer(call) { call throws(PluginError) in
            guard let boot = try DeviceBox.borrow(device).boot else { throw .unsupported("boot control") }
            guard let target, let flags else { throw .invalid(field: "target", "is null") }
            let setting = try boot.bootSetting(call)
            target.pointee = setting.target.rawValue
            flags.pointee = setting.flags
        }
    }
    table.set = { device, call, target, flags in
        answer(call) { call throws(PluginError) in
            guard let boot = try DeviceBox.borrow(device).boot else { throw .unsupported("boot control") }
            guard let wanted = BootTarget(rawValue: target), Swift.type(of: boot).bootTargets.contains(wanted) else {
                throw .unsupported("boot target \(target)")
            }
            try boot.setBoot(BootSetting(target: wanted, flags: flags), call)
        }
    }
    return table
}

extension BootSetting {
    /// The setting's bits in `ingot_boot`.
    public var flags: UInt32 {
        var flags: UInt32 = persistent ? UInt32(INGOT_BOOT_PERSISTENT) : 0
        switch firmware {
        case .uefi: flags |= UInt32(INGOT_BOOT_UEFI)
        case .legacy: flags |= UInt32(INGOT_BOOT_LEGACY)
        case nil: break
        }
        return flags
    }

    /// Reads the bits of `ingot_boot`.
    ///
    /// Throws `unsupported` for a bit that is not known and `invalid` when both kinds of firmware are asked for.
    public init(target: BootTarget, flags: UInt32) throws(PluginError) {
        let known = UInt32(INGOT_BOOT_PERSISTENT | INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY)
        guard flags & ~known == 0 else { throw .unsupported("boot flags \(flags & ~known)") }
        let uefi = flags & UInt32(INGOT_BOOT_UEFI) != 0
        let legacy = flags & UInt32(INGOT_BOOT_LEGACY) != 0
        guard !(uefi && legacy) else { throw .invalid(field: "flags", "ask for both UEFI and legacy") }
        self.init(
            target: target, persistent: flags & UInt32(INGOT_BOOT_PERSISTENT) != 0,
            firmware: uefi ? .uefi : legacy ? .legacy : nil)
    }
}
