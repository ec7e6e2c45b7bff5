// SPDX-License-Identifier: Apache-2.0
private import CLinux
internal import PluginAPI
internal import PluginWire
private import Synchronization

extension WorkerLoop {
    /// Loads the library the host names, or the one it sends along, and answers with the plugin's descriptor, or with
    /// why it cannot be used. The descriptor stays open, as the library stays loaded.
    func greet(_ frame: Frame, library: Int32?) {
        let path = library.map { "/proc/self/fd/\($0)" } ?? frame.text(.library) ?? ""
        let level = frame.int32(.logLevel) ?? 0
        isTracing.store(frame.uint32(.tracing) == 1, ordering: .relaxed)
        // Before there is a second thread: rules for files hold for a thread and those it starts.
        let report = mode == .process ? Confinement(hello: frame)?.enforce() : nil
        let hasThread = pool.submit { [self] in
            do throws(LoadFailure) {
                let loaded = try LoadedPlugin.load(path: path)
                try loaded.attach { [weak self] severity, message, fields in
                    if severity >= level { self?.log(severity, message, fields) }
                }
                plugin.withLock { $0 = loaded }
                _ = channel.send(Self.introduction(of: loaded, report ?? .init()))
            } catch {
                refuse(error.reason)
            }
        }
        if !hasThread { refuse("no thread to load the plugin in") }
    }

    private func refuse(_ reason: String) {
        var frame = FrameEncoder(.hello)
        try? frame.append(.status, INGOT_E_INTERNAL)
        try? frame.append(.message, text: reason)
        _ = channel.send(frame.finish())
    }

    private static func introduction(of plugin: LoadedPlugin, _ report: Confinement.Report) -> [UInt8] {
        let descriptor = plugin.descriptor
        var frame = FrameEncoder(.hello)
        try? frame.append(.status, INGOT_OK)
        try? frame.append(.minor, descriptor.minor)
        try? frame.append(.plugin, text: descriptor.id)
        try? frame.append(.name, text: descriptor.name)
        try? frame.append(.vendor, text: descriptor.vendor)
        try? frame.append(.version, text: descriptor.version)
        try? frame.append(.license, text: descriptor.license)
        try? frame.append(.configSchema, text: descriptor.configSchema, limit: 50_000)
        try? frame.append(.driverFlags, plugin.interfaces.driver.flags)
        try? frame.append(.powerActions, plugin.interfaces.power.actions)
        try? frame.append(.bootTargets, plugin.interfaces.boot.targets)
        try? frame.append(.consoleFlags, plugin.interfaces.console.flags)
        try? frame.append(.sweepSubjects, plugin.interfaces.sweep.subjects)
        for interface in descriptor.extensions { try? frame.append(.interface, text: interface) }
        for text in report.enforced { try? frame.append(.confined, text: text, limit: 1024) }
        for text in report.missing { try? frame.append(.unconfined, text: text, limit: 1024) }
        return frame.finish()
    }

    /// Sends one line of the plugin to the host's log.
    func log(_ level: Int32, _ message: String, _ fields: String?) {
        var frame = FrameEncoder(.log)
        try? frame.append(.level, level)
        try? frame.append(.message, text: message, limit: 8192)
        if let fields { try? frame.append(.detail, text: fields, limit: 8192) }
        _ = channel.send(frame.finish())
    }
}
