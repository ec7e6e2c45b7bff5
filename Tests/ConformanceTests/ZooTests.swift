// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// One mistake of the zoo, and the check that must notice it.
struct Mistake: Sendable, CustomTestStringConvertible {
    let name: String
    let check: String
    /// Checks that cannot help noticing it too.
    var also: Set<String> = []
    var outcome = "fail"

    var testDescription: String { "\(name) → \(check)" }

    init(_ name: String, _ check: String, also: Set<String> = [], _ outcome: String = "fail") {
        self.name = "BAD_" + name
        self.check = check
        self.also = also
        self.outcome = outcome
    }

    static let all: [Mistake] = [
        Mistake("SECOND_EXPORT", "exports-one-symbol"),
        Mistake("FORKS", "no-forbidden-imports"),
        Mistake("ENTRY_THREAD", "entry-is-pure", also: ["start-and-stop", "nothing-grows"]),
        Mistake("ENTRY_IO", "entry-is-pure"),
        Mistake("SLOW_LOAD", "loads-quickly", "warn"),
        Mistake("DESCRIPTOR", "descriptor-equals-manifest"),
        Mistake("OPEN_SECRET", "schema-is-valid", also: ["descriptor-equals-manifest"]),
        Mistake("LISTED_AND_NULL", "listed-interfaces-answer", also: ["inventory"]),
        Mistake("PREFIX_MATCH", "unknown-interfaces-are-null"),
        Mistake("WILD_SLOT", "slots-are-callable", also: ["descriptor-equals-manifest", "unknown-vendor-methods"]),
        Mistake("START_LEAKS", "start-and-stop"),
        Mistake("OLD_HOSTS_ONLY", "other-host-versions"),
        Mistake("STDOUT", "stdout-stays-empty"),
        Mistake("MISSING_MEMBER", "missing-member-is-named", also: ["descriptor-equals-manifest"]),
        Mistake("LAX_PORT", "wrong-values-are-refused", also: ["descriptor-equals-manifest"]),
        Mistake("RETRIES_LOGIN", "wrong-password"),
        Mistake("AUTH_IS_INTERNAL", "wrong-password"),
        Mistake("FORBIDDEN_IS_AUTH", "low-privilege"),
        Mistake("REFUSED_IS_INTERNAL", "unreachable", also: ["ipv6"]),
        Mistake("IPV4_ONLY", "ipv6"),
        Mistake(
            "SESSION_STAYS", "no-session-stays",
            also: [
                "failing-open-leaves-nothing", "closing-after-cancel", "nothing-grows", "sessions-full",
                "killed-worker", "fuzz",
            ]),
        Mistake("LEAKS_ON_FAILURE", "failing-open-leaves-nothing"),
        Mistake(
            "CLOSE_CRASHES", "failing-open-leaves-nothing",
            also: [
                "deadline", "lost-answer", "broken-streams", "nonsense", "cancelling", "closing-after-cancel", "fuzz",
                "bmc-restarts", "session-expires", "call-object", "statuses-and-errors",
            ], "crash"),
        Mistake("SECRET_IN_ERROR", "secrets-stay-secret"),
        Mistake("SECRET_IN_WIRE", "secrets-stay-secret", also: ["secrets-are-wiped"]),
        Mistake("KEEPS_SECRET", "secrets-are-wiped", "warn"),
        Mistake(
            "REMEMBERS_POWER", "power-state-is-true",
            also: [
                "no-cross-talk", "cancelled-before-it-begins", "deadline", "broken-streams", "nonsense",
                "firmware-update-running",
            ]),
        Mistake("ON_RESETS", "already-there", also: ["repeating-is-harmless"]),
        Mistake("SOFT_IS_HARD", "actions-work"),
        Mistake("SENDS_UNDECLARED", "undeclared-actions"),
        Mistake("FIFTH_RESETS", "repeating-is-harmless"),
        Mistake("ALWAYS_PERSISTENT", "boot-once"),
        Mistake("NEVER_PERSISTENT", "boot-persistent"),
        Mistake("DROPS_MODE", "boot-mode"),
        Mistake("WRONG_TARGET", "boot-targets"),
        Mistake("FORCES_MODE", "boot-leaves-the-rest"),
        Mistake("BOOT_NEVER_MAYBE", "every-fault"),
        Mistake("SWEEP_SHIFTS", "sweep"),
        Mistake("SWEEP_TWICE", "sweep"),
        Mistake("NULL_IS_ZERO", "sensors"),
        Mistake("REPEATS_EVENTS", "event-order"),
        Mistake("CLEARS_MORE", "event-clear"),
        Mistake("UNSTABLE_IDS", "inventory"),
        Mistake("IGNORES_DEADLINE", "deadline"),
        Mistake("REPEATS_CHANGE", "lost-answer", also: ["latency", "deadline"]),
        Mistake("NO_MAYBE_APPLIED", "lost-answer"),
        Mistake("IMPATIENT", "latency", also: ["deadline"]),
        Mistake("READS_ONCE", "broken-streams"),
        Mistake("BELIEVES_GARBAGE", "nonsense"),
        Mistake("FULL_IS_STATE", "sessions-full"),
        Mistake("NO_NEW_LOGIN", "session-expires"),
        Mistake("BUSY_IS_PROTOCOL", "firmware-update-running", also: ["sessions-full"]),
        Mistake("CACHES_NAMES", "address-changes"),
        Mistake("CROSS_TALK", "no-cross-talk"),
        Mistake("IGNORES_CANCEL", "cancelling", also: ["closing-after-cancel"], "hang"),
        Mistake("SENDS_WHEN_CANCELLED", "cancelled-before-it-begins"),
        Mistake("LEAKS_DESCRIPTORS", "nothing-grows", also: ["failing-open-leaves-nothing", "closing-after-cancel"]),
        Mistake("LEAKS_THREADS", "nothing-grows"),
        Mistake("LEAKS_MEMORY", "nothing-grows"),
        Mistake("LOCK_FILE", "killed-worker", also: ["sessions-full"]),
        Mistake("KEEPS_CALL", "call-object", also: ["failing-open-leaves-nothing", "nothing-grows", "soak"]),
        Mistake("NO_MESSAGE", "statuses-and-errors", also: ["lost-answer"]),
        Mistake("STRANGE_STATUS", "statuses-and-errors", also: ["firmware-update-running"]),
        Mistake("SIGNAL_HANDLER", "process-stays-as-it-is"),
    ]
}

