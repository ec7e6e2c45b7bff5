// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func consoleTable(of type: any SerialConsole.Type) -> ingot_console {
    var table = ingot_console()
    table.struct_size = UInt32(MemoryLayout<ingot_console>.size)
    table.flags = type.consoleTakesOver ? UInt32(INGOT_CONSOLE_TAKES_OVER) : 0
    table.open = { device, call, descriptor in
        answer(call) { call throws(PluginError) in
            guard let console = try DeviceBox.borrow(device).console else { throw .unsupported("console") }
            guard let descriptor else { throw .invalid(field: "fd", "is null") }
            descriptor.pointee = try console.openConsole(call)
        }
    }
    return table
}
