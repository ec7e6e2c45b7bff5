// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit
import Synchronization

/// A machine's serial port, which the driver talks to in its calls and which a person may have open between them.
final class ConsolePort: Sendable {
    private let configuration: ConsoleConfiguration
    private let hub = Mutex<ConsoleHub?>(nil)

    init(_ configuration: ConsoleConfiguration) {
        self.configuration = configuration
    }

    var name: String { configuration.address.name }

    /// A link for a call: a connection of its own, or beside the person who has the console open.
    func open(_ call: borrowing Call) throws(PluginError) -> ConsoleLink {
        if let hub = current { return ConsoleLink(TCPConnection(try hub.join(nonBlocking: true))) }
        return try ConsoleLink(configuration.address, configuration.settings, call)
    }

    /// The console for a person. Throws `busy` while it is open already, and as `ConsoleLink`.
    func openConsole(_ call: borrowing Call) throws(PluginError) -> Int32 {
        // One that was closed a moment ago is on its way out.
        let limit = ContinuousClock.now + .seconds(1)
        while current != nil, ContinuousClock.now < limit { try call.pause(.milliseconds(20)) }
        guard current == nil else {
            throw PluginError(.busy, "console: it is open already", retryable: true, retryAfter: .seconds(10))
        }
        let hub = try ConsoleHub.start(try ConsoleLink(configuration.address, configuration.settings, call))
        let descriptor: Int32
        do throws(PluginError) {
            descriptor = try hub.join(nonBlocking: false)
        } catch {
            hub.stop()
            throw error
        }
        self.hub.withLock { $0 = hub }
        return descriptor
    }

    /// The console that is open has said something since this was asked last.
    var hasShownSomething: Bool { current?.takeHasShown() == true }

    /// Ends the console that is open.
    func close() {
        let ending = hub.withLock { hub in
            defer { hub = nil }
            return hub
        }
        ending?.stop()
    }

    /// The hub that serves; one that has ended is let go of.
    private var current: ConsoleHub? {
        guard let known = hub.withLock({ $0 }) else { return nil }
        guard known.hasEnded else { return known }
        close()
        return nil
    }
}
