// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func inventoryTable() -> ingot_reader {
    var table = ingot_reader()
    table.struct_size = UInt32(MemoryLayout<ingot_reader>.size)
    table.read = { device, call, query in
        answer(call) { call throws(PluginError) in
            guard let inventory = try DeviceBox.borrow(device).inventory else { throw .unsupported("inventory") }
            try inventory.inventory(query: query == nil ? nil : text(query, "query_json"), call)
        }
    }
    return table
}
