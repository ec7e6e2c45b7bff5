// SPDX-License-Identifier: Apache-2.0
public import PXE

/// What the PXE server shall answer each machine: a pure function of machine, job and layers.
public enum BootPlanner {
    /// The directive for one machine.
    ///
    /// | machine | directive |
    /// |---|---|
    /// | on hold | local boot: whatever it runs keeps its address, and nothing new begins |
    /// | being installed, network boot ordered, no agent let in yet | install, with the job's token |
    /// | everything else | local boot |
    ///
    /// With layer (c) switched off (tests only) a machine with an instance is always answered with install.
    public static func directive(machine: Machine, job: Job?, layers: Layers, site: Site) -> BootDirective {
        guard !machine.hold, let job, job.kind == .deploy, let rendered = job.facts.rendered else { return .local }
        let open: Bool =
            switch job.step {
            case .bootNetwork, .powerOn, .awaitNetworkBoot, .awaitBegin: !job.state.isOver
            default: false
            }
        guard open || !layers.localBootAnswer else { return .local }
        guard let kernel = site.file(rendered.kernel), let initrd = site.file(rendered.initrd) else { return .local }
        return .install(
            InstallBoot(
                token: job.facts.token ?? "burned-\(machine.mac.value)", kernel: kernel, initrd: initrd,
                commandLine: rendered.commandLine))
    }
}
