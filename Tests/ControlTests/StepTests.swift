// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

@testable import Control

/// A deploy job played by hand, with a clock that only the test moves.
struct Play {
    var job: Job
    var policy = Policy()
    var now = Date(timeIntervalSince1970: 1_000_000)
    var changes: [Change] = []
    var messages: [String] = []

    init(_ order: Order = .deploy(imageSHA256: "aa", bootMode: .uefi)) {
        job = Job(id: "j", machine: "m", instance: "i", order: order, now: now)
    }

    @discardableResult
    mutating func give(_ event: JobEvent) -> StepResult {
        let result = step(job, event, policy: policy, now: now)
        job = result.job
        changes += result.changes
        if let message = result.message { messages.append(message) }
        return result
    }

    /// Answers the pending effect the way sound hardware would.
    mutating func answer() {
        guard let pending = job.pending else { return }
        let outcome: EffectOutcome =
            switch pending.effect {
            case .readPower: .power(.off)
            case .ensurePower(let on): .power(on ? .on : .off)
            case .setBoot(let setting): .boot(setting)
            case .render: .rendered(RenderedBoot(kernel: "k", initrd: "i", commandLine: "", answers: ["plan": "p"]))
            case .signal: .power(.on)
            case .awaitOff: .power(.off)
            case .readInventory: .inventory([])
            case .probe, .nothing: .done
            }
        give(.outcome(effect: pending.id, outcome))
    }

    mutating func run(to step: Step) {
        give(.start(token: "T", helloToken: "H"))
        var rounds = 0
        while job.step != step, rounds < 50 {
            rounds += 1
            if job.pending != nil {
                answer()
                continue
            }
            switch job.step {
            case .awaitNetworkBoot: give(.observed(.networkBoot("bios")))
            case .awaitBegin: give(.observed(.agentBegan(bootID: "B", token: "T")))
            case .install: give(.observed(.agentCompleted(bootID: "B", sha256: "aa", disk: "vda")))
            default: return
            }
        }
    }
}

@Suite("Job steps")
struct StepTests {
    @Test func deploymentGoesThroughItsSteps() {
        var play = Play()
        play.run(to: .awaitFirstBoot)
        #expect(play.job.step == .awaitFirstBoot)
        play.give(.observed(.hello))
        #expect(play.job.state == .succeeded)
        #expect(play.job.facts.token == nil)
        #expect(play.changes.contains(.bootVerdict(.verified)))
        #expect(play.changes.contains(.instanceState(.deployed)))
    }

    @Test func networkBootIsOrderedOnceAndDiskBootPersistently() {
        var play = Play()
        play.run(to: .bootNetwork)
        #expect(play.job.pending?.effect == .setBoot(BootSetting(target: .pxe, persistent: false, mode: .uefi)))
        play = Play()
        play.run(to: .bootDisk)
        #expect(play.job.pending?.effect == .setBoot(BootSetting(target: .disk, persistent: true, mode: .uefi)))
    }

    @Test func beginIsGrantedToOneBootOnly() {
        var play = Play()
        play.run(to: .awaitBegin)
        play.give(.observed(.agentBegan(bootID: "B1", token: "wrong")))
        #expect(play.job.facts.grantedBootID == nil)
        play.give(.observed(.agentBegan(bootID: "B1", token: "T")))
        #expect(play.job.step == .install)
        play.give(.observed(.agentBegan(bootID: "B2", token: "T")))
        #expect(play.job.facts.grantedBootID == "B1")
        play.give(.observed(.agentCompleted(bootID: "B2", sha256: "aa", disk: "vda")))
        #expect(play.job.step == .install)
    }

    @Test func wrongDigestFailsTheJob() {
        var play = Play()
        play.run(to: .install)
        play.give(.observed(.agentCompleted(bootID: "B", sha256: "bb", disk: "vda")))
        #expect(play.job.state == .failed)
        #expect(play.job.failure?.code == "image.digest")
        #expect(play.changes.contains(.instanceState(.failed)))
    }

    @Test func retryableFailureIsTriedAgainUntilTheDeadline() throws {
        var play = Play()
        play.give(.start(token: "T", helloToken: "H"))
        let away = EffectFailure(code: "bmc.unreachable", message: "no route", retryable: true)
        var tries = 0
        while !play.job.state.isOver, tries < 1000 {
            tries += 1
            let pending = try #require(play.job.pending)
            if let notBefore = pending.notBefore { play.now = max(play.now, notBefore) }
            play.give(.outcome(effect: pending.id, .failed(away)))
        }
        #expect(play.job.state == .failed)
        #expect(play.job.failure?.code == "bmc.unreachable")
        #expect(tries > 5 && tries < 100)
    }

    @Test func refusedCredentialsFailAtOnce() throws {
        var play = Play()
        play.give(.start(token: "T", helloToken: "H"))
        let id = try #require(play.job.pending?.id)
        play.give(.outcome(effect: id, .failed(EffectFailure(code: "bmc.auth", message: "no", retryable: false))))
        #expect(play.job.failure?.code == "bmc.auth")
    }

