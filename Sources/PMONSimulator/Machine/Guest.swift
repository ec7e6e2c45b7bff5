// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import Simulators
import Synchronization

/// A kernel in QEMU's `loongson3-virt`, with its serial line and its monitor on sockets of a private directory.
final class Guest: Sendable {
    enum Event: Sendable {
        case printed([UInt8])
        /// The system has switched the machine off, or asked for a reset.
        case ended(restarts: Bool)
        /// The emulator ended for a reason of its own.
        case failed(String)
    }

    /// Octets that wait until the emulator has its serial line.
    private static let inputCapacity = 4_096

    private let emulator: String
    private let log: String
    private let state = Mutex(State())

    private struct State {
        var child: ChildProcess?
        var serial: (any Channel)?
        var early: [UInt8] = []
        var isKilled = false
        /// The reason of QMP's SHUTDOWN event.
        var shutdown: String?
        var work: Task<Void, Never>?
    }

    init(emulator: String, log: String) {
        self.emulator = emulator
        self.log = log
    }

    /// The emulator's process, once there is one.
    var pid: Int32? { state.withLock { $0.child?.pid } }

    /// Writes the files and starts the emulator; what happens comes to `onEvent`, on any thread.
    func start(_ launch: PMONLaunch, onEvent: @escaping @Sendable (Event) -> Void) {
        let work = Task {
            let directory = FileManager.default.temporaryDirectory.path + "/ingot-pmon-\(UUID().uuidString.prefix(8))"
            defer { try? FileManager.default.removeItem(atPath: directory) }
            do {
                let event = try await run(launch, directory, onEvent)
                if let event, !state.withLock({ $0.isKilled }) { onEvent(event) }
            } catch {
                onEvent(.failed(String(describing: error)))
            }
        }
        state.withLock { $0.work = work }
    }

    func type(_ bytes: [UInt8]) {
        state.withLock { state in
            guard let serial = state.serial else {
                state.early += bytes.prefix(max(0, Self.inputCapacity - state.early.count))
                return
            }
            Self.write(bytes, to: serial)
        }
    }

    /// Ends it as a power cut does.
    func kill() {
        state.withLock { state in
            state.isKilled = true
            state.child?.send(SIGKILL)
        }
    }

    /// Ends it, and waits until its process and files are gone.
    func end() async {
        kill()
        await state.withLock { $0.work }?.value
    }

    // MARK: Running

    private func run(
        _ launch: PMONLaunch, _ directory: String, _ onEvent: @escaping @Sendable (Event) -> Void
    ) async throws -> Event? {
        try await NIOThreadPool.singleton.runIfActive {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try Data(launch.kernel).write(to: URL(fileURLWithPath: directory + "/kernel"))
            if let initrd = launch.initrd { try Data(initrd).write(to: URL(fileURLWithPath: directory + "/initrd")) }
        }
        let serial = try await listen(directory + "/serial", GuestSerial(self, onEvent))
        let monitor = try await listen(directory + "/monitor", GuestMonitor(self))
        defer {
            serial.close(promise: nil)
            monitor.close(promise: nil)
        }
        let child: ChildProcess? = try state.withLock { state in
            guard !state.isKilled else { return nil }
            let child = try ChildProcess(
                path: emulator, arguments: Self.arguments(launch, directory), directory: directory, output: log)
            state.child = child
            return child
        }
        guard let child else { return nil }
        let status = await child.wait()
        // What it printed last is still on its way.
        if let line = state.withLock({ $0.serial }) { try? await line.closeFuture.get() }
        let reason = state.withLock { state in
            state.child = nil
            return state.shutdown
        }
        guard let reason else { return .failed("\(emulator) ended with status \(status); see \(log)") }
        return .ended(restarts: reason == "guest-reset")
    }

    private static func arguments(_ launch: PMONLaunch, _ directory: String) -> [String] {
        var words = [
            "-M", "loongson3-virt", "-cpu", "Loongson-3A1000", "-m", "512", "-display", "none", "-nodefaults",
            "-no-reboot", "-nic", "none", "-kernel", directory + "/kernel", "-append", launch.commandLine,
            "-chardev", "socket,id=serial,path=\(directory)/serial", "-serial", "chardev:serial",
            "-qmp", "unix:\(directory)/monitor",
        ]
        if launch.initrd != nil { words += ["-initrd", directory + "/initrd"] }
        return words
    }

    /// Listens on a socket of the private directory, for the emulator alone.
    private func listen(_ path: String, _ handler: some ChannelInboundHandler & Sendable) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { $0.pipeline.addHandler(handler) }
            .bind(unixDomainSocketPath: path).get()
    }

    fileprivate func connected(_ channel: any Channel) {
        state.withLock { state in
            state.serial = channel
            if !state.early.isEmpty { Self.write(state.early, to: channel) }
            state.early = []
        }
    }

    fileprivate func isShuttingDown(_ reason: String) { state.withLock { $0.shutdown = reason } }

    private static func write(_ bytes: [UInt8], to channel: any Channel) {
        channel.eventLoop.execute {
            if channel.isWritable { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
        }
    }
}

/// The far end of the guest's serial line.
private final class GuestSerial: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let guest: Guest
    private let onEvent: @Sendable (Guest.Event) -> Void

    init(_ guest: Guest, _ onEvent: @escaping @Sendable (Guest.Event) -> Void) {
        self.guest = guest
        self.onEvent = onEvent
    }

    func channelActive(context: ChannelHandlerContext) { guest.connected(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        onEvent(.printed(Array(unwrapInboundIn(data).readableBytesView)))
    }
}

/// QEMU's monitor protocol, as far as it tells why the machine ends: an event SHUTDOWN with a reason.
private final class GuestMonitor: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let guest: Guest
    private let line = Mutex<[UInt8]>([])

    init(_ guest: Guest) { self.guest = guest }

    func channelActive(context: ChannelHandlerContext) {
        let greeting = ByteBuffer(string: "{\"execute\":\"qmp_capabilities\"}\n")
        context.writeAndFlush(wrapOutboundOut(greeting), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let lines = line.withLock { line -> [[UInt8]] in
            line += unwrapInboundIn(data).readableBytesView
            var lines = line.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
            line = lines.popLast() ?? []
            if line.count > 65_536 { line = [] }
            return lines
        }
        for line in lines {
            guard let message = try? JSONDecoder().decode(Message.self, from: Data(line)), message.event == "SHUTDOWN"
            else { continue }
            guest.isShuttingDown(message.data?.reason ?? "")
        }
    }

    private struct Message: Decodable {
        struct Details: Decodable { var reason: String? }
        var event: String?
        var data: Details?
    }
}
