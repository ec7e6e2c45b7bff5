// SPDX-License-Identifier: Apache-2.0
public import BMCModel

/// What a board with PMON is like.
public struct PMONSettings: Sendable, Equatable {
    /// The target name that the banner shows.
    public var board = "Bonito3a3000_7a"
    /// Network interfaces, as `devls` shows them.
    public var interfaces = ["eth0", "eth1"]
    /// Disks, as `devls` shows them.
    public var disks = ["wd0"]
    /// Memory in MiB, as the banner tells it.
    public var memoryMiB = 512
    /// The firmware asks for it before it boots or gives a prompt; nil asks for none.
    public var userPassword: String?
    /// How long the firmware's steps take.
    public var timing = PMONTiming()
    /// Random bytes on the line when power comes on.
    public var powerOnGarbage = 24
    /// What goes wrong.
    public var faults = PMONFaults()
    /// What random decisions are made from: the same seed and the same input give the same output.
    public var seed: UInt64 = 0

    public init() {}
}

/// How long the steps of the firmware take.
public struct PMONTiming: Sendable, Equatable {
    /// From power to the banner.
    public var selfTest: Duration = .milliseconds(400)
    /// How long Del is waited for.
    public var setupWindow: Duration = .seconds(3)
    /// One step of the countdown.
    public var countdownStep: Duration = .seconds(1)

    public init() {}

    /// Short times, for tests that do not look at them.
    public static let quick: PMONTiming = {
        var timing = PMONTiming()
        timing.selfTest = .milliseconds(20)
        timing.setupWindow = .milliseconds(200)
        return timing
    }()
}

/// Trouble that a console with PMON behind it can make.
public struct PMONFaults: Sendable, Equatable {
    /// How long the firmware takes for each character that is typed; what its input buffer cannot hold meanwhile is lost.
    public var echoDelay: Duration = .zero
    /// How often a typed character is lost, 0 to 1.
    public var dropRate = 0.0
    /// How often a random byte comes before one that was printed, 0 to 1.
    public var noiseRate = 0.0
    /// The firmware stops for ever when it comes here.
    public var hangsAt: PMONStep?
    /// The line carries nothing, either way; the machine works.
    public var isSilent = false
    /// The firmware does not wait for keys: a system from disk is up when somebody looks.
    public var isPastWindow = false
    /// The firmware asks for a password, and none is right.
    public var asksPassword = false
    /// What is loaded is another file than the one that was asked for.
    public var loadsWrongFile = false
    /// Files are not there.
    public var findsNoFile = false

    public init() {}
}

extension PMONFaults {
    /// The faults of the scope `firmware`.
    public init(_ injector: FaultInjector) {
        echoDelay = injector.present("echo-slow")?.time() ?? .zero
        dropRate = injector.present("line-loss")?["rate"] ?? 0
        noiseRate = injector.present("line-noise")?["rate"] ?? 0
        if let step = injector.present("firmware-hang")?.whole("step"), PMONStep.allCases.indices.contains(step) {
            hangsAt = PMONStep.allCases[step]
        }
        isSilent = injector.present("line-silent") != nil
        isPastWindow = injector.present("firmware-past") != nil
        asksPassword = injector.present("firmware-password") != nil
        loadsWrongFile = injector.present("file-wrong") != nil
        findsNoFile = injector.present("file-missing") != nil
    }
}

/// Where the firmware is, for ``PMONFaults/hangsAt``.
public enum PMONStep: String, Sendable, CaseIterable {
    case selfTest = "self-test"
    case banner, countdown, prompt, load, initrd, start
}
