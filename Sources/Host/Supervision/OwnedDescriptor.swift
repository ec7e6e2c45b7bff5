// SPDX-License-Identifier: Apache-2.0
private import Glibc
private import Synchronization

/// A file descriptor that is closed when nobody holds it any more.
final class OwnedDescriptor: Sendable {
    private let number: Atomic<Int32>

    init(_ number: Int32) { self.number = Atomic(number) }

    deinit {
        let number = take()
        if number >= 0 { close(number) }
    }

    /// The descriptor's number; -1 when it was taken.
    var value: Int32 { number.load(ordering: .acquiring) }

    /// Hands the descriptor over: whoever takes it closes it. -1 when it was taken before.
    func take() -> Int32 { number.exchange(-1, ordering: .acquiringAndReleasing) }
}
