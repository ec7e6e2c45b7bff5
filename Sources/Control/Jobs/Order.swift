// SPDX-License-Identifier: Apache-2.0
public import Host

/// What somebody asked for, with everything needed to carry it out unchanged later.
public enum Order: Codable, Sendable, Equatable {
    /// Install `image` for `instance` on the machine.
    case deploy(imageSHA256: String, bootMode: BootMode?)
    case power(PowerAction)
    case boot(BootSetting)
    case inspect
    /// Take the instance away; `force` goes on without the BMC.
    case release(force: Bool)

    /// The kind of job that carries the order out.
    public var kind: JobKind {
        switch self {
        case .deploy: .deploy
        case .power: .power
        case .boot: .boot
        case .inspect: .inspect
        case .release: .release
        }
    }

    /// The steps, in order.
    public var steps: [Step] {
        switch self {
        case .deploy:
            [
                .checkPower, .render, .powerOff, .bootNetwork, .powerOn, .awaitNetworkBoot, .awaitBegin, .install,
                .bootDisk, .awaitFirstBoot,
            ]
        case .power(.on): [.powerOn]
        case .power(.off): [.powerOff]
        case .power(.cycle): [.powerOff, .powerOn]
        case .power(.softOff): [.signal, .awaitOff]
        case .power: [.signal]
        case .boot: [.setBoot]
        case .inspect: [.probe, .checkPower, .readInventory]
        case .release: [.powerOff, .clearBoot]
        }
    }
}

/// What a job has learnt or made on its way; kept with it so that a restart loses nothing.
public struct Facts: Codable, Sendable, Equatable {
    /// The one-time boot token of the present attempt; nil before the order started and after it was burned.
    public var token: String?
    /// The one-time token of the installed system's greeting.
    public var helloToken: String?
    /// The agent start that was allowed to write. At most one per token.
    public var grantedBootID: String?
    /// What the installer plugin rendered.
    public var rendered: RenderedBoot?
    /// How often the network boot was ordered.
    public var bootAttempts = 0
    /// Whether the firmware or network program was seen asking.
    public var networkBootSeen = false
    /// Whether the BMC's read-back matched the boot device that was set.
    public var bootReadBack: Bool?
    /// What the installer wrote to, as the agent named it.
    public var disk: String?
    /// The evidence for the first boot from disk.
    public var firstBoot: String?
    /// Whether the installed system greeted; its token is used up then.
    public var greeted = false

    /// Nothing known yet.
    public init() {}
}

/// What an installer plugin made of (image, machine, parameters): references and files, served against the token.
public struct RenderedBoot: Codable, Sendable, Equatable {
    /// `agent:kernel` or another reference that Control resolves to a file.
    public var kernel: String
    public var initrd: String
    public var commandLine: String
    /// File name → contents.
    public var answers: [String: String]

    /// A rendering with its parts.
    public init(kernel: String, initrd: String, commandLine: String, answers: [String: String]) {
        self.kernel = kernel
        self.initrd = initrd
        self.commandLine = commandLine
        self.answers = answers
    }
}
