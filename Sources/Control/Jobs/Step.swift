// SPDX-License-Identifier: Apache-2.0
public import Host

/// One idempotent part of a job. The properties below are the step table.
public enum Step: String, Codable, Sendable, CaseIterable {
    case probe
    case checkPower = "check-power"
    case readInventory = "read-inventory"
    case render
    case powerOff = "power-off"
    case bootNetwork = "boot-network"
    case powerOn = "power-on"
    case awaitNetworkBoot = "await-network-boot"
    case awaitBegin = "await-begin"
    case install
    case bootDisk = "boot-disk"
    case awaitFirstBoot = "await-first-boot"
    case signal
    case awaitOff = "await-off"
    case setBoot = "set-boot"
    case clearBoot = "clear-boot"

    /// The phase people follow.
    public var phase: String {
        switch self {
        case .probe, .checkPower, .readInventory, .render: "preparing"
        case .powerOff, .bootNetwork, .powerOn, .awaitNetworkBoot, .awaitBegin: "booting"
        case .install: "installing"
        case .bootDisk, .awaitFirstBoot: "finishing"
        case .signal, .awaitOff, .setBoot, .clearBoot: "controlling"
        }
    }

    /// What the step is about, as the object of "waiting for".
    public var waitsFor: String {
        switch self {
        case .probe: "the BMC to say what it can do"
        case .checkPower: "the BMC to tell the power state"
        case .readInventory: "the BMC to tell its inventory"
        case .render: "the installer plugin"
        case .powerOff: "the machine to be off"
        case .bootNetwork: "the BMC to keep network boot (once)"
        case .powerOn: "the machine to be on"
        case .awaitNetworkBoot: "the firmware to ask for its network boot"
        case .awaitBegin: "the agent to start"
        case .install: "the agent to write the image"
        case .bootDisk: "the BMC to keep disk boot (persistent)"
        case .awaitFirstBoot: "the first boot from disk"
        case .signal: "the BMC to take the power action"
        case .awaitOff: "the operating system to power off"
        case .setBoot: "the BMC to keep the boot device"
        case .clearBoot: "the BMC to keep disk boot"
        }
    }

    /// How long the step may take.
    public func limit(_ timeouts: Timeouts) -> Double {
        switch self {
        case .render: timeouts.render
        case .awaitNetworkBoot: timeouts.networkBoot
        case .awaitBegin: timeouts.agentStart
        case .install: timeouts.agentSilence
        case .awaitFirstBoot: timeouts.firstBoot
        case .awaitOff: timeouts.softOff
        default: timeouts.bmc
        }
    }

    /// The effect done on entering the step; nil for a step that waits to be told.
    public func effect(_ job: Job, layers: Layers) -> Effect? {
        switch (self, job.order) {
        case (.probe, _): .probe
        case (.checkPower, _): .readPower
        case (.readInventory, _): .readInventory
        case (.render, _): .render
        case (.powerOff, _): .ensurePower(on: false)
        case (.powerOn, _): .ensurePower(on: true)
        case (.bootNetwork, .deploy(_, let mode)):
            .setBoot(BootSetting(target: .pxe, persistent: !layers.oneTimeNetworkBoot, mode: mode))
        case (.bootDisk, .deploy(_, let mode)):
            layers.persistentDiskBoot
                ? .setBoot(BootSetting(target: .disk, persistent: true, mode: mode)) : .nothing
        case (.clearBoot, _): .setBoot(BootSetting(target: .disk, persistent: true, mode: nil))
        case (.signal, .power(let action)): .signal(action)
        case (.awaitOff, _): .awaitOff
        case (.setBoot, .boot(let setting)): .setBoot(setting)
        default: nil
        }
    }
}

/// One thing done to the outside world.
public enum Effect: Codable, Sendable, Equatable {
    case probe
    case readPower
    case readInventory
    case render
    /// Reads the state and acts only when it differs, so that doing it again is never a second toggle.
    case ensurePower(on: Bool)
    /// Sets and reads back.
    case setBoot(BootSetting)
    /// A reset or a press of the button: never repeated when its outcome is unknown.
    case signal(PowerAction)
    /// Reads until the machine is off.
    case awaitOff
    case nothing

    /// Whether doing it again after an unknown outcome is safe.
    public var isRepeatable: Bool {
        if case .signal = self { false } else { true }
    }
}

