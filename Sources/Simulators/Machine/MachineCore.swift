// SPDX-License-Identifier: Apache-2.0
import PXE

/// The behaviour of a simulated machine: a pure function from its state and an input to actions.
public struct MachineCore: Sendable {
    /// What stays the same over a machine's life.
    public struct Settings: Sendable {
        /// The firmware's own boot order.
        public var bootOrder: [BootDevice]
        /// The firmware.
        public var firmware: FirmwareKind
        /// Whether the firmware does not look at the BMC's boot override.
        public var ignoresOverride: Bool
        /// Whether the self-test never ends.
        public var neverBoots: Bool

        /// Describes a machine.
        public init(
            bootOrder: [BootDevice], firmware: FirmwareKind, ignoresOverride: Bool = false, neverBoots: Bool = false
        ) {
            self.bootOrder = bootOrder
            self.firmware = firmware
            self.ignoresOverride = ignoresOverride
            self.neverBoots = neverBoots
        }
    }

    /// Where the machine is.
    public private(set) var state = MachineState.off
    private let settings: Settings
    /// The devices that this boot has not tried yet.
    private var remaining: [BootDevice] = []
    /// The command line of the kernel that was started last.
    private var commandLine = KernelCommandLine("")

    /// A machine without power.
    public init(settings: Settings) {
        self.settings = settings
    }

    /// Takes one input and says what has to be done.
    public mutating func handle(_ input: MachineInput) -> [MachineAction] {
        switch input {
        case .powerOn:
            return state == .off ? [.note(.powerOn, "")] + selfTest() : []
        case .powerOff:
            guard state != .off else { return [] }
            state = .off
            return [.stopActivity, .note(.powerOff, "by the BMC")]
        case .reset:
            return state == .off ? [] : [.stopActivity, .note(.reset, "by the BMC")] + selfTest()
        case .softOff:
            return softOff()
        case .stall:
            return state == .off ? [] : [.stopActivity] + halt("a device on the bus does not answer any more")
        case .finished(let result):
            return finished(result)
        }
    }

    private mutating func softOff() -> [MachineAction] {
        switch state {
        case .off, .stopping: return []
        case .os:
            state = .stopping
            return [.stopActivity, .note(.softOff, "the operating system shuts down"), .start(.shutDown)]
        default:
            return [.note(.softOff, "ignored: no operating system runs")]
        }
    }

    private mutating func finished(_ result: ActivityResult) -> [MachineAction] {
        switch (state, result) {
        case (.post, .elapsed), (.noBootDevice, .elapsed):
            state = .booting
            return [.start(.readBootOverride)]
        case (.booting, .bootOverride(let override)):
            return begin(override)
        case (.booting, .diskBootable(let bootable)):
            guard bootable else { return nextDevice(because: "disk: no operating system") }
            state = .os
            return [.note(.os, "started from the disk"), .start(.runOS)]
        case (.dhcp(let stage), .lease(let lease)):
            return leased(lease, stage: stage)
        case (.dhcp(.agent), .failed(let reason)):
            return [.note(.retry, "agent: \(reason)"), .start(.dhcp(.agent))]
        case (.loading, .programLoaded):
            state = .dhcp(.ipxe)
            return [.start(.dhcp(.ipxe))]
        case (.script, .script(let end)):
            return scriptEnded(end)
        case (.agent, .agentReboots):
            return [.note(.reset, "by the agent")] + selfTest()
        case (.agent, .agentHalted(let reason)):
            return halt("agent: \(reason)")
        case (.stopping, .elapsed):
            state = .off
            return [.powerDown, .note(.powerOff, "by the operating system")]
        case (.os, .failed(let reason)), (.agent, .failed(let reason)):
            return halt(reason)
        case (.off, _), (.halted, _):
            return []
        case (_, .failed(let reason)):
            return nextDevice(because: "network: \(reason)")
        default:
            return halt("internal: \(result) makes no sense in the state \(state)")
        }
    }

    // MARK: Booting

