// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginAPI

/// The peer of a call through a worker: the same library loaded here, its function called through the table.
struct DirectDriver {
    private let power: ingot_power
    private let device: OpaquePointer
    private let call: UnsafeMutablePointer<ingot_call>

    init(path: String) throws {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, INGOT_ENTRY_V1),
            let plugin = unsafeBitCast(symbol, to: ingot_plugin_v1_fn?.self)?(),
            let driver = plugin.pointee.extension(INGOT_DRIVER)?.load(as: ingot_driver.self),
            let power = plugin.pointee.extension(INGOT_POWER)?.load(as: ingot_power.self)
        else { throw Lab.Failure(text: "\(path) cannot be loaded here") }
        call = .allocate(capacity: 1)
        call.initialize(to: ingot_call())
        call.pointee.struct_size = UInt32(MemoryLayout<ingot_call>.size)
        var opened: OpaquePointer?
        guard driver.open(call, #"{"mode":"fine"}"#, &opened) == INGOT_OK, let opened else {
            throw Lab.Failure(text: "the direct driver opens no device")
        }
        device = opened
        self.power = power
    }

    func powerState() -> Int32 {
        var state: Int32 = 0
        _ = power.get(device, call, &state)
        return state
    }
}
