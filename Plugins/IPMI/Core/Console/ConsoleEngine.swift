// SPDX-License-Identifier: GPL-3.0-or-later
import CIPMIConsole
import Glibc
import PluginKit
import Synchronization

/// libipmiconsole's engine, of which a process has one.
enum ConsoleEngine {
    private static let isRunning = Mutex(false)

    /// Threads that serve all consoles of the process together.
    private static let threadCount: UInt32 = 2

    /// Starts the engine unless it runs.
    static func start() throws(PluginError) {
        let started = isRunning.withLock { isRunning in
            if !isRunning { isRunning = ipmiconsole_engine_init(threadCount, 0) == 0 }
            return isRunning
        }
        guard started else {
            throw PluginError(.internal, "the console engine could not be started", vendorCode: errno)
        }
    }

    /// Ends all consoles and the engine's threads.
    static func stop() {
        isRunning.withLock { isRunning in
            if isRunning { ipmiconsole_engine_teardown(1) }
            isRunning = false
        }
    }
}
