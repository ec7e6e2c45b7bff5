// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Host
import LineSimulator
import Scaffold
import Testing

/// The drivers of all templates, each built from what `ingot driver new` writes and run in a worker.
@Suite(.serialized) struct DriverTests {
    @Test(.enabled(if: DriverLab.has(.c), "make, pkg-config or cc is not installed"))
    func cBuilds() throws { try expectPlugin(.c) }

    @Test(.enabled(if: DriverLab.has(.cpp), "make, pkg-config or c++ is not installed"))
    func cppBuilds() throws { try expectPlugin(.cpp) }

    @Test(.enabled(if: DriverLab.has(.rust), "make, pkg-config or cargo is not installed"))
    func rustBuilds() throws { try expectPlugin(.rust) }

    @Test(.enabled(if: DriverLab.has(.swift), "make, pkg-config or swift is not installed"))
    func swiftBuilds() throws { try expectPlugin(.swift) }

    /// It was built without a warning, is where the host looks, and exports its entry point alone.
    private func expectPlugin(_ language: DriverLanguage) throws {
        let lab = try DriverLab.shared.get()
        let plugin = "\(try lab.plugins(language))/dev.example.\(language.rawValue)-driver"
        #expect(try FileManager.default.contentsOfDirectory(atPath: plugin).sorted() == ["driver.so", "plugin.json"])
        let log = try String(contentsOfFile: "\(lab.directory)/\(language.rawValue).log", encoding: .utf8)
        #expect(!log.contains("warning:"), "\(log)")
        let symbols = try Command.run("nm -D --defined-only '\(plugin)/driver.so' | grep ' [A-Z] '")
        #expect(symbols.hasSuffix(" T ingot_plugin_v1\n") && symbols.count { $0 == "\n" } == 1, "\(symbols)")
    }

    @Test(.enabled(if: DriverLab.has(.c) && Command.exists("cmake", "c++"), "cmake or c++ is not installed"))
    func cmakeBuildsAndInstalls() throws {
        let lab = try DriverLab.shared.get()
        for language in [DriverLanguage.c, .cpp] {
            let plugins = try lab.plugins(language)
            let tree = lab.directory + "/" + language.rawValue
            try Command.run(
                """
                umask 022
                cmake -S . -B build/cmake -DPLUGINS_DIR="$PWD/build/installed" && cmake --build build/cmake
                cmake --install build/cmake
                """, in: tree, environment: lab.environment)
            let made = try Command.run("cd build/installed && find . -type f | sort", in: tree)
            #expect(made == (try Command.run("cd '\(plugins)' && find . -type f | sort")))
        }
    }

    @Test(arguments: DriverLab.languages)
    func everyFunction(language: DriverLanguage) async throws {
        let bench = try await Bench(language)
        let device = try bench.device()
        #expect(try await device.powerState(deadline: .seconds(20)) == .off)
        try await device.setPower(.on, operation: "op-1", deadline: .seconds(5))
        #expect(try await eventually { try await device.powerState(deadline: .seconds(5)) == .on })
        try await device.setPower(.on, operation: "op-2", deadline: .seconds(5))
        try await device.setPower(.reset, operation: "op-3", deadline: .seconds(5))
        let counts = bench.chassis.snapshot.counts
        #expect(counts.powerOns == 1)
        #expect(counts.resets == 1)
        for target in HostBootTarget.allCases {
            for wanted in [
                BootSetting(target: target), BootSetting(target: target, persistent: true, mode: .uefi),
                BootSetting(target: target, mode: .legacy),
            ] {
                try await device.setBoot(wanted, operation: "op-4", deadline: .seconds(5))
                let read = try await device.bootSetting(deadline: .seconds(5))
                #expect(read.target == target)
                if target != .none { #expect(read == wanted) }
            }
        }
        try await device.setPower(.off, operation: "op-5", deadline: .seconds(5))
        #expect(try await eventually { try await device.powerState(deadline: .seconds(5)) == .off })
        let reset = await failure { try await device.setPower(.reset, operation: "op-6", deadline: .seconds(5)) }
        #expect(reset?.status == .state)
        #expect(reset?.maybeApplied == false)
        #expect(bench.server.statistics.logins == 1)
        await bench.end()
        #expect(bench.server.statistics.sessions == 0)
    }

    @Test(arguments: DriverLab.languages)
    func whatAMachineCanDoIsAskedOfTheMachine(language: DriverLanguage) async throws {
        let bench = try await Bench(language, .init(actions: [.on, .off, .softOff], targets: [.none, .pxe]))
        bench.chassis.withChassis { chassis, _ in chassis.identity.vendor = "O\"Neill\\Co" }
        let device = try bench.device()
        let text = try await device.probe(deadline: .seconds(20))
        let said = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let identity = try #require(said["identity"] as? [String: String])
        #expect(
            identity == [
                "vendor": "O\"Neill\\Co", "model": "Simulated machine", "serial": "SIM0001", "firmware": "1.00",
            ])
        let power = try #require(said["power"] as? [String: Any])
        #expect(power["answer"] as? String == "yes")
        #expect((power["evidence"] as? String)?.contains("on,off,soft-off") == true)
        #expect(power["actions"] as? [String] == ["on", "off", "soft-off"])
        let boot = try #require(said["boot"] as? [String: Any])
        #expect(boot["targets"] as? [String] == ["none", "pxe"])
        #expect(boot["modes"] as? [String] == ["uefi", "legacy"])
        #expect(boot["persistent"] as? String == "yes")
        let error = await failure { try await device.setPower(.nmi, operation: "op", deadline: .seconds(5)) }
        #expect(error?.status == .unsupported)
        await bench.end()
    }