    private mutating func selfTest() -> [MachineAction] {
        state = .post
        guard !settings.neverBoots else { return [.note(.post, "hangs")] }
        return [.note(.post, ""), .start(.post)]
    }

    private mutating func begin(_ override: BootOverride) -> [MachineAction] {
        remaining = settings.bootOrder
        guard !settings.ignoresOverride else { return nextDevice() }
        switch override {
        case .none: break
        case .pxe: prefer(.network)
        case .disk: prefer(.disk)
        case .cdrom: return [.note(.bootFailed, "cdrom: no medium")] + nextDevice()
        case .bios: return halt("in the firmware's setup")
        }
        return nextDevice()
    }

    private mutating func prefer(_ device: BootDevice) {
        remaining = [device] + remaining.filter { $0 != device }
    }

    private mutating func nextDevice(because failure: String? = nil) -> [MachineAction] {
        let notes = failure.map { [MachineAction.note(.bootFailed, $0)] } ?? []
        guard let device = remaining.first else {
            state = .noBootDevice
            return notes + [.note(.bootFailed, "no bootable device"), .start(.waitBeforeRetry)]
        }
        remaining.removeFirst()
        switch device {
        case .network:
            state = .dhcp(.firmware)
            return notes + [.note(.boot, "network"), .start(.dhcp(.firmware))]
        case .disk:
            state = .booting
            return notes + [.note(.boot, "disk"), .start(.checkDisk)]
        }
    }

    private mutating func leased(_ lease: BootLease, stage: ClientStage) -> [MachineAction] {
        let boot = lease.bootFile.map { " file=\($0)" } ?? ""
        let note = MachineAction.note(.dhcp, "stage=\(stage.rawValue) address=\(lease.address)\(boot)")
        switch stage {
        case .firmware:
            guard let file = lease.bootFile else { return [note] + nextDevice(because: "network: no boot file") }
            state = .loading
            if file.hasPrefix("http://") {
                guard settings.firmware == .uefiHTTP else {
                    return [note] + nextDevice(because: "network: PXE firmware cannot load \(file)")
                }
                return [note, .start(.loadByHTTP(url: file))]
            }
            return [note, .start(.loadByTFTP(server: lease.bootServer, name: file))]
        case .ipxe:
            guard let file = lease.bootFile, file.hasPrefix("http://") else {
                return [note] + nextDevice(because: "network: iPXE was given no script")
            }
            state = .script
            return [note, .start(.runScript(url: file))]
        case .agent:
            state = .agent
            return [note, .start(.runAgent(commandLine))]
        case .os:
            return [note]
        }
    }

    private mutating func scriptEnded(_ end: ScriptEnd) -> [MachineAction] {
        switch end {
        case .kernel(let text):
            commandLine = KernelCommandLine(text)
            let note = MachineAction.note(.kernel, commandLine.withoutToken)
            guard commandLine["ingot.server"] != nil, commandLine["ingot.token"] != nil else {
                return [note] + halt("the kernel was given no ingot.server or no ingot.token")
            }
            state = .dhcp(.agent)
            return [note, .start(.dhcp(.agent))]
        case .exit(let status):
            // UEFI's boot manager goes on to the next entry only after a failure (UEFI 2.10 section 3.1.2).
            if status == 0, settings.firmware.kind == .uefi {
                return halt("in the boot manager's menu: iPXE left with success")
            }
            return nextDevice(because: "network: iPXE left with status \(status)")
        case .localDisk:
            state = .booting
            remaining = []
            return [.note(.boot, "disk, by iPXE"), .start(.checkDisk)]
        case .reboot:
            return [.note(.reset, "by iPXE")] + selfTest()
        case .powerOff:
            state = .off
            return [.powerDown, .note(.powerOff, "by iPXE")]
        case .failed(let reason):
            return nextDevice(because: "network: iPXE: \(reason)")
        }
    }

    private mutating func halt(_ reason: String) -> [MachineAction] {
        state = .halted(reason)
        return [.note(.halted, reason)]
    }
}
