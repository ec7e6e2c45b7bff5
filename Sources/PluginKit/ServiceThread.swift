// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A thread of a driver's own, for what goes on between calls, such as an open console. It gets no signals.
public struct ServiceThread: @unchecked Sendable {
    private let thread: pthread_t

    /// Starts the thread. Throws `internal` when there can be none.
    public static func start(_ body: @escaping @Sendable () -> Void) throws(PluginError) -> ServiceThread {
        final class Work {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let work = Unmanaged.passRetained(Work(body))
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard status == 0 else {
            work.release()
            throw PluginError(
                .internal, "no thread: \(String(cString: strerror(status)))", retryable: true, vendorCode: status)
        }
        return ServiceThread(thread: thread)
    }

    /// Waits until the body has returned. To be called once.
    public func join() { pthread_join(thread, nil) }
}