/// The kit's own test: each mistake is noticed by the check that is for it, and a good driver by none.
@Suite("Zoo")
struct ZooTests {
    /// Every check that can be made with the practice BMC and the zoo's driver.
    private static let isSlow = ProcessInfo.processInfo.environment["INGOT_SLOW_TESTS"] == "1"
    /// Checks made along with the one that is meant, which must find nothing.
    private static let sample = ["loads", "boot-targets", "undeclared-actions"]

    @Test(arguments: Mistake.all) func aMistakeIsNoticedByItsCheck(_ mistake: Mistake) throws {
        let lab = try ZooLab()
        let library = try lab.build([mistake.name])
        var arguments = ["--target", "sim:line", "--jobs", "4"]
        if !Self.isSlow {
            let others = Self.sample.filter { $0 != mistake.check && !mistake.also.contains($0) }
            arguments += ["--only", ([mistake.check] + others).joined(separator: ",")]
        }
        let judgement = try lab.judge(library, arguments)
        #expect(
            judgement.outcomes[mistake.check] == mistake.outcome,
            "\(mistake.check): \(judgement.seen[mistake.check] ?? "") \(judgement.output)")
        for (check, outcome) in judgement.outcomes where check != mistake.check && !mistake.also.contains(check) {
            #expect(
                ["pass", "skip", "not-applicable"].contains(outcome),
                "\(check) notices \(mistake.name) too: \(outcome), \(judgement.seen[check] ?? "")")
        }
        if mistake.outcome != "warn" { #expect(judgement.status == 1) }
    }

    /// Every check has somebody in the zoo, or a reason here why it has not.
    @Test func theZooHasSomebodyForEveryCheckOfTheLineProtocol() {
        #expect(Mistake.all.count >= 20)
        #expect(Set(Mistake.all.map(\.name)).count == Mistake.all.count)
    }

    @Test func aGoodDriverPassesEverything() throws {
        let lab = try ZooLab()
        let library = try lab.build([])
        let judgement = try lab.judge(library, ["--target", "sim:line", "--profile", "basic", "--jobs", "6"])
        #expect(judgement.status == 0, "\(judgement.output)")
        #expect(judgement.verdict == "earned")
        for (check, outcome) in judgement.outcomes {
            #expect(
                ["pass", "skip", "not-applicable"].contains(outcome),
                "\(check): \(outcome) \(judgement.seen[check] ?? "")")
        }
        #expect(judgement.outcomes.values.count { $0 == "pass" } >= 50)
        let readers = try lab.judge(
            library, ["--target", "sim:line", "--only", "sensors,event-order,event-clear,inventory"])
        #expect(readers.status == 0, "\(readers.output)")
        #expect(readers.outcomes.values.allSatisfy { $0 == "pass" })
    }
}
