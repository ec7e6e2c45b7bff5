// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func sensorsTable() -> ingot_reader {
    var table = ingot_reader()
    table.struct_size = UInt32(MemoryLayout<ingot_reader>.size)
    table.read = { device, call, query in
        answer(call) { call throws(PluginError) in
            guard let sensors = try DeviceBox.borrow(device).sensors else { throw .unsupported("sensors") }
            try sensors.sensors(query: query == nil ? nil : text(query, "query_json"), call)
        }
    }
    return table
}

func eventLogTable() -> ingot_reader {
    var table = ingot_reader()
    table.struct_size = UInt32(MemoryLayout<ingot_reader>.size)
    table.read = { device, call, query in
        answer(call) { call throws(PluginError) in
            guard let log = try DeviceBox.borrow(device).eventLog else { throw .unsupported("event log") }
            try log.events(query: query == nil ? nil : text(query, "query_json"), call)
        }
    }
    table.clear = { device, call in
        answer(call) { call throws(PluginError) in
            guard let log = try DeviceBox.borrow(device).eventLog else { throw .unsupported("event log") }
            try log.clearEvents(call)
        }
    }
    return table
}
