// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import PXE
import Simulators
import Synchronization

/// A Loongson machine without a BMC: PMON on a serial console, which TCP clients share as with a console server, and an
/// outlet that gives it power. `load` and `initrd` fetch real files; `g` starts them in QEMU's `loongson3-virt`.
///
/// ```swift
/// var configuration = PMONMachine.Configuration(directory: directory)
/// configuration.tftpPort = ports.tftp                     // 69 unless given
/// let machine = try await PMONMachine.start(configuration)
/// // Raw TCP console at 127.0.0.1, machine.consolePort.
/// machine.setOutlet(on: true)                             // the plug; false cuts the power
/// _ = await machine.waitForConsole("PMON> ", seconds: 20)
/// machine.settings { $0.faults.isSilent = true }          // faults, at any time
/// await machine.stop()
/// ```
///
/// The address that `ifaddr` sets must be one of this host, such as 127.77.0.21: TFTP requests are sent from it.
///
/// *Isolation*: every function may be called on any thread; none blocks.
public final class PMONMachine: Sendable {
    /// How the machine stands.
    public struct Status: Sendable, Equatable {
        /// The outlet gives power.
        public var hasOutletPower: Bool
        /// The board runs: it has power and has not switched itself off.
        public var isOn: Bool
        /// A kernel that was started has the console.
        public var hasStartedSystem: Bool
        /// Starts since the simulation began: power that came, and resets.
        public var starts: Int
        /// Why the emulator could not run the kernel that was started last.
        public var problem: String?
        /// The process of the emulator, while it runs.
        public var emulator: Int32?
    }

    public let configuration: Configuration
    /// The console's TCP port.
    public let consolePort: Int
    private let listener: any Channel
    private let loop: any EventLoop
    private let record: ConsoleRecord
    private let began = ContinuousClock.now
    private let state: Mutex<State>

    private struct State {
        var firmware: PMONFirmware
        var hasOutletPower = false
        var starts = 0
        var guest: Guest?
        var problem: String?
        var errands: [Int: Task<Void, Never>] = [:]
        var tick: (at: Duration, task: Scheduled<Void>)?
        var onChange: (@Sendable (Status) -> Void)?
        var told: Status?
        var isStopped = false

        var status: Status {
            Status(
                hasOutletPower: hasOutletPower, isOn: firmware.isOn, hasStartedSystem: firmware.hasStartedSystem,
                starts: starts, problem: problem, emulator: guest?.pid)
        }
    }

