// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func powerTable(of type: any PowerControl.Type) -> ingot_power {
    var table = ingot_power()
    table.struct_size = UInt32(MemoryLayout<ingot_power>.size)
    table.actions = type.powerActions.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    table.get = { device, call, state in
        answer(call) { call throws(PluginError) in
            guard let power = try DeviceBox.borrow(device).power else { throw .unsupported("power control") }
            guard let state else { throw .invalid(field: "state", "is null") }
            state.pointee = try power.powerState(call).rawValue
        }
    }
    table.set = { device, call, action in
        answer(call) { call throws(PluginError) in
            guard let power = try DeviceBox.borrow(device).power else { throw .unsupported("power control") }
            guard let wanted = PowerAction(rawValue: action), Swift.type(of: power).powerActions.contains(wanted) else {
                throw .unsupported("power action \(action)")
            }
            try power.setPower(wanted, call)
        }
    }
    return table
}
