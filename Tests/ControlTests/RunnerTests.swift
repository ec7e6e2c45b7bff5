// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Logging
import PXE
import Store
import Synchronization
import Testing

@testable import Control

/// Hardware that does what it is told and remembers it.
private final class FakeHardware: EffectPerformer {
    struct State {
        var performed: [Effect] = []
        var on = false
        var delay: Duration = .zero
    }
    let state = Mutex(State())

    func perform(_ effect: Effect, for job: Job) async -> EffectOutcome {
        let delay = state.withLock { $0.delay }
        if delay > .zero {
            do { try await Task.sleep(for: delay) } catch {
                return .failed(EffectFailure(code: "bmc.cancelled", message: "cancelled", retryable: true))
            }
        }
        return state.withLock { state in
            state.performed.append(effect)
            switch effect {
            case .readPower: return .power(state.on ? .on : .off)
            case .ensurePower(let on):
                state.on = on
                return .power(on ? .on : .off)
            case .setBoot(let setting): return .boot(setting)
            case .render:
                return .rendered(RenderedBoot(kernel: "k", initrd: "i", commandLine: "", answers: ["plan": "p"]))
            default: return .done
            }
        }
    }
}

/// A store, a runner and one machine with a deployment ordered.
private struct Bench {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-runner-\(UUID().uuidString)")
    let store: Store
    let hardware = FakeHardware()
    let runner: JobRunner
    let job: Job

    init() async throws {
        store = try Store(directory: directory)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        runner = JobRunner(
            store: store, performer: hardware, policy: Policy(), logger: logger, onChange: {})
        try await runner.start()
        let job = Job(
            id: "deploy-1", machine: "m", instance: "i", order: .deploy(imageSHA256: "aa", bootMode: nil), now: Date())
        self.job = job
        let machine = Machine(
            name: "m", drivers: [DriverBinding(driver: "d", config: [:])],
            mac: try #require(MACAddress("52:54:00:00:00:01")),
            address: try #require(IPv4Address("192.0.2.1")), firmware: nil, state: .available, power: nil, hold: false,
            instance: "i", job: job.id, failure: nil, inventory: nil, agentInventory: nil,
            bootVerdict: .unknown)
        let instance = Instance(
            name: "i", machine: "m", image: "img", imageSHA256: "aa", hostname: "h", sshKeys: [], networks: [],
            disk: DiskSelector(), userData: nil, console: nil, state: .deploying, job: job.id, created: Date(),
            deployed: nil)
        try await store.write { transaction in
            try transaction.put(machine)
            try transaction.put(instance)
            try transaction.put(job)
        }
    }

    func close() async {
        await runner.stop()
        try? store.close()
        try? FileManager.default.removeItem(at: directory)
    }

    func reach(_ step: Step) async throws -> Job {
        try await wait { try await runner.current(job.id)?.step == step }
        return try #require(try await runner.current(job.id))
    }