    @Test(arguments: DriverLab.languages)
    func credentialsAndPrivileges(language: DriverLanguage) async throws {
        let bench = try await Bench(language)
        let wrong = await failure {
            try await bench.device(password: "guess").powerState(deadline: .seconds(20))
        }
        #expect(wrong?.status == .authentication)
        #expect(wrong?.message.contains("guess") == false)
        #expect(bench.server.statistics.refusedLogins == 1)
        #expect(bench.server.statistics.sessions == 0)
        // A line of the protocol must not be smuggled in with the password.
        let smuggled = await failure {
            try await bench.device(password: "secret\npower on").powerState(deadline: .seconds(20))
        }
        #expect(smuggled?.status == .invalid)
        #expect(bench.server.statistics.requests["power"] == nil)
        bench.faults.set([try Fault("low-privilege")])
        let device = try bench.device()
        #expect(try await device.powerState(deadline: .seconds(5)) == .off)
        let low = await failure { try await device.setPower(.on, operation: "op", deadline: .seconds(5)) }
        #expect(low?.status == .forbidden)
        #expect(low?.maybeApplied == false)
        await device.close()
        bench.faults.set([try Fault("session-limit:0")])
        let full = await failure { try await device.powerState(deadline: .seconds(5)) }
        #expect(full?.status == .busy)
        #expect(full?.retryAfter == .milliseconds(500))
        await bench.end()
    }

