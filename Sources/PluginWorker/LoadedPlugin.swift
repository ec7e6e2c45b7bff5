// SPDX-License-Identifier: Apache-2.0
private import Glibc
internal import PluginAPI
private import Synchronization

/// A library in this process. It is never unloaded: a Swift runtime inside would leave threads and tables behind.
final class LoadedPlugin: @unchecked Sendable {
    let descriptor: PluginDescriptor
    let interfaces: Interfaces
    private let plugin: UnsafePointer<ingot_plugin>
    private let host: HostObject
    private let users = Mutex(0)

    private init(plugin: UnsafePointer<ingot_plugin>) throws(LoadFailure) {
        self.plugin = plugin
        descriptor = try PluginDescriptor(plugin)
        interfaces = try Interfaces(plugin, listed: descriptor.extensions)
        host = HostObject()
    }

    /// Loads a library, resolving every symbol at once and lending none to other libraries.
    /// - Throws: `LoadFailure` with the loader's own words, or with what is wrong in the plugin.
    static func load(path: String) throws(LoadFailure) -> LoadedPlugin {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw LoadFailure(reason: dlerror().map { String(cString: $0) } ?? "dlopen failed")
        }
        guard let symbol = dlsym(handle, INGOT_ENTRY_V1) else {
            throw LoadFailure(reason: "\(path) does not export \(INGOT_ENTRY_V1)")
        }
        guard let entry = unsafeBitCast(symbol, to: ingot_plugin_v1_fn?.self), let plugin = entry() else {
            throw LoadFailure(reason: "\(INGOT_ENTRY_V1) answered NULL")
        }
        // In one process a library has one descriptor; the second worker loop on it shares what the first one made.
        let known = loaded.withLock { $0[UInt(bitPattern: plugin)] }
        if let known { return known }
        let made = try LoadedPlugin(plugin: plugin)
        return loaded.withLock { table in
            if let other = table[UInt(bitPattern: plugin)] { return other }
            table[UInt(bitPattern: plugin)] = made
            return made
        }
    }

    /// Starts the plugin for its first user and sends its log lines to `log` from now on.
    func attach(log: @escaping HostObject.Sink) throws(LoadFailure) {
        host.sink.withLock { $0 = log }
        let status = users.withLock { users -> ingot_status in
            if users == 0, let start = plugin.pointee.start {
                let status = start(host.table)
                guard status == INGOT_OK else { return status }
            }
            users += 1
            return INGOT_OK
        }
        guard status == INGOT_OK else { throw LoadFailure(reason: "start() answered \(status)") }
    }

    /// Stops the plugin when its last user leaves. Call it only when every device of this user is closed.
    func detach() {
        users.withLock { users in
            users -= 1
            if users == 0 { plugin.pointee.stop?() }
        }
    }

    /// Libraries stay in the process for ever, so does what was learned of them.
    private static let loaded = Mutex<[UInt: LoadedPlugin]>([:])
}
