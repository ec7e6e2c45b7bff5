// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A no-op handler of SIGUSR1 without SA_RESTART, so that the signal makes blocking system calls return.
enum SignalHandler {
    private static let installed: Void = {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR1, &action, nil)
    }()

    static func install() { installed }

    /// Blocks all signals on this thread but SIGUSR1; returns what was blocked before.
    static func listenOnlyForInterrupts() -> sigset_t {
        var wanted = sigset_t()
        var previous = sigset_t()
        sigfillset(&wanted)
        sigdelset(&wanted, SIGUSR1)
        pthread_sigmask(SIG_SETMASK, &wanted, &previous)
        return previous
    }

    static func restore(_ mask: sigset_t) {
        var mask = mask
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
}

/// Interrupts the thread it is made on from the moment the call is over until `finish`.
final class Interrupter: Sendable {
    private let done = Mutex(false)

    init(_ call: TestCall) {
        let target = pthread_self()
        Thread.detachNewThread { [self] in
            while true {
                usleep(10_000)
                let isDone = done.withLock { done in
                    if !done, call.isOver { pthread_kill(target, SIGUSR1) }
                    return done
                }
                if isDone { return }
            }
        }
    }

    func finish() { done.withLock { $0 = true } }
}
