// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Host

extension HostTests {
    /// A machine behind several drivers, which do what files tell them.
    @Suite(.serialized) struct MachineDeviceTests {
        private static let full = #"""
            {"identity": {"vendor": "Example", "model": "Box", "firmware": "1.5"},
             "power": {"answer": "yes", "evidence": "E", "actions": ["on", "off"]},
             "boot": {"answer": "yes", "targets": ["pxe", "disk"], "persistent": "yes", "modes": ["uefi"]},
             "inventory": {"answer": "yes"}, "sensors": {"answer": "yes"}, "eventlog": {"answer": "yes", "clear": true}}
            """#

        /// Two drivers of one machine, and a host over them.
        private struct Bench {
            let lab: PluginLab
            let host: PluginHost
            let reports = Mutexed<[DriverReport]>([])

            init() throws {
                lab = try PluginLab()
                for name in ["first", "second"] { try lab.install(.scripted("dev.example.\(name)")) }
                host = lab.host()
                try write("first", "capabilities", full)
                try write("second", "capabilities", full)
            }

            func directory(_ name: String) -> String { lab.directory + "/" + name }

            func write(_ name: String, _ file: String, _ text: String) throws {
                try FileManager.default.createDirectory(
                    atPath: directory(name), withIntermediateDirectories: true)
                try text.write(toFile: directory(name) + "/" + file, atomically: true, encoding: .utf8)
            }

            /// What the driver was asked, in order; reading it forgets it.
            func calls(_ name: String) -> [String] {
                let path = directory(name) + "/calls"
                let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                try? FileManager.default.removeItem(atPath: path)
                return text.split(separator: "\n").map(String.init)
            }

            func device(
                _ names: [String] = ["first", "second"], quirks: QuirkBook = QuirkBook(),
                override: QuirkOverride = QuirkOverride(), known: [DriverReport] = [], extra: String = "",
                expiry: CapabilityExpiry = CapabilityExpiry()
            ) throws -> MachineDevice {
                try MachineDevice(
                    name: "m", host: host,
                    drivers: names.map {
                        DriverSettings(
                            driver: "dev.example.\($0)", configJSON: #"{"path":"\#(directory($0))"\#(extra)}"#)
                    },
                    known: known,
                    surroundings: .init(
                        quirks: quirks, override: override, expiry: expiry,
                        onReport: { [reports] report in reports.change { $0.append(report) } }))
            }
        }

        private let time = Duration.seconds(10)

        @Test func theFirstDriverThatHasItIsAskedAlone() async throws {
            let bench = try Bench()
            let device = try bench.device()
            try await device.setPower(.on, operation: "1", deadline: time)
            #expect(try await device.powerState(deadline: time) == .on)
            #expect(bench.calls("first") == ["open", "probe", "power.set", "power.get"])
            #expect(bench.calls("second") == [])
            #expect(await device.reports.map(\.driver) == ["dev.example.first", "dev.example.second"])
            #expect(bench.reports.value.map(\.driver) == ["dev.example.first"])
            await bench.host.shutdown()
        }

        @Test func aChangeGetsTheTimeThatTheDriverSaysItTakes() async throws {
            let bench = try Bench()
            try bench.write(
                "first", "capabilities",
                #"{"power": {"answer": "yes", "actions": ["on", "off"], "limit_seconds": 120}}"#)
            try bench.write("first", "timed", "")
            try bench.write("second", "timed", "")
            let device = try bench.device(["first"])
            func seconds(_ name: String) -> Int? {
                bench.calls(name).first { $0.hasPrefix("seconds ") }.flatMap { Int($0.dropFirst(8)) }
            }
            try await device.setPower(.on, operation: "1", deadline: time)
            let asked = try #require(seconds("first"))
            #expect((100...121).contains(asked))
            // Who asks for more than the driver does gets that.
            try await device.setPower(.on, operation: "2", deadline: .seconds(300))
            let more = try #require(seconds("first"))
            #expect((280...301).contains(more))
            // A driver that says nothing has the caller's time.
            try await bench.device(["second"]).setPower(.on, operation: "3", deadline: time)
            let plain = try #require(seconds("second"))
            #expect((0...11).contains(plain))
            await bench.host.shutdown()
        }

        @Test func aPersonIsAskedForWhatNoDriverBeforeDoes() async throws {
            let bench = try Bench()
            try bench.write("first", "capabilities", #"{"power": {"answer": "yes", "actions": ["on"]}}"#)
            try bench.write(
                "second", "capabilities",
                #"{"power": {"answer": "yes", "actions": ["on", "off"], "by": "person", "hint": "rack 4"}}"#)
            let device = try bench.device()
            #expect(try await device.personalHint(for: .on, deadline: time) == nil)
            #expect(try await device.personalHint(for: .off, deadline: time) == "rack 4")
            #expect(try await device.personalHint(for: .reset, deadline: time) == nil)
            let known = try #require(await device.reports.last?.capabilities)
            let stored = try JSONDecoder().decode(Capabilities.self, from: try JSONEncoder().encode(known))
            #expect(stored == known && stored[.power].by == .person, "it is known after a restart, too")
        }

        @Test func whatIsKnownToBeRefusedIsNotAsked() async throws {
            let bench = try Bench()
            let device = try bench.device(["first"])
            let error = await failure { try await device.setPower(.nmi, operation: "1", deadline: time) }
            #expect(error?.status == .unsupported)
            #expect(error?.message == "the device has no nmi, only on, off (E)")
            #expect(error?.attempts.map(\.driver) == ["dev.example.first"])
            #expect(!bench.calls("first").contains("power.set"))
            // A driver that may do it takes what the first one does not have.
            try bench.write("second", "capabilities", "{}")
            let both = try bench.device()
            try await both.setPower(.nmi, operation: "1", deadline: time)
            #expect(bench.calls("second").contains("power.set"))
            // An unknown comes after every yes.
            let reversed = try bench.device(["second", "first"])
            _ = try await reversed.powerState(deadline: time)
            #expect(!bench.calls("second").contains("power.get"))
            #expect(bench.calls("first").contains("power.get"))
            await bench.host.shutdown()
        }

        @Test(arguments: [DriverStatus.unreachable, .unsupported, .protocol, .internal])
        func aReadGoesOnToTheNextDriver(status: DriverStatus) async throws {
            let bench = try Bench()
            try bench.write("first", "fail", "power.get \(status.rawValue) 0\n")
            try bench.write("second", "power", "2")
            let device = try bench.device()
            #expect(try await device.powerState(deadline: time) == .on)
            #expect(bench.calls("first").last == "power.get")
            #expect(bench.calls("second").last == "power.get")
            await bench.host.shutdown()
        }

        @Test(arguments: [DriverStatus.authentication, .forbidden, .busy, .state])
        func aReadThatAnotherDriverCannotMendDoesNot(status: DriverStatus) async throws {
            let bench = try Bench()
            try bench.write("first", "fail", "power.get \(status.rawValue) 0\n")
            let device = try bench.device()
            let error = await failure { try await device.powerState(deadline: time) }
            #expect(error?.status == status)
            #expect(error?.message == "power.get was told to fail")
            #expect(bench.calls("second") == [])
            await bench.host.shutdown()
        }

        @Test func aChangeThatMayHaveArrivedIsNotRepeated() async throws {
            let bench = try Bench()
            // Unreachable, and MAYBE_APPLIED.
            try bench.write("first", "fail", "power.set 5 2\n")
            let device = try bench.device()
            let error = await failure { try await device.setPower(.on, operation: "1", deadline: time) }
            #expect(error?.status == .unreachable)
            #expect(error?.maybeApplied == true)
            #expect(error?.attempts.count == 1)
            #expect(bench.calls("second") == [])
            // The same without the flag certainly did not arrive.
            try bench.write("first", "fail", "power.set 5 0\n")
            let other = try bench.device()
            try await other.setPower(.on, operation: "1", deadline: time)
            #expect(bench.calls("second").last == "power.set")
            // A boot device that was set and cannot be read back is not set by another.
            try bench.write("first", "fail", "boot.get 5 0\n")
            let third = try bench.device()
            let lost = await failure {
                try await third.setBoot(BootSetting(target: .pxe), operation: "1", deadline: time)
            }
            #expect(lost?.maybeApplied == true)
            #expect(!bench.calls("second").contains("boot.set"))
            await bench.host.shutdown()
        }

        @Test func theErrorListsTheAttempts() async throws {
            let bench = try Bench()
            try bench.write("first", "fail", "probe 5 0\n")
            try bench.write("second", "fail", "power.get 9 0\n")
            let device = try bench.device()
            let error = await failure { try await device.powerState(deadline: time) }
            #expect(
                error?.attempts == [
                    DriverAttempt(
                        driver: "dev.example.first", status: "unreachable", message: "probe was told to fail"),
                    DriverAttempt(
                        driver: "dev.example.second", status: "protocol", message: "power.get was told to fail"),
                ])
            #expect(error?.status == .protocol)
            #expect(
                error?.message
                    == "power.status failed with every driver tried: dev.example.first: unreachable: probe was told to "
                    + "fail; dev.example.second: protocol: power.get was told to fail")
            // The one that did not reach the machine comes last for a while.
            try bench.write("first", "fail", "")
            try bench.write("second", "fail", "")
            _ = bench.calls("first")
            _ = try await device.powerState(deadline: time)
            #expect(bench.calls("first") == [])
            await bench.host.shutdown()
        }

        @Test func capabilitiesAreAskedAgainWhenTheyAreOld() async throws {
            let bench = try Bench()
            let device = try bench.device(["first"], expiry: CapabilityExpiry(known: 3600))
            _ = try await device.powerState(deadline: time)
            _ = try await device.inventory(deadline: time)
            _ = try await device.sensors(deadline: time)
            #expect(bench.calls("first").count { $0 == "probe" } == 1)
            await device.forgetCapabilities()
            _ = try await device.powerState(deadline: time)
            #expect(bench.calls("first").count { $0 == "probe" } == 1)
            // A session that was opened anew may be that of another firmware.
            await device.close()
            _ = try await device.powerState(deadline: time)
            #expect(bench.calls("first") == ["close", "open", "probe", "power.get"])
            let shortLived = try bench.device(["first"], expiry: CapabilityExpiry(known: 0))
            _ = try await shortLived.powerState(deadline: time)
            _ = try await shortLived.powerState(deadline: time)
            #expect(bench.calls("first").count { $0 == "probe" } == 2)
            // What the process before knew holds.
            let report = try #require(bench.reports.value.last)
            let next = try bench.device(["first"], known: [report])
            _ = try await next.powerState(deadline: time)
            #expect(!bench.calls("first").contains("probe"))
            await bench.host.shutdown()
        }

        @Test func manyAskersOneProbe() async throws {
            let bench = try Bench()
            let device = try bench.device(["first"])
            try await withThrowingTaskGroup(of: PowerState.self) { group in
                for _ in 0..<20 { group.addTask { try await device.powerState(deadline: time) } }
                for try await state in group { #expect(state == .unknown) }
            }
            #expect(bench.calls("first").count { $0 == "probe" } == 1)
            await bench.host.shutdown()
        }

        @Test func aDriverThatCannotBeProbedIsTakenAsItIs() async throws {
            let bench = try Bench()
            try FileManager.default.removeItem(atPath: bench.directory("first") + "/capabilities")
            let device = try bench.device(["first"])
            #expect(try await device.powerState(deadline: time) == .unknown)
            #expect(await device.reports.first?.capabilities[.power].answer == .unknown)
            #expect(await device.reports.first?.capabilities[.console].answer == .no)
            await bench.host.shutdown()
        }

        @Test func matchedQuirksReopenTheDevice() async throws {
            let bench = try Bench()
            let rows = [
                QuirkRow(
                    id: "r1", driver: "dev.example.first", quirk: "no_mode", vendor: [Glob("exam*")],
                    firmware: FirmwareRange(">=1.2"), summary: "s1", source: "a/b", simulator: "x"),
                QuirkRow(
                    id: "r2", driver: "dev.example.first", quirk: "not_yet", vendor: [Glob("exam*")], summary: "s2",
                    source: "a/b", simulator: "x"),
                QuirkRow(
                    id: "r3", driver: "dev.example.first", quirk: "one_call", model: [Glob("Box")], summary: "s3",
                    source: "a/b", simulator: "x"),
            ]
            let book = try QuirkBook(rows)
            let device = try bench.device(
                ["first"], quirks: book, override: QuirkOverride(add: ["slow_start"], remove: ["one_call"]))
            _ = try await device.powerState(deadline: time)
            #expect(
                bench.calls("first") == [
                    #"quirks "slow_start""#, "open", "probe", "close", #"quirks "no_mode","slow_start""#, "open",
                    "probe",
                    "power.get",
                ])
            let report = try #require(await device.reports.first)
            #expect(
                report.quirks.map { "\($0.quirk) \($0.state.rawValue) \($0.row ?? "-")" }.sorted() == [
                    "no_mode applied r1", "not_yet unknown r2", "one_call removed r3", "slow_start applied -",
                ])
            // The next process begins with them.
            let next = try bench.device(["first"], quirks: book, known: [report])
            _ = try await next.powerState(deadline: time)
            #expect(bench.calls("first") == [#"quirks "no_mode","one_call""#, "open", "power.get"])
            // Other firmware, other quirks.
            try bench.write("first", "capabilities", Self.full.replacingOccurrences(of: "1.5", with: "1.1"))
            try await next.refresh(deadline: time)
            #expect(bench.calls("first") == ["probe", "close", #"quirks "one_call""#, "open", "probe"])
            await bench.host.shutdown()
        }

        /// A device that cannot be probed without its quirk does not tell who it is.
        @Test func aQuirkIsFoundByTrial() async throws {
            let bench = try Bench()
            try bench.write("first", "needs", "no_mode")
            func row(_ quirk: String) -> QuirkRow {
                QuirkRow(
                    id: "t-\(quirk)", driver: "dev.example.first", quirk: quirk, vendor: [Glob("Other")], trial: true,
                    summary: "s", source: "a/b", simulator: "x")
            }
            let book = try QuirkBook([row("no_mode"), row("one_call"), row("absent")])
            // "slow_start" is no trial; "no_mode" comes before "one_call".
            let device = try bench.device(["first"], quirks: book)
            _ = try await device.powerState(deadline: time)
            let report = try #require(await device.reports.first)
            #expect(report.quirks.map(\.quirk) == ["no_mode"])
            #expect(report.quirks.first?.state == .tried)
            #expect(!bench.calls("first").contains(#"quirks "one_call""#))
            // It is remembered.
            let next = try bench.device(["first"], quirks: book, known: [report])
            _ = try await next.powerState(deadline: time)
            #expect(bench.calls("first") == [#"quirks "no_mode""#, "open", "power.get"])
            // An operator may forbid it; refused credentials are not tried at all.
            let forbidden = try bench.device(["first"], quirks: book, override: QuirkOverride(remove: ["no_mode"]))
            #expect(await failure { try await forbidden.refresh(deadline: time) }?.status == .protocol)
            try bench.write("first", "fail", "open 3 0\n")
            _ = bench.calls("first")
            let locked = try bench.device(["first"], quirks: book)
            #expect(await failure { try await locked.refresh(deadline: time) }?.status == .authentication)
            #expect(bench.calls("first") == ["open"])
            await bench.host.shutdown()
        }

        @Test func readersHaveTheirFallbackToo() async throws {
            let bench = try Bench()
            try bench.write("first", "fail", "eventlog.read 9 0\nsensors.read 5 0\n")
            let device = try bench.device()
            #expect(try await device.sensors(deadline: time).count == 1)
            let page = try await device.events(limit: 5, deadline: time)
            #expect(page.events.count == 1)
            #expect(page.cursor == "dev.example.second/c/12")
            // A cursor goes back to the driver that gave it, also when the first one works again.
            try bench.write("first", "fail", "")
            #expect(try await device.events(after: page.cursor, deadline: time).events == [])
            #expect(bench.calls("second").contains(#"eventlog.query {"after":"c/12"}"#))
            #expect(await failure { try await device.events(after: "x/1", deadline: time) }?.status == .invalid)
            #expect(await failure { try await device.events(after: "1", deadline: time) }?.status == .invalid)
            try await device.clearEvents(operation: "1", deadline: time)
            // The first driver did not reach the machine a moment ago.
            #expect(bench.calls("second").contains("eventlog.clear"))
            await bench.host.shutdown()
        }

        @Test func aModeThatIsAHintIsLeftOut() async throws {
            let bench = try Bench()
            let device = try bench.device(["first"])
            try await device.refresh(deadline: time)
            let wanted = BootSetting(target: .pxe, mode: .legacy)
            let refused = await failure { try await device.setBoot(wanted, operation: "1", deadline: time) }
            #expect(refused?.message.contains("legacy mode") == true)
            let kept = try await device.setBoot(wanted, modeIsHint: true, operation: "1", deadline: time)
            #expect(kept == BootSetting(target: .pxe))
            let uefi = BootSetting(target: .pxe, mode: .uefi)
            #expect(try await device.setBoot(uefi, modeIsHint: true, operation: "1", deadline: time) == uefi)
            await bench.host.shutdown()
        }
    }
}

/// A value behind a lock that tests share with callbacks.
final class Mutexed<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) { storage = Mutex(value) }

    var value: Value { storage.withLock { $0 } }

    func change(_ body: (inout sending Value) -> Void) { storage.withLock { body(&$0) } }
}

extension TestPlugin {
    static func scripted(_ id: String) -> TestPlugin {
        TestPlugin(
            source: "scripted.c", id: id, name: "Scripted",
            extensions: [
                "ingot.driver/1", "ingot.power/1", "ingot.boot/1", "ingot.inventory/1", "ingot.sensors/1",
                "ingot.eventlog/1",
            ],
            schema: """
                {"type": "object", "required": ["path"], "additionalProperties": false, "properties": {
                    "path": {"type": "string", "minLength": 1}, "password": {"type": "string", "writeOnly": true},
                    "quirks": {"type": "array", "uniqueItems": true, "default": [], "items": {"type": "string",
                        "enum": ["slow_start", "no_mode", "one_call"]}}}}
                """,
            members: labFiles)
    }
}
