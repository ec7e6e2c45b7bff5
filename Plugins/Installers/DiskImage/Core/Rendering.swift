// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The files of one installation, a pure function of the request.
struct Rendering {
    /// Keys as `ingot.installer/1` names them, in the order they are emitted.
    let files: [(key: String, content: String)]

    /// Throws `invalid` naming the member that cannot be rendered.
    init(_ request: RenderRequest) throws(PluginError) {
        let seed = CloudInit(request: request)
        var answers = [("user-data", seed.userData), ("meta-data", seed.metaData)]
        if let network = seed.networkConfig { answers.append(("network-config", network)) }
        let boot = [
            ("boot/kernel", "agent:kernel"),
            ("boot/initrd", "agent:initrd"),
            ("boot/cmdline", try Self.commandLine(request)),
            ("answer/plan", try Self.plan(request, seedFiles: answers.map(\.0))),
        ]
        files = boot + answers.map { ("answer/" + $0.0, $0.1) }
    }

    private static func commandLine(_ request: RenderRequest) throws(PluginError) -> String {
        var line = KernelCommandLine()
        try line.add("ingot.server", request.server.text, field: "server")
        try line.add("ingot.token", request.token.text, field: "token")
        if let console = request.console { try line.add("console", console.text, field: "console") }
        return line.text
    }

    private static func plan(_ request: RenderRequest, seedFiles: [String]) throws(PluginError) -> String {
        let image = request.image
        let disk = request.disk
        var plan = AgentPlan()
        try plan.add("image.size", String(image.sizeBytes.count), field: "image.size_bytes")
        try plan.add("image.sha256", image.sha256.text, field: "image.sha256")
        try plan.add("image.compression", image.compression.rawValue, field: "image.compression")
        if let serial = disk.serial { try plan.add("disk.serial", serial.text, field: "disk.serial") }
        if let wwn = disk.wwn { try plan.add("disk.wwn", wwn.text, field: "disk.wwn") }
        if let least = disk.minBytes { try plan.add("disk.min_bytes", String(least.count), field: "disk.min_bytes") }
        if let most = disk.maxBytes { try plan.add("disk.max_bytes", String(most.count), field: "disk.max_bytes") }
        try plan.add("seed.files", seedFiles.joined(separator: " "), field: "networks")
        return plan.text
    }
}
