// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
private import PluginWire
private import PluginWorker
private import Synchronization

/// The thread of a link: starts the worker, listens, keeps time, and sees it to its end.
extension WorkerLink {
    private enum Heard {
        case message
        case nothing
        case end
    }

    func run() {
        var words = LastWords()
        var output = FloodMeter(perSecond: limits.outputBytesPerSecond)
        do throws(Refusal) { try entry.checkLibrary() } catch { return finish(.refused(error.reason), words) }
        do throws(WorkerFault) { try launch() } catch { return finish(.failed(error.reason), words) }
        let (channel, process) = state.withLock { ($0.channel, $0.process) }
        guard let channel else { return finish(.failed("no channel"), words) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Frame.maximumSize, alignment: 8)
        defer { buffer.deallocate() }
        var listener = FrameListener(limits: limits)
        var isConnected = true
        var exit: String?
        while isConnected || exit == nil {
            let isFull = state.withLock { !$0.outbox.isEmpty }
            let descriptors = [
                isConnected ? channel.descriptor : -1, process?.descriptor ?? -1, process?.output ?? -1, timer, wake,
            ]
            let ready = clinux_poll(descriptors, 5, isFull && isConnected ? 1 : 0, -1)
            if ready & 0x10 != 0 { clinux_eventfd_reset(wake) }
            if ready & 0x10000 != 0 || ready & 0x10 != 0 { flush(channel) }
            if ready & 1 != 0, hear(channel, buffer, &listener) == .end { isConnected = false }
            if ready & 4 != 0, let process, !drain(process, &words, &output) {
                condemn(.flooded, "wrote more than \(limits.outputBytesPerSecond) bytes a second to its output")
            }
            if ready & 2 != 0, let process {
                // What it said before it died counts.
                while isConnected, hear(channel, buffer, &listener) == .message {}
                isConnected = false
                _ = drain(process, &words, &output)
                exit = process.reap()
            }
            if ready & 0x18 != 0 { keepTime() }
            if !isConnected, exit == nil {
                guard process != nil else { break }
                // Without its channel a worker is of no use; it ends by itself at once, or is made to.
                leave(by: .after(.milliseconds(1200)))
            }
            if process == nil, case .leaving(let killAt) = state.withLock({ $0.phase }), killAt.hasPassed { break }
        }
        channel.hangUp()
        finish(ending(exit), words)
    }

    /// Makes the channel and the worker behind it, and asks it to load the library.
    private func launch() throws(WorkerFault) {
        var pair: [Int32] = [-1, -1]
        let error = pair.withUnsafeMutableBufferPointer { clinux_seqpacket_pair($0.baseAddress) }
        guard error == 0 else { throw WorkerFault(reason: "no socket pair: \(String(cString: strerror(-error)))") }
        let channel = FrameChannel(descriptor: pair[0])
        var process: WorkerProcess?
        if isolation == .process {
            defer { close(pair[1]) }
            process = try WorkerProcess(
                path: workerPath, plugin: entry.manifest.id, channel: pair[1],
                libraries: entry.isReplaced ? entry.directory : nil)
        } else {
            let loop = WorkerLoop(descriptor: pair[1], mode: .embedded)
            guard WorkerThread.start(name: "ingot-plugin", { loop.run() }) else {
                throw WorkerFault(reason: "no thread for the plugin")
            }
        }
        var hello = FrameEncoder(.hello)
        let library = isolation == .process ? entry.library : EmbeddedName.path(of: entry)
        try? hello.append(.library, text: library, limit: 4096)
        try? hello.append(.logLevel, logger.pluginLevel)
        if tracer != nil { try? hello.append(.tracing, UInt32(1)) }
        if isolation == .process { grant?.append(to: &hello) }
        let kept = entry.isReplaced && isolation == .process ? entry.kept?.descriptor ?? -1 : -1
        var frame = hello.finish()
        state.withLock { state in
            state.channel = channel
            state.process = process
            post(&frame, passing: kept, &state)
            arm(state.greetBy, &state)
        }
    }

    /// Takes one message, if there is one.
    private func hear(
        _ channel: FrameChannel, _ buffer: UnsafeMutableRawBufferPointer, _ listener: inout FrameListener
    ) -> Heard {
        switch channel.receive(into: buffer) {
        case .nothing: return .nothing
        case .end: return .end
        case .tooLong:
            condemn(.flooded, "sent a frame longer than \(Frame.maximumSize) bytes")
            return .end
        case .message(let bytes, let descriptor):
            do throws(FrameError) {
                try take(try Frame(decoding: bytes), descriptor.map(OwnedDescriptor.init), &listener)
            } catch {
                condemn(.flooded, "sent nonsense: \(error)")
                return .end
            }
            return .message
        }
    }

    private func drain(_ process: WorkerProcess, _ words: inout LastWords, _ meter: inout FloodMeter) -> Bool {
        var isFine = true
        let now = clinux_monotonic_ns()
        process.readOutput { bytes in
            words.append(bytes)
            isFine = meter.take(bytes.count, at: now) && isFine
        }
        return isFine
    }

    private func flush(_ channel: FrameChannel) {
        state.withLock { state in
            while var first = state.outbox.first {
                let error = channel.send(first.frame, passing: first.descriptor, nonblocking: true)
                if error == EAGAIN { return }
                state.outbox.removeFirst()
                if first.descriptor >= 0 { close(first.descriptor) }
                for index in first.frame.indices { first.frame[index] = 0 }
            }
        }
    }
}
