// SPDX-License-Identifier: Apache-2.0
import PXE
import Simulators
import Testing

/// The pure behaviour of a machine.
struct MachineCoreTests {
    private func core(
        _ order: [BootDevice] = [.network, .disk], firmware: FirmwareKind = .bios, ignores: Bool = false
    ) -> MachineCore {
        MachineCore(settings: .init(bootOrder: order, firmware: firmware, ignoresOverride: ignores))
    }

    /// Feeds inputs and returns the activities that were started.
    private func started(_ core: inout MachineCore, _ inputs: [MachineInput]) -> [Activity] {
        inputs.flatMap { core.handle($0) }.compactMap { if case .start(let activity) = $0 { activity } else { nil } }
    }

    private func lease(_ file: String?) -> MachineInput {
        .finished(.lease(BootLease(address: IPv4Address(127, 7, 0, 1), bootServer: .loopback, bootFile: file)))
    }

    @Test(arguments: [
        (BootOverride.none, [BootDevice.network, .disk], false, BootDevice.network),
        (.none, [.disk, .network], false, .disk),
        (.pxe, [.disk, .network], false, .network),
        (.disk, [.network, .disk], false, .disk),
        (.cdrom, [.disk, .network], false, .disk),
        (.pxe, [.disk, .network], true, .disk),
    ])
    func overrideDecidesTheFirstDevice(
        _ override: BootOverride, _ order: [BootDevice], _ ignores: Bool, _ expected: BootDevice
    ) {
        var core = core(order, ignores: ignores)
        let activities = started(&core, [.powerOn, .finished(.elapsed), .finished(.bootOverride(override))])
        #expect(activities.last == (expected == .network ? .dhcp(.firmware) : .checkDisk))
    }

    @Test func walksThroughAnInstallation() {
        var core = core()
        let commandLine = "a ingot.server=http://1 ingot.token=abc"
        let activities = started(
            &core,
            [
                .powerOn, .finished(.elapsed), .finished(.bootOverride(.pxe)), lease("undionly.kpxe"),
                .finished(.programLoaded), lease("http://s/script.ipxe"),
                .finished(.script(.kernel(commandLine: commandLine))), lease(nil), .finished(.agentReboots),
            ])
        #expect(
            activities == [
                .post, .readBootOverride, .dhcp(.firmware), .loadByTFTP(server: .loopback, name: "undionly.kpxe"),
                .dhcp(.ipxe), .runScript(url: "http://s/script.ipxe"), .dhcp(.agent),
                .runAgent(KernelCommandLine(commandLine)), .post,
            ])
    }

    @Test func leavingIPXEGoesOnToTheDisk() {
        var core = core()
        let inputs: [MachineInput] = [
            .powerOn, .finished(.elapsed), .finished(.bootOverride(.none)), lease("undionly.kpxe"),
            .finished(.programLoaded), lease("http://s/x"), .finished(.script(.exit(1))),
        ]
        #expect(started(&core, inputs).last == .checkDisk)
        #expect(started(&core, [.finished(.diskBootable(true))]) == [.runOS])
        #expect(core.state == .os)
    }

    @Test func leavingIPXEWithSuccessStopsUEFI() {
        var core = core(firmware: .uefi)
        let inputs: [MachineInput] = [
            .powerOn, .finished(.elapsed), .finished(.bootOverride(.none)), lease("ipxe.efi"),
            .finished(.programLoaded), lease("http://s/x"), .finished(.script(.exit(0))),
        ]
        _ = started(&core, inputs)
        guard case .halted = core.state else {
            Issue.record("state is \(core.state)")
            return
        }
    }

    @Test func withoutAnyDeviceItTriesAgain() {
        var core = core()
        let inputs: [MachineInput] = [
            .powerOn, .finished(.elapsed), .finished(.bootOverride(.none)), .finished(.failed("no offer")),
            .finished(.diskBootable(false)),
        ]
        #expect(started(&core, inputs).last == .waitBeforeRetry)
        #expect(core.state == .noBootDevice)
        #expect(started(&core, [.finished(.elapsed)]) == [.readBootOverride])
    }

    @Test(arguments: [MachineInput.powerOff, .reset])
    func powerActionsStopWhateverRuns(_ input: MachineInput) {
        var core = core()
        _ = started(&core, [.powerOn, .finished(.elapsed), .finished(.bootOverride(.none))])
        let actions = core.handle(input)
        #expect(actions.first == .stopActivity)
        #expect(core.state == (input == .reset ? .post : .off))
    }

    @Test func resultsThatComeAfterPowerOffDoNothing() {
        var core = core()
        _ = started(&core, [.powerOn, .powerOff])
        #expect(core.handle(.finished(.elapsed)).isEmpty)
        #expect(core.state == .off)
    }

    @Test func repeatedPowerOnDoesNotRestart() {
        var core = core()
        _ = core.handle(.powerOn)
        #expect(core.handle(.powerOn).isEmpty)
    }

    @Test func aKernelWithoutATokenHalts() {
        var core = core()
        let inputs: [MachineInput] = [
            .powerOn, .finished(.elapsed), .finished(.bootOverride(.none)), lease("undionly.kpxe"),
            .finished(.programLoaded), lease("http://s/x"),
            .finished(.script(.kernel(commandLine: "quiet"))),
        ]
        _ = started(&core, inputs)
        guard case .halted = core.state else {
            Issue.record("state is \(core.state)")
            return
        }
    }
}