    @Test func bootDeviceThatIsNotKeptIsALie() throws {
        var play = Play()
        play.run(to: .bootNetwork)
        for _ in 0..<4 {
            let id = try #require(play.job.pending?.id)
            play.give(.outcome(effect: id, .boot(BootSetting(target: .disk, persistent: false, mode: nil))))
        }
        #expect(play.job.state == .failed)
        #expect(play.job.failure?.code == "boot.not-kept")
        #expect(play.changes.contains(.bootVerdict(.lied)))
    }

    @Test func unseenNetworkBootIsOrderedAgainThenFails() {
        var play = Play()
        play.run(to: .awaitNetworkBoot)
        play.now += 601
        play.give(.deadline(serial: play.job.serial))
        #expect(play.job.step == .powerOff)
        while play.job.pending != nil { play.answer() }
        play.now += 601
        play.give(.deadline(serial: play.job.serial))
        #expect(play.job.failure?.code == "boot.not-seen")
    }

    @Test func silentFirstBootEndsUnverified() {
        var play = Play()
        play.run(to: .awaitFirstBoot)
        play.now += 901
        play.give(.deadline(serial: play.job.serial))
        #expect(play.job.state == .succeeded)
        #expect(play.changes.contains(.bootVerdict(.unverified)))
    }

    @Test func retryAfterTheImageWasWrittenDoesNotWriteAgain() throws {
        var play = Play()
        play.run(to: .bootDisk)
        let id = try #require(play.job.pending?.id)
        play.give(.outcome(effect: id, .failed(EffectFailure(code: "bmc.auth", message: "no", retryable: false))))
        #expect(play.job.state == .failed)
        play.give(.retry(token: "T2", helloToken: "H2"))
        #expect(play.job.step == .bootDisk)
        #expect(play.job.facts.token == nil, "nobody can begin again")
        play.answer()
        play.give(.observed(.hello))
        #expect(play.job.state == .succeeded)
    }

    @Test func aLateGreetingSettlesTheVerdictOnce() {
        var play = Play()
        play.run(to: .awaitFirstBoot)
        play.now += 901
        play.give(.deadline(serial: play.job.serial))
        play.changes = []
        play.give(.observed(.hello))
        #expect(play.changes == [.bootVerdict(.verified)])
        #expect(play.job.state == .succeeded)
        #expect(play.give(.observed(.hello)).message == nil)
    }

    @Test func earlyDeadlineAndForeignSerialAreIgnored() {
        var play = Play()
        play.run(to: .awaitNetworkBoot)
        #expect(play.give(.deadline(serial: play.job.serial)).message == nil)
        play.now += 10_000
        #expect(play.give(.deadline(serial: play.job.serial - 1)).message == nil)
    }

    @Test func resumeRepeatsIdempotentEffectsUnderANewNumber() throws {
        var play = Play()
        play.run(to: .powerOn)
        let old = try #require(play.job.pending)
        play.give(.resume)
        let new = try #require(play.job.pending)
        #expect(new.effect == old.effect)
        #expect(new.id != old.id)
        play.give(.outcome(effect: old.id, .power(.on)))
        #expect(play.job.step == .powerOn)
    }

    @Test func resetIsNeverRepeated() {
        var play = Play(.power(.reset))
        play.give(.start(token: "", helloToken: ""))
        #expect(play.job.step == .signal)
        play.give(.resume)
        #expect(play.job.state == .failed)
        #expect(play.job.failure?.code == "maybe-applied")
    }

    @Test func networkBootSeenBeforePowerOnReturned() {
        var play = Play()
        play.run(to: .powerOn)
        play.give(.observed(.networkBoot("bios")))
        play.answer()
        #expect(play.job.step == .awaitBegin)
    }

    @Test func progressKeepsTheDeadlineAway() {
        var play = Play()
        play.run(to: .install)
        play.now += 500
        play.give(.observed(.agentProgress(bootID: "B", phase: "writing", permille: 5000)))
        #expect(play.job.permille == 1000)
        play.now += 500
        #expect(play.give(.deadline(serial: play.job.serial)).message == nil)
    }

    @Test func forcedReleaseGoesOnWithoutTheBMC() throws {
        var play = Play(.release(force: true))
        play.give(.start(token: "", helloToken: ""))
        for _ in 0..<2 {
            let id = try #require(play.job.pending?.id)
            play.give(
                .outcome(effect: id, .failed(EffectFailure(code: "bmc.timeout", message: "dead", retryable: true))))
        }
        #expect(play.job.state == .succeeded)
        #expect(play.changes.contains(.instanceRemoved))
    }

    @Test func everyStepHasAPhaseALimitAndAWay() {
        for step in Step.allCases {
            #expect(!step.phase.isEmpty && !step.waitsFor.isEmpty)
            #expect(step.limit(Timeouts()) > 0)
        }
        let orders: [Order] = [
            .deploy(imageSHA256: "", bootMode: nil), .power(.on), .power(.off), .power(.cycle), .power(.reset),
            .power(.softOff), .boot(BootSetting(target: .pxe, persistent: false, mode: nil)), .inspect,
            .release(force: false),
        ]
        for order in orders {
            #expect(!order.steps.isEmpty)
            #expect(
                Set(order.steps).count == order.steps.count, "a step is there once, so that `advance` finds its way")
        }
    }
}