    func wait(_ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        while try await !condition() {
            guard ContinuousClock.now < end else {
                Issue.record("waited too long")
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

@Suite("Job runner")
struct RunnerTests {
    @Test func carriesADeploymentToItsEnd() async throws {
        let bench = try await Bench()
        await bench.runner.begin(bench.job.id)
        let waiting = try await bench.reach(.awaitNetworkBoot)
        let token = try #require(waiting.facts.token)
        #expect(await bench.runner.job(token: token)?.id == bench.job.id)
        #expect(await bench.runner.job(token: "other") == nil)
        try await bench.runner.submit(.observed(.networkBoot("bios")), to: bench.job.id)
        try await bench.runner.submit(.observed(.agentBegan(bootID: "B", token: token)), to: bench.job.id)
        try await bench.runner.submit(
            .observed(.agentCompleted(bootID: "B", sha256: "aa", disk: "vda")), to: bench.job.id)
        _ = try await bench.reach(.awaitFirstBoot)
        try await bench.runner.submit(.observed(.hello), to: bench.job.id)
        let (machine, instance, lines) = try await bench.store.read { transaction in
            (
                try transaction.get(Machine.self, "m"), try transaction.get(Instance.self, "i"),
                try transaction.journal(job: bench.job.id)
            )
        }
        #expect(machine?.state == .deployed && machine?.job == nil && machine?.bootVerdict == .verified)
        #expect(instance?.state == .deployed)
        #expect(lines.count >= 10)
        #expect(
            !lines.contains { String(decoding: $0.event, as: UTF8.self).contains(token) }, "no token in the journal")
        await bench.close()
    }

    @Test func holdStopsAtOnceAndLetsGoOn() async throws {
        let bench = try await Bench()
        bench.hardware.state.withLock { $0.delay = .seconds(30) }
        await bench.runner.begin(bench.job.id)
        await bench.runner.setHold(true, machine: "m")
        bench.hardware.state.withLock { $0.delay = .zero }
        try await Task.sleep(for: .milliseconds(100))
        #expect(bench.hardware.state.withLock { $0.performed.isEmpty })
        await bench.runner.setHold(false, machine: "m")
        _ = try await bench.reach(.awaitNetworkBoot)
        await bench.close()
    }

    @Test func fullDiskDelaysAndLosesNothing() async throws {
        let bench = try await Bench()
        bench.hardware.state.withLock { $0.delay = .milliseconds(300) }
        await bench.runner.begin(bench.job.id)
        let filler = try await bench.store.read { try $0.get(Instance.self, "i") }
        try await bench.store.limitPages(1)
        await #expect(throws: StoreError.self) {
            let big = String(repeating: "x", count: 500_000)
            try await bench.store.write { transaction in
                var copy = try #require(filler)
                copy.userData = big
                try transaction.put(copy)
            }
        }
        try await Task.sleep(for: .milliseconds(600))
        try await bench.store.limitPages(1_000_000)
        bench.hardware.state.withLock { $0.delay = .zero }
        _ = try await bench.reach(.awaitNetworkBoot)
        await bench.close()
    }

    @Test func aNewRunnerGoesOnWhereTheOldOneStopped() async throws {
        let bench = try await Bench()
        await bench.runner.begin(bench.job.id)
        let before = try await bench.reach(.awaitNetworkBoot)
        await bench.runner.stop()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let second = JobRunner(
            store: bench.store, performer: bench.hardware, policy: Policy(), logger: logger, onChange: {})
        try await second.load()
        let token = try #require(before.facts.token)
        #expect(await second.job(token: token) != nil, "an agent that asks before the start finds its job")
        try await second.start()
        let after = try #require(try await second.current(bench.job.id))
        #expect(after.step == .awaitNetworkBoot)
        #expect(after.facts.token == before.facts.token, "a boot under way stays valid over a restart")
        let powerOns = bench.hardware.state.withLock { $0.performed.filter { $0 == .ensurePower(on: true) }.count }
        #expect(powerOns == 1)
        await second.stop()
        await bench.close()
    }

    @Test func watchersWakeOnProgressThatIsNotDurable() async throws {
        let bench = try await Bench()
        await bench.runner.begin(bench.job.id)
        let waiting = try await bench.reach(.awaitNetworkBoot)
        let token = try #require(waiting.facts.token)
        try await bench.runner.submit(.observed(.agentBegan(bootID: "B", token: token)), to: bench.job.id)
        let version = await bench.runner.version(of: bench.job.id)
        async let woken: Void = bench.runner.waitForChange(of: bench.job.id, after: version, timeout: .seconds(20))
        try await bench.runner.submit(
            .observed(.agentProgress(bootID: "B", phase: "writing", permille: 250)), to: bench.job.id)
        await woken
        #expect(try await bench.runner.current(bench.job.id)?.permille == 250)
        #expect(try await bench.store.read { try $0.get(Job.self, bench.job.id) }?.permille == 0)
        await bench.close()
    }
}
