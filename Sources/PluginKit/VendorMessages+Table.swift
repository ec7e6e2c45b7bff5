// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func vendorTable() -> ingot_vendor {
    var table = ingot_vendor()
    table.struct_size = UInt32(MemoryLayout<ingot_vendor>.size)
    table.invoke = { device, call, method, body, count in
        answer(call) { call throws(PluginError) in
            guard let vendor = try DeviceBox.borrow(device).vendor else { throw .unsupported("vendor messages") }
            let bytes = body == nil ? [] : Array(UnsafeRawBufferPointer(start: body, count: count))
            try vendor.invoke(method: text(method, "method"), body: bytes, call)
        }
    }
    return table
}