    /// Opens the console; the outlet is off, the environment is as it was left.
    ///
    /// - Throws: `SimulatorError` when the directory cannot be used, the emulator is not installed, or the port is taken.
    public static func start(_ configuration: Configuration) async throws -> PMONMachine {
        if let emulator = configuration.emulator, access(emulator, X_OK) != 0 {
            throw SimulatorError.missingProgram(emulator, package: "qemu-system-mips")
        }
        let directory = configuration.directory
        let kept: PMONEnvironment
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let data = FileManager.default.contents(atPath: directory + "/nvram")
            kept = data.map { PMONEnvironment(text: String(decoding: $0, as: UTF8.self)) } ?? PMONEnvironment()
        } catch {
            throw SimulatorError.file(path: directory, reason: error.localizedDescription)
        }
        let clients = ConsoleClients()
        do {
            let listener = try await clients.listen(host: configuration.host, port: configuration.port)
            let machine = PMONMachine(
                configuration, listener, ConsoleRecord(file: directory + "/console.log", clients: clients), kept)
            clients.onInput { [weak machine] bytes in machine?.apply(.typed(bytes)) }
            return machine
        } catch {
            throw SimulatorError.network("no console on \(configuration.host) port \(configuration.port): \(error)")
        }
    }

    private init(
        _ configuration: Configuration, _ listener: any Channel, _ record: ConsoleRecord,
        _ environment: PMONEnvironment
    ) {
        self.configuration = configuration
        self.listener = listener
        self.record = record
        consolePort = listener.localAddress?.port ?? configuration.port
        loop = listener.eventLoop
        state = Mutex(
            State(firmware: PMONFirmware(settings: configuration.settings, environment: environment)))
    }

    // MARK: Power

    /// Switches the outlet. Power starts the board when it is built that way; no power ends everything at once.
    public func setOutlet(on isOn: Bool) {
        apply { state in
            defer { state.hasOutletPower = isOn }
            guard state.hasOutletPower != isOn else { return nil }
            return !isOn ? .powerOff : configuration.startsWithOutlet ? .powerOn : .tick
        }
    }

    /// What a magic packet or the power button does: starts a board that has power and is off.
    public func wake() {
        apply { $0.hasOutletPower ? .powerOn : nil }
    }

    /// The reset button.
    public func reset() { apply(.reset) }

    /// How the machine stands now.
    public var status: Status { state.withLock { $0.status } }

    /// Who is told when the machine's status has changed; one at most. Called on any thread, and must not block or call
    /// the machine.
    public func onChange(_ body: (@Sendable (Status) -> Void)?) { state.withLock { $0.onChange = body } }

    // MARK: Settings

    /// Reads or changes the board; faults strike from then on.
    @discardableResult
    public func settings<Value: Sendable>(_ body: @Sendable (inout PMONSettings) -> Value) -> Value {
        state.withLock { body(&$0.firmware.settings) }
    }

    /// The environment in NVRAM.
    public var environment: PMONEnvironment { state.withLock { $0.firmware.environment } }

    // MARK: Console

    /// What the console has shown, at most the last mebibyte; bytes that are no UTF-8 are replaced.
    public var consoleText: String { String(decoding: record.recent, as: UTF8.self) }

    /// Waits until the console has shown a text; false when it has not within the time.
    public func waitForConsole(_ text: String, seconds: Double) async -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if consoleText.contains(text) { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return consoleText.contains(text)
    }

    /// Types on the console, as a client would.
    public func type(_ text: String) { apply(.typed(Array(text.utf8))) }

    /// Ends everything: the started system, the console, the clients.
    public func stop() async {
        apply(.powerOff)
        let (guest, errands) = state.withLock { state in
            state.isStopped = true
            state.tick?.task.cancel()
            state.tick = nil
            return (state.guest, Array(state.errands.values))
        }
        for errand in errands { errand.cancel() }
        for errand in errands { await errand.value }
        await guest?.end()
        try? await listener.close().get()
        await record.close()
    }

    // MARK: The firmware's shell

    private func apply(_ input: PMONInput) { apply { _ in input } }

    /// Hands to the firmware what is to be done in this state, and carries out what it wants.
    private func apply(_ choice: (inout State) -> PMONInput?) {
        let told: (@Sendable () -> Void)? = state.withLock { state in
            guard !state.isStopped, let input = choice(&state) else { return nil }
            var wasOn = state.firmware.isOn
            if case .reset = input { wasOn = false }
            let now = began.duration(to: .now)
            if let faults = configuration.faults { state.firmware.settings.faults = PMONFaults(faults) }
            for effect in state.firmware.handle(input, at: now) { perform(effect, &state) }
            if state.firmware.isOn, !wasOn { state.starts += 1 }
            schedule(&state, now)
            let status = state.status
            guard status != state.told, let listener = state.onChange else { return nil }
            state.told = status
            return { listener(status) }
        }
        told?()
    }

    private func schedule(_ state: inout State, _ now: Duration) {
        let next = state.firmware.nextDeadline
        guard next != state.tick?.at else { return }
        state.tick?.task.cancel()
        state.tick = next.map { at in
            let wait = TimeAmount(max(at - now, .zero)) + .milliseconds(1)
            return (
                at,
                loop.scheduleTask(in: wait) { [weak self] in
                    self?.state.withLock { $0.tick = nil }
                    self?.apply(.tick)
                }
            )
        }
    }

    private func perform(_ effect: PMONEffect, _ state: inout State) {
        switch effect {
        case .print(let bytes): record.print(bytes)
        case .save(let environment): record.save(environment, file: configuration.directory + "/nvram")
        case .type(let bytes): state.guest?.type(bytes)
        case .stopSystem:
            state.guest?.kill()
            state.guest = nil
        case .powerDown: break
        case .cancel(let number): state.errands.removeValue(forKey: number)?.cancel()
        case .start(let launch):
            state.problem = nil
            guard let emulator = configuration.emulator else {
                if !state.firmware.settings.faults.isSilent { record.print(Self.firstLines(launch)) }
                return
            }
            let guest = Guest(emulator: emulator, log: configuration.directory + "/emulator.log")
            state.guest = guest
            guest.start(launch) { [weak self] event in self?.take(event, of: guest) }
        case .fetch(let fetch):
            let errand = FetchErrand(configuration: configuration)
            state.errands[fetch.number] = Task { [weak self] in
                let result = await errand.run(fetch.source)
                self?.finish(fetch.number, .fetched(fetch.number, result))
            }
        case .ping(let number, let host, let from, let count):
            state.errands[number] = Task { [weak self] in
                let answer = await PingErrand.run(host: host, from: from, count: count)
                self?.finish(number, .pinged(number, lines: answer.lines, isAnswered: answer.isAnswered))
            }
        }
    }

    /// What stands for a kernel that is not run.
    private static func firstLines(_ launch: PMONLaunch) -> [UInt8] {
        let initrd = launch.initrd.map { "\($0.count) bytes" } ?? "none"
        let text =
            "[    0.000000] Linux version (not run: \(launch.kernel.count) bytes of kernel, initrd \(initrd))\r\n"
        return Array((text + "[    0.000000] Kernel command line: \(launch.commandLine)\r\n").utf8)
    }

    private func finish(_ errand: Int, _ input: PMONInput) {
        apply { state in
            state.errands[errand] = nil
            return input
        }
    }

    private func take(_ event: Guest.Event, of guest: Guest) {
        apply { state in
            guard state.guest === guest else { return nil }
            switch event {
            case .printed(let bytes): return .systemPrinted(bytes)
            case .ended(let restarts):
                state.guest = nil
                return .systemEnded(restarts: restarts)
            case .failed(let reason):
                state.problem = reason
                return .tick
            }
        }
    }
}
