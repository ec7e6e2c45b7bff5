// SPDX-License-Identifier: Apache-2.0
import PluginAPI

/// What this image publishes. C function tables carry no context, so their functions find it here.
///
/// It is written once by `PluginTable.publish`, whose result the entry function keeps in a lazily made global, and `host`
/// by the host's start and stop, which the ABI orders before and after every other call: hence no lock.
enum Registry {
    nonisolated(unsafe) static var driver: (any Driver)?
    nonisolated(unsafe) static var installer: (any InstallerProfile)?
    nonisolated(unsafe) static var tables: [(id: UnsafePointer<CChar>, table: UnsafeRawPointer)] = []
    nonisolated(unsafe) static var host: UnsafePointer<ingot_host>?
}

/// A structure that lives as long as the process.
func immortal<Value>(_ value: Value) -> UnsafePointer<Value> {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    memory.initialize(to: value)
    return UnsafePointer(memory)
}

/// A C string that lives as long as the process.
func immortal(_ text: String) -> UnsafePointer<CChar> {
    let bytes = text.utf8CString
    let memory = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
    let end = memory.initialize(fromContentsOf: bytes)
    precondition(end == bytes.count)
    return UnsafePointer(memory.baseAddress.unsafelyUnwrapped)
}
