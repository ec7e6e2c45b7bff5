// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc

/// Plain threads, for work that blocks and therefore must stay off the cooperative pool.
package enum WorkerThread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts a detached thread with every signal blocked, save SIGUSR1 when it is interruptible.
    /// - Parameter name: what tools such as `top -H` show; the kernel keeps 15 bytes.
    /// - Returns: false when the system has no thread left.
    package static func start(
        name: String, interruptible: Bool = false, _ run: @escaping @Sendable () -> Void
    ) -> Bool {
        let body = Unmanaged.passRetained(
            Body(name: name) {
                _ = clinux_block_signals(interruptible ? 1 : 0)
                run()
            })
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let error = pthread_create(
            &thread, &attributes,
            { raw in
                guard let raw else { return nil }
                let body = Unmanaged<Body>.fromOpaque(raw).takeRetainedValue()
                clinux_name_thread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        if error != 0 { body.release() }
        return error == 0
    }
}
