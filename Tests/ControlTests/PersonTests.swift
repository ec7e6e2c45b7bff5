// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

@testable import Control

/// Steps that wait for a person at the machine.
@Suite("A person at the machine")
struct PersonTests {
    /// A machine that nothing controls: its state is unknown and its boot order is not managed.
    private struct ManualPlay {
        var play: Play

        init(_ order: Order = .deploy(imageSHA256: "aa", bootMode: .uefi)) {
            play = Play(order)
            play.give(.start(token: "T", helloToken: "H"))
            go()
        }

        var job: Job { play.job }
        var asked: PersonTask? { job.waitingFor?.person }

        /// Answers what such a machine's driver can, until the job waits.
        mutating func go() {
            while let pending = job.pending {
                let outcome: EffectOutcome =
                    switch pending.effect {
                    case .readPower: .power(.unknown)
                    case .ensurePower: .needsPerson(hint: "label A7, rack 4")
                    case .setBoot:
                        .failed(
                            EffectFailure(
                                code: "bmc.unsupported", message: "no boot", retryable: false, unsupported: true))
                    case .render:
                        .rendered(
                            RenderedBoot(kernel: "k", initrd: "i", commandLine: "", answers: ["plan": "p"]))
                    default: .done
                    }
                play.give(.outcome(effect: pending.id, outcome))
            }
        }

        mutating func confirm() {
            play.give(.confirmed(serial: job.serial))
            go()
        }
    }

    @Test func aDeploymentWaitsForBothButtons() {
        var manual = ManualPlay()
        #expect(manual.job.step == .powerOff && manual.job.state == .waiting && manual.asked == .switchOff)
        #expect(manual.job.waitingFor?.what == "a person to switch off m (label A7, rack 4)")
        #expect(manual.play.messages.last?.contains("ingot machine confirm m") == true)
        let old = manual.job.serial
        manual.confirm()
        #expect(manual.job.step == .powerOn && manual.asked == .switchOn)
        manual.play.give(.confirmed(serial: old))
        #expect(manual.job.step == .powerOn, "the same confirmation again is not the next one")
        manual.confirm()
        #expect(manual.job.step == .awaitNetworkBoot && manual.asked == nil)
        manual.play.give(.observed(.networkBoot("bios")))
        manual.play.give(.observed(.agentBegan(bootID: "B", token: "T")))
        manual.play.give(.observed(.agentCompleted(bootID: "B", sha256: "aa", disk: "vda")))
        manual.go()
        manual.play.give(.observed(.hello))
        #expect(manual.job.state == .succeeded)
    }

    @Test func theNetworkSpeaksForThePersonWhoSwitchedOn() {
        for evidence in [Observation.networkBoot("bios"), .agentStarted(bootID: "B")] {
            var manual = ManualPlay()
            manual.play.give(.observed(evidence))
            #expect(manual.job.step == .powerOff, "a boot says nothing of the machine having been off")
            manual.confirm()
            #expect(manual.asked == .switchOn)
            manual.play.give(.observed(evidence))
            #expect(manual.job.step == .awaitBegin && manual.asked == nil)
        }
        var manual = ManualPlay()
        manual.confirm()
        manual.play.give(.observed(.agentBegan(bootID: "B", token: "T")))
        #expect(manual.job.step == .install)
    }

    @Test func nobodyComes() throws {
        var manual = ManualPlay()
        let deadline = try #require(manual.job.waitingFor?.deadline)
        #expect(deadline == manual.play.now.addingTimeInterval(86_400))
        manual.play.give(.deadline(serial: manual.job.serial))
        #expect(!manual.job.state.isOver)
        manual.play.now = deadline
        manual.play.give(.deadline(serial: manual.job.serial))
        #expect(manual.job.state == .failed && manual.job.failure?.code == "person.not-confirmed")
    }

    @Test func aRestartChangesNothing() throws {
        var manual = ManualPlay()
        let before = try #require(manual.job.waitingFor)
        let stored = try JSONDecoder().decode(Job.self, from: try JSONEncoder().encode(manual.job))
        manual.play.job = stored
        manual.play.give(.resume)
        manual.go()
        #expect(manual.job.step == .powerOff && manual.job.waitingFor == before && manual.job.pending == nil)
        manual.confirm()
        #expect(manual.asked == .switchOn)
    }

    @Test func aJobThatWaitsIsAborted() {
        var manual = ManualPlay()
        manual.play.give(.abort)
        #expect(manual.job.state == .aborted)
        manual.confirm()
        #expect(manual.job.state == .aborted)
    }

    @Test func cycleIsOffAndThenOn() {
        var manual = ManualPlay(.power(.cycle))
        #expect(manual.asked == .switchOff)
        manual.confirm()
        #expect(manual.asked == .switchOn)
        manual.confirm()
        #expect(manual.job.state == .succeeded)
        #expect(!manual.play.changes.contains(.machinePower(.on)), "nobody has read that it is on")
    }

    @Test func releaseByForceWaitsForNobody() {
        let manual = ManualPlay(.release(force: true))
        #expect(manual.job.state == .succeeded)
        #expect(manual.play.messages.contains { $0.contains("unconfirmed") })
    }

    @Test func onlyWhatWaitsForAPersonIsConfirmed() {
        var play = Play()
        play.run(to: .awaitNetworkBoot)
        let before = play.job
        play.give(.confirmed(serial: play.job.serial))
        #expect(play.job == before)
    }
}
