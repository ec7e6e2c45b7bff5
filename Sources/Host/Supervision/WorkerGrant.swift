// SPDX-License-Identifier: Apache-2.0
internal import PluginWire
private import PluginWorker

/// What one worker lets its plugin do. It cannot be widened later, only by another worker.
struct WorkerGrant: Sendable, Equatable {
    private let memoryMiB: UInt32
    private var readable: [String]
    private let files: [String]
    private var needs: [NetworkNeed]

    /// - Parameter devices: what the plugin's devices need, beside what its manifest names.
    init(entry: CatalogueEntry, devices: DeviceNeeds) {
        memoryMiB = UInt32(clamping: entry.manifest.memoryMiB)
        readable = [entry.directory]
        files = entry.manifest.files
        needs = entry.manifest.network.compactMap { NetworkNeed($0) }
        add(devices)
    }

    /// Whether a device with these needs can be served.
    func admits(_ device: DeviceNeeds) -> Bool {
        var wider = self
        wider.add(device)
        return wider == self
    }

    private mutating func add(_ device: DeviceNeeds) {
        for port in device.ports.sorted() { add(port) }
        readable += device.files.sorted().filter { !readable.contains($0) }
    }

    /// A port matters only where TCP ports are listed.
    private mutating func add(_ port: UInt16) {
        let tcp = needs.filter { $0.transport == .tcp }
        guard !tcp.isEmpty, !tcp.contains(where: { $0.port == nil || $0.port == port }) else { return }
        needs.append(NetworkNeed(transport: .tcp, port: port))
    }

    /// Writes it into the HELLO that makes the worker keep to it.
    func append(to hello: inout FrameEncoder) {
        try? hello.append(.memory, memoryMiB)
        for path in readable { try? hello.append(.readable, text: path, limit: 4096) }
        for need in needs { try? hello.append(.network, text: need.description, limit: 32) }
        for file in files { try? hello.append(.file, text: file, limit: 128) }
    }
}
