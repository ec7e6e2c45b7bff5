// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE

/// A simulated machine with its BMC: switched on and off by IPMI, booting over real protocols on loopback.
///
/// Everything it does is in `machine.log`, `disk.log` and `bmc.log` of its state directory.
public actor SimulatedMachine {
    /// What the machine is made of.
    public nonisolated let configuration: MachineConfiguration
    private let bmc: any MachineBMC
    private let disks: DiskStore
    private let log: LineLog
    private let lock: DirectoryLock
    private let mailbox: AsyncStream<Mail>.Continuation
    private var loop: Task<Void, Never>?
    private var core: MachineCore
    private var activity: Task<Void, Never>?
    private var epoch = 0
    private var sequence = 0
    private var lease: BootLease?

    private struct Mail: Sendable {
        var input: MachineInput
        /// The activity that an end belongs to.
        var epoch: Int?
        /// The number of the power change that a BMC's command made.
        var sequence: Int?
    }

    /// Starts the BMC; the machine is off, its disks are as they were left.
    ///
    /// - Throws: `SimulatorError` when ipmi_sim is not there or does not start, or the directory is in use.
    public static func start(_ configuration: MachineConfiguration) async throws -> SimulatedMachine {
        try StateFile.makeDirectory(configuration.directory)
        let lock = try DirectoryLock(configuration.directory)
        let (stream, mailbox) = AsyncStream.makeStream(of: Mail.self)
        let onEvent: @Sendable (ChassisEvent) -> Void = { event in
            if let input = MachineInput(event) { mailbox.yield(Mail(input: input, sequence: event.sequence)) }
        }
        let bmc: any MachineBMC
        switch configuration.bmcKind {
        case .builtIn: bmc = try await BuiltInBMC.start(configuration, onEvent: onEvent)
        case .openIPMI:
            bmc = try await SimulatedBMC.start(
                name: configuration.name, directory: configuration.directory, host: configuration.bmcHost,
                port: configuration.bmcPort, serial: configuration.serial, onEvent: onEvent)
        }
        let machine = SimulatedMachine(configuration, bmc: bmc, lock: lock, mailbox: mailbox)
        await machine.begin(stream)
        return machine
    }

    private init(
        _ configuration: MachineConfiguration, bmc: any MachineBMC, lock: DirectoryLock,
        mailbox: AsyncStream<Mail>.Continuation
    ) {
        self.configuration = configuration
        self.bmc = bmc
        self.lock = lock
        self.mailbox = mailbox
        disks = DiskStore(directory: configuration.directory)
        log = LineLog(path: configuration.directory + "/machine.log")
        core = MachineCore(
            settings: MachineCore.Settings(
                bootOrder: configuration.bootOrder, firmware: configuration.firmware,
                ignoresOverride: configuration.faults.ignoresOverride, neverBoots: configuration.faults.neverBoots))
    }

    /// Where the machine is.
    public var state: MachineState { core.state }

    /// How to take it under management.
    public nonisolated var description: MachineDescription {
        MachineDescription(
            name: configuration.name, mac: configuration.mac.description,
            address: configuration.address.description, firmware: configuration.firmware.rawValue,
            diskSerial: configuration.disks.first?.serial ?? "",
            bmc: MachineDescription.BMC(
                host: bmc.host, port: bmc.port, user: bmc.user, passwordFile: bmc.passwordFile, pid: bmc.pid,
                quirks: bmc.quirks),
            stateDirectory: configuration.directory)
    }

    /// Whether the BMC runs.
    public nonisolated var isBMCRunning: Bool { bmc.isRunning }

    /// Ends the BMC as a crash would; the machine goes on.
    public nonisolated func loseBMC() {
        bmc.vanish()
    }

    /// Stops the machine as a power cut would, and its BMC.
    public func stop() async {
        mailbox.finish()
        await loop?.value
        epoch += 1
        activity?.cancel()
        await activity?.value
        await bmc.stop()
        lock.release()
    }

    // MARK: The loop

    private func begin(_ stream: AsyncStream<Mail>) {
        loop = Task {
            for await mail in stream { await take(mail) }
        }
    }

    private func take(_ mail: Mail) async {
        if let number = mail.epoch, number != epoch { return }
        if let sequence = mail.sequence { self.sequence = sequence }
        if case .finished(.lease(let lease)) = mail.input { self.lease = lease }
        for action in core.handle(mail.input) {
            switch action {
            case .stopActivity:
                epoch += 1
                activity?.cancel()
                await activity?.value
                activity = nil
            case .start(let activity): start(activity)
            case .powerDown: bmc.recordPowerDown(after: sequence)
            case .note(let event, let text):
                if event == .powerOff || event == .reset { lease = nil }
                note(event, text)
            }
        }
    }

    private func start(_ next: Activity) {
        epoch += 1
        let epoch = epoch
        let mailbox = mailbox
        let shell = MachineShell(configuration: configuration, bmc: bmc, disks: disks, lease: lease) {
            [weak self] event, text in await self?.note(event, text)
        }
        activity = Task {
            let result: ActivityResult
            do {
                result = try await shell.perform(next)
            } catch is CancellationError {
                return
            } catch {
                result = .failed(String(describing: error))
            }
            if !Task.isCancelled { mailbox.yield(Mail(input: .finished(result), epoch: epoch)) }
        }
    }

    private func note(_ event: MachineEvent, _ text: String) {
        log.append(text.isEmpty ? event.rawValue : "\(event.rawValue) \(text)")
        if event == configuration.faults.bmcVanishesAfter {
            bmc.vanish()
            log.append("\(MachineEvent.bmc.rawValue) vanished")
        }
    }
}

extension MachineInput {
    /// What a command of the BMC means to the machine; nil for a boot device, which is read when it is needed.
    init?(_ event: ChassisEvent) {
        switch event.kind {
        case .power(true): self = .powerOn
        case .power(false): self = .powerOff
        case .reset: self = .reset
        case .shutdown: self = .softOff
        case .stall: self = .stall
        case .boot: return nil
        }
    }
}
