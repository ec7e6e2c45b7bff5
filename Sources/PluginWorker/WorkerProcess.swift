// SPDX-License-Identifier: Apache-2.0
private import CLinux

/// The whole life of a worker process: serve the host on descriptor 3.
public func runWorkerProcess() {
    _ = clinux_block_signals(0)
    _ = clinux_harden_process()
    // Each device may hold a socket, and there may be thousands.
    _ = clinux_raise_descriptor_limit()
    WorkerLoop(descriptor: 3, mode: .process).run()
}
