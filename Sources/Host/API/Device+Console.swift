// SPDX-License-Identifier: Apache-2.0
internal import PluginWire

extension Device {
    /// Opens the serial console.
    /// - Returns: a connected stream socket, which is the caller's to close; closing it ends the console.
    /// - Throws: `DriverError`; `busy` when another console is open and the driver takes none over.
    public func console(deadline: Duration) async throws -> Int32 {
        let reply = try await perform(.init(function: .consoleOpen, deadline: .after(deadline)))
        guard let descriptor = reply.descriptor?.take(), descriptor >= 0 else {
            throw DriverError(status: .internal, message: "\(driver) opened a console and gave no descriptor")
        }
        return descriptor
    }
}
