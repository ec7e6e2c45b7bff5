// SPDX-License-Identifier: Apache-2.0
internal import PluginWire
private import PluginWorker

/// What one worker lets its plugin do. It cannot be widened later, only by another worker.
struct WorkerGrant: Sendable, Equatable {
    private let memoryMiB: UInt32
    private let directory: String
    private let files: [String]
    private var needs: [NetworkNeed]

    /// - Parameter ports: those of the plugin's devices, beside the ones its manifest names.
    init(entry: CatalogueEntry, ports: Set<UInt16>) {
        memoryMiB = UInt32(clamping: entry.manifest.memoryMiB)
        directory = entry.directory
        files = entry.manifest.files
        needs = entry.manifest.network.compactMap { NetworkNeed($0) }
        for port in ports.sorted() { add(port) }
    }

    /// Whether a device on this port can be reached.
    func admits(_ ports: Set<UInt16>) -> Bool {
        var wider = self
        for port in ports { wider.add(port) }
        return wider == self
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
        try? hello.append(.readable, text: directory, limit: 4096)
        for need in needs { try? hello.append(.network, text: need.description, limit: 32) }
        for file in files { try? hello.append(.file, text: file, limit: 128) }
    }
}