    @Test(arguments: DriverLab.languages)
    func aBMCThatIsNotThere(language: DriverLanguage) async throws {
        let bench = try await Bench(language)
        let port = bench.server.port
        await bench.server.stop()
        let closed = await failure { try await bench.device(port: port).powerState(deadline: .seconds(20)) }
        #expect(closed?.status == .unreachable)
        #expect(closed?.retryable == true)
        let named = try bench.host.device(
            name: "x", driver: bench.driver,
            configJSON: #"{"host":"bmc.invalid","port":1,"username":"u","password":"p"}"#)
        #expect(await failure { try await named.powerState(deadline: .seconds(5)) }?.status == .unreachable)
        await bench.end()
    }

    @Test(arguments: DriverLab.languages)
    func cancelAndDeadlineEndACall(language: DriverLanguage) async throws {
        let bench = try await Bench(language)
        let device = try bench.device()
        #expect(try await device.powerState(deadline: .seconds(20)) == .off)
        bench.faults.set([try Fault("hang")])
        let late = await failure { try await device.powerState(deadline: .milliseconds(300)) }
        #expect(late?.status == .timeout)
        // A cancel before the answer: the request has left, so nobody knows.
        bench.faults.set([])
        #expect(try await device.powerState(deadline: .seconds(5)) == .off)
        bench.faults.set([try Fault("hang")])
        let before = bench.server.statistics.requests["power"] ?? 0
        let call = Task { try await device.setPower(.on, operation: "op", deadline: .seconds(60)) }
        #expect(await eventually { (bench.server.statistics.requests["power"] ?? 0) > before })
        call.cancel()
        let cancelled = await failure { try await call.value }
        #expect(cancelled?.status == .cancelled)
        #expect(cancelled?.maybeApplied == true)
        #expect(bench.host.plugins.first?.crashes == 0)
        await bench.end()
    }

    @Test(arguments: DriverLab.languages)
    func aLostAnswerMayHaveBeenApplied(language: DriverLanguage) async throws {
        let bench = try await Bench(language)
        let device = try bench.device()
        #expect(try await device.powerState(deadline: .seconds(20)) == .off)
        for fault in ["reply-lost", "power-drop", "garbage:rate=1", "half-close", "reset-mid-body:bytes=1"] {
            bench.faults.set([try Fault(fault)])
            let before = bench.server.statistics.requests["power"] ?? 0
            let error = await failure { try await device.setPower(.on, operation: "op", deadline: .milliseconds(700)) }
            #expect(error?.maybeApplied == true, "\(fault): \(error.map(String.init(describing:)) ?? "no error")")
            #expect(bench.server.statistics.requests["power"] == before + 1, "\(fault)")
            bench.faults.set([])
            #expect(try await eventually { try await device.powerState(deadline: .seconds(5)) == .on })
            try await device.setPower(.off, operation: "op", deadline: .seconds(5))
            #expect(try await eventually { try await device.powerState(deadline: .seconds(5)) == .off })
        }
        await bench.end()
    }

    @Test(arguments: DriverLab.languages)
    func sessionsThatEndAreBegunAgain(language: DriverLanguage) async throws {
        let bench = try await Bench(language)
        let device = try bench.device()
        #expect(try await device.powerState(deadline: .seconds(20)) == .off)
        bench.faults.set([try Fault("session-expiry:seconds=0,count=1")])
        try await device.setPower(.on, operation: "op", deadline: .seconds(5))
        #expect(bench.chassis.snapshot.power != .off)
        #expect(bench.server.statistics.logins == 2)
        bench.faults.set([try Fault("bmc-restart:after=0,seconds=1,count=1")])
        #expect(
            await eventually {
                (try? await device.powerState(deadline: .seconds(5))) == .on
            })
        #expect(bench.server.statistics.sessions == 1)
        await device.close()
        #expect(await eventually { bench.server.statistics.sessions == 0 })
        await bench.end()
    }

    @Test(arguments: DriverLab.languages)
    func brokenAnswersAreTyped(language: DriverLanguage) async throws {
        let bench = try await Bench(language)
        let device = try bench.device()
        #expect(try await device.powerState(deadline: .seconds(20)) == .off)
        let wanted: [(String, [DriverStatus])] = [
            ("garbage", [.protocol]), ("truncate", [.protocol]), ("node-busy", [.busy]), ("firmware-update", [.busy]),
            ("half-close", [.unreachable]), ("reset-mid-body:bytes=3", [.protocol, .unreachable]),
            ("refuse", [.unreachable]),
        ]
        for (fault, statuses) in wanted {
            if fault == "refuse" { await device.close() }
            bench.faults.set([try Fault(fault)])
            let error = await failure { try await device.powerState(deadline: .seconds(5)) }
            #expect(error.map { statuses.contains($0.status) } == true, "\(fault): \(String(describing: error))")
            #expect(error?.maybeApplied == false, "\(fault)")
            bench.faults.set([])
            #expect(try await device.powerState(deadline: .seconds(5)) == .off, "after \(fault)")
        }
        for fault in ["slice", "slow-bytes:bytes=200", "latency:seconds=0.2"] {
            bench.faults.set([try Fault(fault)])
            #expect(try await device.powerState(deadline: .seconds(10)) == .off, "\(fault)")
        }
        await bench.end()
    }

    @Test(arguments: DriverLab.languages)
    func manyDevicesDoNotMix(language: DriverLanguage) async throws {
        let on = try await Bench(language, power: .on)
        let off = try await LineServer.start(.init(sessionLimit: 64), chassis: SharedChassis(Chassis()))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<16 {
                let isOn = number.isMultiple(of: 8)
                let device = try on.device(port: isOn ? on.server.port : off.port, name: "\(number)")
                group.addTask {
                    for _ in 0..<20 {
                        guard try await device.powerState(deadline: .seconds(30)) == (isOn ? .on : .off) else {
                            return false
                        }
                    }
                    await device.close()
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(await eventually { off.statistics.sessions == 0 })
        await on.end()
        await off.stop()
    }
}
