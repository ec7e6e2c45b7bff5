// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func driverTable<D: Driver>(of type: D.Type) -> ingot_driver {
    var table = ingot_driver()
    table.struct_size = UInt32(MemoryLayout<ingot_driver>.size)
    table.flags = D.isConcurrent ? UInt32(INGOT_DRIVER_CONCURRENT) : 0
    table.open = { call, configuration, out in
        answer(call) { call throws(PluginError) in
            guard let driver = Registry.driver else { throw .unsupported("driver") }
            guard let out else { throw .invalid(field: "out", "is null") }
            out.pointee = nil
            let box = DeviceBox(try driver.openAny(configuration: text(configuration, "config_json"), call))
            out.pointee = OpaquePointer(Unmanaged.passRetained(box).toOpaque())
        }
    }
    table.close = { device, call in
        guard let device else { return }
        let box = Unmanaged<DeviceBox>.fromOpaque(UnsafeRawPointer(device)).takeRetainedValue()
        guard let call else { return }
        box.device.close(Call(call))
    }
    table.probe = { device, call in
        answer(call) { call throws(PluginError) in try DeviceBox.borrow(device).device.probe(call) }
    }
    return table
}

extension Driver {
    func openAny(configuration json: String, _ call: borrowing Call) throws(PluginError) -> any DriverDevice {
        try open(configuration: json, call)
    }
}
