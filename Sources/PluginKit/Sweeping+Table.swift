// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func sweepTable<S: Sweeping>(of driver: S) -> ingot_sweep {
    var table = ingot_sweep()
    table.struct_size = UInt32(MemoryLayout<ingot_sweep>.size)
    table.subjects = S.sweepSubjects.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    table.read = { devices, count, call, subject in
        answer(call) { call throws(PluginError) in
            guard let driver = Registry.driver as? any Sweeping else { throw .unsupported("sweep") }
            guard let subject = SweepSubject(rawValue: subject) else { throw .unsupported("sweep subject \(subject)") }
            var boxes: [any DriverDevice] = []
            for index in 0..<count { boxes.append(try DeviceBox.borrow(devices?[index]).device) }
            try driver.sweepAny(boxes, subject, call)
        }
    }
    return table
}

extension Sweeping {
    func sweepAny(
        _ devices: [any DriverDevice], _ subject: SweepSubject, _ call: borrowing Call
    ) throws(PluginError) {
        guard Self.sweepSubjects.contains(subject) else { throw .unsupported("sweep of \(subject)") }
        try sweep(devices.compactMap { $0 as? Device }, subject, call)
    }
}
