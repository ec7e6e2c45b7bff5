// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

@testable import Control

/// Lost, doubled, reordered and late callbacks in any order: never a second writer, never a job without an end.
@Suite("Reinstall loop, as a property")
struct ReinstallPropertyTests {
    @Test(arguments: 0..<40)
    func oneWriterPerTokenWhateverHappens(seed: Int) {
        var random = SplitMix(state: UInt64(seed) &* 0x9E37_79B9 &+ 1)
        for _ in 0..<250 {
            var play = Play()
            var granted: [String: Set<String>] = [:]
            var token = "T0"
            var late: [JobEvent] = []
            play.give(.start(token: token, helloToken: "H"))
            for round in 0..<120 {
                let event = randomEvent(&random, play: play, token: token, round: round)
                if case .retry(let fresh, _) = event, play.job.state == .failed || play.job.state == .aborted {
                    token = fresh
                }
                let before = play.job
                play.give(event)
                if Int.random(in: 0..<4, using: &random) == 0 { late.append(event) }
                if Int.random(in: 0..<3, using: &random) == 0, let old = late.randomElement(using: &random) {
                    // A retry is an operator's order, not a callback: it is not doubled.
                    if case .retry = old {} else { play.give(old) }
                }
                if play.job.step == .install, before.step != .install, let writer = play.job.facts.grantedBootID {
                    granted[token, default: []].insert(writer)
                }
                #expect(play.job.state.isOver || play.job.waitingFor != nil, "a live job always has a deadline")
            }
            for (_, writers) in granted { #expect(writers.count <= 1) }
        }
    }

    private func randomEvent(_ random: inout SplitMix, play: Play, token: String, round: Int) -> JobEvent {
        let boot = "B\(Int.random(in: 0..<3, using: &random))"
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return .resume
        case 1: return .abort
        case 2: return .retry(token: "T\(round)-\(UInt64.random(in: 0...UInt64.max, using: &random))", helloToken: "H")
        case 3: return .observed(.networkBoot("bios"))
        case 4: return .observed(.agentBegan(bootID: boot, token: token))
        case 5: return .observed(.agentBegan(bootID: boot, token: "T0"))
        case 6: return .observed(.agentCompleted(bootID: boot, sha256: "aa", disk: "vda"))
        case 7: return .observed(.localBoot("bios"))
        case 8: return .observed(.hello)
        case 9: return .observed(.agentFailed(bootID: boot, code: "x", reason: "y"))
        case 10: return .deadline(serial: play.job.serial)
        default:
            guard let pending = play.job.pending else { return .observed(.systemAddress) }
            let bad = Int.random(in: 0..<5, using: &random) == 0
            var copy = play
            copy.answer()
            if bad {
                return .outcome(
                    effect: pending.id, .failed(EffectFailure(code: "bmc.timeout", message: "t", retryable: true)))
            }
            switch pending.effect {
            case .setBoot(let setting): return .outcome(effect: pending.id, .boot(setting))
            case .ensurePower(let on): return .outcome(effect: pending.id, .power(on ? .on : .off))
            case .render:
                return .outcome(
                    effect: pending.id,
                    .rendered(RenderedBoot(kernel: "k", initrd: "i", commandLine: "", answers: [:])))
            default: return .outcome(effect: pending.id, .power(.off))
            }
        }
    }
}

/// SplitMix64: the same seed gives the same run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
