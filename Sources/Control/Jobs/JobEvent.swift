// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host

/// Something that happened to a job. Everything that is random or timed comes in through here or `now`.
public enum JobEvent: Codable, Sendable, Equatable {
    /// The order was accepted. The tokens are fresh random words.
    case start(token: String, helloToken: String)
    /// The process came back: what was planned is done again, checked first.
    case resume
    /// A planned effect ended.
    case outcome(effect: Int, EffectOutcome)
    /// Something was seen on the deployment network.
    case observed(Observation)
    /// The time of the step with this serial is up.
    case deadline(serial: Int)
    /// A person says that what this serial waits for is done.
    case confirmed(serial: Int)
    case abort
    case retry(token: String, helloToken: String)
}

/// How an effect ended.
public enum EffectOutcome: Codable, Sendable, Equatable {
    case done
    case power(PowerState)
    case inventory([JSONValue])
    case boot(BootSetting)
    case rendered(RenderedBoot)
    /// No driver can do it: a person has to, who is told this.
    case needsPerson(hint: String)
    case failed(EffectFailure)
}

/// Why an effect did not succeed.
public struct EffectFailure: Codable, Sendable, Equatable {
    /// A stable word, e.g. `bmc.unreachable`.
    public var code: String
    public var message: String
    /// Whether the same call may work later.
    public var retryable: Bool
    /// The driver can never do this for this machine.
    public var unsupported: Bool
    /// Seconds the device asked to wait.
    public var retryAfter: Double?
    /// The drivers that were tried, when there were any.
    public var attempts: [DriverAttempt]?

    /// A failure with its parts.
    public init(
        code: String, message: String, retryable: Bool, unsupported: Bool = false, retryAfter: Double? = nil,
        attempts: [DriverAttempt]? = nil
    ) {
        self.code = code
        self.message = message
        self.retryable = retryable
        self.unsupported = unsupported
        self.retryAfter = retryAfter
        self.attempts = attempts
    }
}

/// What the PXE server or the agent saw of the machine: the evidence that counts.
public enum Observation: Codable, Sendable, Equatable {
    /// The firmware or the network program was answered with the install boot.
    case networkBoot(String)
    /// The PXE server answered with local boot.
    case localBoot(String)
    /// A DHCP client that is no boot firmware got its address.
    case systemAddress
    /// The agent started and told what it found.
    case agentStarted(bootID: String)
    /// The agent asks to begin; `token` is the one it holds.
    case agentBegan(bootID: String, token: String)
    case agentProgress(bootID: String, phase: String, permille: Int)
    case agentCompleted(bootID: String, sha256: String, disk: String)
    case agentFailed(bootID: String, code: String, reason: String)
    /// The installed system greeted with its one-time token.
    case hello

    /// What was seen, for the log.
    var text: String {
        switch self {
        case .networkBoot(let what): "answered install: \(what)"
        case .localBoot(let what): "answered local boot to \(what)"
        case .systemAddress: "an operating system got its address"
        case .agentStarted: "the agent started"
        case .agentBegan: "the agent asks to begin"
        case .agentProgress: "the agent writes"
        case .agentCompleted: "the agent completed"
        case .agentFailed(_, let code, _): "the agent failed: \(code)"
        case .hello: "the installed system greeted"
        }
    }

    /// Not worth a journal entry of its own: lost at a crash and told again soon.
    public var isVolatile: Bool {
        if case .agentProgress = self { true } else { false }
    }
}
