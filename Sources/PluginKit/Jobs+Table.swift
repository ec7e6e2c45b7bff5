// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func mediaTable() -> ingot_job {
    var table = ingot_job()
    table.struct_size = UInt32(MemoryLayout<ingot_job>.size)
    table.begin = { device, call, request, source in
        answer(call) { call throws(PluginError) in
            let media = try DeviceBox.borrow(device).needMedia
            try media.insertMedia(request: text(request, "request_json"), ImageSource(source), call)
        }
    }
    table.poll = { device, call, token, done in
        answer(call) { call throws(PluginError) in
            guard let done else { throw .invalid(field: "done", "is null") }
            let media = try DeviceBox.borrow(device).needMedia
            done.pointee = try media.isMediaInserted(token: text(token, "token"), call) ? 1 : 0
        }
    }
    table.end = { device, call, token in
        answer(call) { call throws(PluginError) in
            try DeviceBox.borrow(device).needMedia.ejectMedia(token: text(token, "token"), call)
        }
    }
    return table
}

func firmwareTable() -> ingot_job {
    var table = ingot_job()
    table.struct_size = UInt32(MemoryLayout<ingot_job>.size)
    table.begin = { device, call, request, source in
        answer(call) { call throws(PluginError) in
            let firmware = try DeviceBox.borrow(device).needFirmware
            try firmware.beginUpdate(request: text(request, "request_json"), ImageSource(source), call)
        }
    }
    table.poll = { device, call, token, done in
        answer(call) { call throws(PluginError) in
            guard let done else { throw .invalid(field: "done", "is null") }
            let firmware = try DeviceBox.borrow(device).needFirmware
            done.pointee = try firmware.isUpdateDone(token: text(token, "token"), call) ? 1 : 0
        }
    }
    table.end = { device, call, token in
        answer(call) { call throws(PluginError) in
            try DeviceBox.borrow(device).needFirmware.abortUpdate(token: text(token, "token"), call)
        }
    }
    return table
}

extension DeviceBox {
    fileprivate var needMedia: any VirtualMedia {
        get throws(PluginError) {
            guard let media else { throw .unsupported("virtual media") }
            return media
        }
    }

    fileprivate var needFirmware: any FirmwareUpdate {
        get throws(PluginError) {
            guard let firmware else { throw .unsupported("firmware update") }
            return firmware
        }
    }
}
