// SPDX-License-Identifier: Apache-2.0
private import CLinux

extension WorkerLoop {
    private static let memoryInterval: UInt64 = 100_000_000

    /// A plugin that leaks and copes with malloc's refusals would fail every call from then on; a fresh worker costs
    /// milliseconds. Looks ten times a second at most, when there is something to do.
    func watchMemory(_ next: inout UInt64) {
        let now = clinux_monotonic_ns()
        guard now >= next else { return }
        next = now + Self.memoryInterval
        clinux_end_if_memory_is_low()
    }
}
