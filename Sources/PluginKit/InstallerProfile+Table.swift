// SPDX-License-Identifier: Apache-2.0
import PluginAPI

func installerTable() -> ingot_installer {
    var table = ingot_installer()
    table.struct_size = UInt32(MemoryLayout<ingot_installer>.size)
    table.detect = { call, image, score in
        answer(call) { call throws(PluginError) in
            guard let image else { throw .invalid(field: "image", "is null") }
            guard let score else { throw .invalid(field: "score", "is null") }
            let detection = try publishedInstaller().detect(ImageSource(image), call)
            try call.emit("identity", detection.identity)
            score.pointee = detection.score
        }
    }
    table.render = { call, image, request in
        answer(call) { call throws(PluginError) in
            try publishedInstaller().render(ImageSource(image), request: text(request, "request_json"), call)
        }
    }
    table.event = { call, report in
        answer(call) { call throws(PluginError) in
            try publishedInstaller().event(report: text(report, "report_json"), call)
        }
    }
    return table
}

private func publishedInstaller() throws(PluginError) -> any InstallerProfile {
    guard let installer = Registry.installer else { throw PluginError(.unsupported, "this plugin has no installer") }
    return installer
}