/// How long each kind of step may take, in seconds.
public struct Timeouts: Codable, Sendable, Equatable {
    /// The members' names in a configuration.
    public static let names = CodingKeys.allCases.map(\.rawValue)

    /// The members by name, in seconds.
    public var all: [(name: String, seconds: Double)] {
        Array(
            zip(
                Self.names,
                [bmc, call, render, networkBoot, agentStart, agentSilence, firstBoot, softOff, person, capabilities])
        )
        .map { (name: $0.0, seconds: $0.1) }
    }

    /// A BMC may be away this long before a job gives up on it.
    public var bmc = 300.0
    /// One driver call.
    public var call = 30.0
    public var render = 60.0
    public var networkBoot = 600.0
    public var agentStart = 600.0
    /// The agent may be silent this long while it writes.
    public var agentSilence = 600.0
    public var firstBoot = 900.0
    public var softOff = 300.0
    /// A person may take this long to press a button and say so.
    public var person = 86_400.0
    /// What a driver told about a machine holds this long.
    public var capabilities = 900.0

    enum CodingKeys: String, CodingKey, CaseIterable {
        case bmc, call, render
        case networkBoot = "network_boot"
        case agentStart = "agent_start"
        case agentSilence = "agent_silence"
        case firstBoot = "first_boot"
        case softOff = "soft_off"
        case person
        case capabilities
    }

    /// The defaults.
    public init() {}

    /// Decodes; an absent member keeps its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bmc = try container.decodeIfPresent(Double.self, forKey: .bmc) ?? bmc
        call = try container.decodeIfPresent(Double.self, forKey: .call) ?? call
        render = try container.decodeIfPresent(Double.self, forKey: .render) ?? render
        networkBoot = try container.decodeIfPresent(Double.self, forKey: .networkBoot) ?? networkBoot
        agentStart = try container.decodeIfPresent(Double.self, forKey: .agentStart) ?? agentStart
        agentSilence = try container.decodeIfPresent(Double.self, forKey: .agentSilence) ?? agentSilence
        firstBoot = try container.decodeIfPresent(Double.self, forKey: .firstBoot) ?? firstBoot
        softOff = try container.decodeIfPresent(Double.self, forKey: .softOff) ?? softOff
        person = try container.decodeIfPresent(Double.self, forKey: .person) ?? person
        capabilities = try container.decodeIfPresent(Double.self, forKey: .capabilities) ?? capabilities
    }
}

/// The four independent layers that keep an installed machine on its disk. All on, except in tests of one of them.
public struct Layers: Codable, Sendable, Equatable {
    /// The members' names in a configuration.
    public static let names = CodingKeys.allCases.map(\.rawValue)

    /// (a) The network boot is ordered for one boot only.
    public var oneTimeNetworkBoot = true
    /// (b) At completion disk boot is set persistently and read back.
    public var persistentDiskBoot = true
    /// (c) The PXE server answers a machine that is not being installed with local boot.
    public var localBootAnswer = true
    /// (d) An installer may begin only with a token that is valid now and was not used before.
    public var oneTimeToken = true

    enum CodingKeys: String, CodingKey, CaseIterable {
        case oneTimeNetworkBoot = "one_time_network_boot"
        case persistentDiskBoot = "persistent_disk_boot"
        case localBootAnswer = "local_boot_answer"
        case oneTimeToken = "one_time_token"
    }

    /// All on.
    public init() {}

    /// Decodes; an absent member stays on.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        oneTimeNetworkBoot = try container.decodeIfPresent(Bool.self, forKey: .oneTimeNetworkBoot) ?? true
        persistentDiskBoot = try container.decodeIfPresent(Bool.self, forKey: .persistentDiskBoot) ?? true
        localBootAnswer = try container.decodeIfPresent(Bool.self, forKey: .localBootAnswer) ?? true
        oneTimeToken = try container.decodeIfPresent(Bool.self, forKey: .oneTimeToken) ?? true
    }
}

/// What `step` goes by besides state and event.
public struct Policy: Codable, Sendable, Equatable {
    public var timeouts = Timeouts()
    public var layers = Layers()
    /// How often a network boot that was not seen is ordered again.
    public var bootAttempts = 2

    /// The defaults.
    public init() {}
}
