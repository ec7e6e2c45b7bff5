// SPDX-License-Identifier: Apache-2.0
import CLinux
import Foundation
import Glibc
import PluginWire
import Testing

extension HostTests {
    /// The worker executable by itself, spoken to as a host speaks.
    @Suite(.serialized) struct WorkerProcessTests {
        /// A worker and the host's end of its channel.
        private struct Worker {
            let pid: pid_t
            let pidfd: Int32
            let channel: Int32

            init() throws {
                var pair: [Int32] = [-1, -1]
                guard pair.withUnsafeMutableBufferPointer({ clinux_seqpacket_pair($0.baseAddress) }) == 0 else {
                    throw PluginLab.Failure(text: "no socket pair")
                }
                let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
                let name = strdup(PluginLab.workerPath)
                defer {
                    free(name)
                    close(null)
                    close(pair[1])
                }
                var arguments: [UnsafeMutablePointer<CChar>?] = [name, nil]
                var environment: [UnsafeMutablePointer<CChar>?] = [nil]
                var pid: pid_t = 0
                guard clinux_spawn(name, &arguments, &environment, pair[1], null, &pid) == 0 else {
                    throw PluginLab.Failure(text: "no worker")
                }
                self.pid = pid
                pidfd = clinux_pidfd_open(pid)
                channel = pair[0]
            }

            func send(_ frame: [UInt8]) { _ = clinux_send_message(channel, frame, frame.count, -1, 0) }

            func receive() throws -> Frame {
                var bytes = [UInt8](repeating: 0, count: Frame.maximumSize)
                var passed: Int32 = -1
                let got = clinux_receive_message(channel, &bytes, bytes.count, &passed, 0)
                guard got > 0 else { throw PluginLab.Failure(text: "the worker is gone") }
                return try Frame(decoding: Array(bytes.prefix(got)))
            }

            /// Waits for the end: its exit status, or minus its signal; nil when it does not end in ten seconds.
            func end() async -> Int32? {
                var isSignal: Int32 = 0
                var status: Int32 = 0
                for _ in 0..<1000 {
                    if clinux_pidfd_reap(pidfd, &isSignal, &status) == 1 {
                        close(pidfd)
                        return isSignal == 0 ? status : -status
                    }
                    try? await Task.sleep(for: .milliseconds(10))
                }
                _ = clinux_pidfd_send_signal(pidfd, SIGKILL)
                close(pidfd)
                return nil
            }
        }

        private func load(_ worker: Worker, _ library: String) throws -> Frame {
            var hello = FrameEncoder(.hello)
            try hello.append(.library, text: library)
            worker.send(hello.finish())
            return try worker.receive()
        }

        private func call(
            _ worker: Worker, _ function: WireFunction, id: UInt64, argument: String = "", seconds: UInt64 = 60
        ) throws {
            var frame = FrameEncoder(.call, call: id)
            try frame.append(.function, function.rawValue)
            try frame.append(.deadline, clinux_monotonic_ns() + seconds * 1_000_000_000)
            try frame.append(.device, UInt64(1))
            try frame.append(.argument, Array(argument.utf8))
            worker.send(frame.finish())
        }

        @Test(arguments: [WireFunction.powerGet, .powerSet])
        func endsWhenTheHostIsGoneEvenWhileACallIsStuck(function: WireFunction) async throws {
            let lab = try PluginLab()
            let library = try PluginLab.build(.rogue(), in: lab.directory)
            let worker = try Worker()
            #expect(try load(worker, library).text(.plugin) == "dev.example.rogue")
            try call(worker, .driverOpen, id: 1, argument: #"{"mode":"hang"}"#)
            #expect(try worker.receive().int32(.status) == 0)
            try call(worker, function, id: 2)
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            close(worker.channel)
            #expect(await worker.end() == 0)
            // A change must not outlive its host; a read may use a moment to close sessions.
            let took = ContinuousClock.now - start
            #expect(took < (function == .powerSet ? .milliseconds(600) : .seconds(2)))
        }

        @Test func closesDevicesWhenTheHostIsGone() async throws {
            let lab = try PluginLab()
            let library = try PluginLab.build(.relay, in: lab.directory)
            let path = try lab.machine("one")
            let worker = try Worker()
            #expect(try load(worker, library).texts(.interface).count == 5)
            try call(worker, .driverOpen, id: 1, argument: #"{"path":"\#(path)"}"#)
            #expect(try worker.receive().int32(.status) == 0)
            close(worker.channel)
            #expect(await worker.end() == 0)
            #expect(try String(contentsOfFile: path + ".closed", encoding: .utf8) == "c")
        }

        @Test func terminationLetsCallsFinish() async throws {
            let lab = try PluginLab()
            let library = try PluginLab.build(.rogue(), in: lab.directory)
            let worker = try Worker()
            _ = try load(worker, library)
            try call(worker, .driverOpen, id: 1, argument: #"{"mode":"nap"}"#)
            #expect(try worker.receive().int32(.status) == 0)
            try call(worker, .powerGet, id: 2)
            try await Task.sleep(for: .milliseconds(50))
            _ = clinux_pidfd_send_signal(worker.pidfd, SIGTERM)
            #expect(try worker.receive().int32(.status) == 0)
            #expect(await worker.end() == 0)
            close(worker.channel)
        }

        @Test func nonsenseEndsIt() async throws {
            for nonsense in [[1, 2, 3], [UInt8](repeating: 0xFF, count: 60_000)] as [[UInt8]] {
                let worker = try Worker()
                worker.send(nonsense)
                #expect(await worker.end() == 0)
                close(worker.channel)
            }
        }

        @Test func callsItCannotMakeAreAnswered() async throws {
            let lab = try PluginLab()
            let library = try PluginLab.build(.relay, in: lab.directory)
            let worker = try Worker()
            try call(worker, .powerGet, id: 1)
            #expect(try worker.receive().text(.message) == "the worker is not serving")
            _ = try load(worker, library)
            try call(worker, .powerGet, id: 2)
            #expect(try worker.receive().text(.message) == "device is not open")
            try call(worker, .installerDetect, id: 3)
            #expect(try worker.receive().text(.message) == "no image came with the call")
            var frame = FrameEncoder(.call, call: 4)
            try frame.append(.function, UInt32(999))
            worker.send(frame.finish())
            #expect(try worker.receive().text(.message) == "the call lacks a field")
            try call(worker, .powerGet, id: 5, seconds: 0)
            #expect(try worker.receive().int32(.status) != 0)
            var goodbye = FrameEncoder(.goodbye)
            worker.send(goodbye.finish())
            #expect(await worker.end() == 0)
            close(worker.channel)
        }

        @Test func withoutAHostItEnds() async throws {
            let worker = try Worker()
            close(worker.channel)
            #expect(await worker.end() == 0)
        }
    }
}
