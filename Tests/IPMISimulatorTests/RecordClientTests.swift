// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import IPMISimulator
import Testing

/// Sensors, events, inventory, users and configuration as `ipmitool` and FreeIPMI see them.
@Suite(.enabled(if: ForeignTool.has("ipmitool") && ForeignTool.has("ipmi-sensors")), .timeLimit(.minutes(1)))
struct RecordClientTests {
    private func lines(_ run: ForeignTool.Run) -> [[String]] {
        run.output.split(separator: "\n").map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private func row(_ name: String, _ run: ForeignTool.Run) -> [String] {
        lines(run).first { $0.contains(name) } ?? []
    }

    @Test func ipmitoolReadsEverySensorExactly() async throws {
        try await withBMC { bench in
            let run = await bench.ipmitool("sensor")
            let expected: [String: [String]] = [
                "Inlet Temp": ["23.000", "degrees C", "ok", "na", "0.000", "na", "42.000", "47.000", "na"],
                "CPU1 Temp": ["51.000", "degrees C", "ok", "na", "na", "na", "90.000", "98.000", "na"],
                "12V": ["12.100", "Volts", "ok", "na", "10.800", "11.400", "12.600", "13.200", "na"],
                "FAN1": ["5600.000", "RPM", "ok", "na", "500.000", "1000.000", "na", "na", "na"],
                "PSU Power": ["210.000", "Watts", "ok", "na", "na", "na", "700.000", "800.000", "na"],
            ]
            for (name, cells) in expected { #expect(Array(row(name, run).dropFirst()) == cells, "\(run)") }
            #expect(row("Absent Temp", run).dropFirst().first == "na")
            let list = await bench.ipmitool("sdr", "elist", "all")
            #expect(row("PSU1 Status", list).last == "Presence detected")
            #expect(row("BMC", list).last == "Dynamic MC @ 20h")
            #expect(row("Machine FRU", list).last == "Logical FRU @00h")
        }
    }

    @Test func withoutPowerSomeSensorsDoNotRead() async throws {
        try await withBMC(.init(seed: 1), Chassis(power: .off)) { bench in
            let run = await bench.ipmitool("sensor")
            #expect(row("FAN1", run).dropFirst().first == "na")
            #expect(row("Inlet Temp", run).dropFirst().first == "23.000")
        }
    }

    @Test(arguments: [3, 17])
    func freeipmiReadsSensorsAndTheirStates(suite: Int) async throws {
        let cache = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-sdr-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: cache) }
        var chassis = Chassis(power: .on)
        chassis.sensors[1].value = 99
        try await withBMC(.init(seed: 1), chassis) { bench in
            var bench = bench
            bench.suite = suite
            let run = await bench.freeipmi(
                "ipmi-sensors", "--sdr-cache-directory=\(cache.path)", "--output-sensor-state", "-Q")
            #expect(run.status == 0, "\(run)")
            #expect(row("CPU1 Temp", run).contains("Critical"), "\(run)")
            #expect(row("12V", run).contains("12.10") && row("12V", run).contains("Nominal"), "\(run)")
            #expect(row("PSU1 Status", run).last == "'Presence detected'")
            #expect(row("Absent Temp", run).last == "N/A")
        }
    }

    @Test func aThresholdThatIsSetReadsBack() async throws {
        try await withBMC { bench in
            #expect(await bench.ipmitool("sensor", "thresh", "FAN1", "lnc", "900").status == 0)
            #expect(row("FAN1", await bench.ipmitool("sensor")).contains("900.000"))
            #expect(bench.machine.snapshot.sensors[3].lowerWarning == 900)
        }
    }

    @Test func eventsOfTheMachineAndOfClientsAreListed() async throws {
        try await withBMC { bench in
            bench.machine.withChassis { chassis, _ in
                chassis.eventLog.add(
                    "Power supply failed", source: "PSU1 Status", severity: .critical, seconds: 1_700_000_000)
                chassis.eventLog.add("CPU hot", source: "CPU1 Temp", severity: .warning, seconds: 1_700_000_060)
            }
            #expect(await bench.ipmitool("event", "1").status == 0)
            let list = await bench.ipmitool("sel", "elist")
            let rows = lines(list)
            #expect(rows.count == 3, "\(list)")
            #expect(rows.first?.prefix(2).elementsEqual(["1", "11/14/23"]) == true, "\(list)")
            #expect(rows.first?.contains("Failure detected") == true, "\(list)")
            #expect(rows.count > 1 && rows[1].contains { $0.contains("Upper Non-critical going high") }, "\(list)")
            let info = await bench.ipmitool("sel", "info")
            #expect(info.output.contains("Entries          : 3"), "\(info)")
            let cache = "--sdr-cache-directory=/tmp"
            let foreign = await bench.freeipmi("ipmi-sel", cache, "--ignore-sdr-cache")
            #expect(foreign.output.contains("Power Supply Failure detected"), "\(foreign)")
            #expect(await bench.ipmitool("sel", "delete", "2").status == 0)
            #expect(bench.machine.snapshot.eventLog.records.map(\.number) == [1, 3])
            #expect(await bench.ipmitool("sel", "clear").status == 0)
            #expect(bench.machine.snapshot.eventLog.records.isEmpty)
        }
    }

    @Test func aFullLogWrapsAround() async throws {
        var chassis = Chassis(power: .on, eventLog: EventLog(capacity: 16))
        for number in 1...40 { chassis.eventLog.add("event \(number)", seconds: Int64(number)) }
        try await withBMC(.init(seed: 1), chassis) { bench in
            let rows = lines(await bench.ipmitool("sel", "list"))
            #expect(rows.compactMap { $0.first.flatMap { Int($0, radix: 16) } } == Array(25...40))
            let info = await bench.ipmitool("sel", "info")
            #expect(info.output.contains("Overflow         : true"), "\(info)")
        }
    }

    @Test func inventoryIsReadByBoth() async throws {
        let chassis = Chassis(identity: Identity(vendor: "Loongson", model: "LS2C5LE", serial: "LS0042"), power: .on)
        try await withBMC(.init(seed: 1), chassis) { bench in
            let run = await bench.ipmitool("fru", "print")
            for text in ["Board Mfg             : Loongson", "Product Serial        : LS0042", "PSU1 FRU (ID 1)"] {
                #expect(run.output.contains(text), "\(run)")
            }
            let foreign = await bench.freeipmi("ipmi-fru", "--ignore-sdr-cache")
            #expect(foreign.output.contains("FRU Product Serial Number: LS0042"), "\(foreign)")
            #expect(foreign.output.contains("Management Access System Unique ID"), "\(foreign)")
            #expect(!foreign.output.lowercased().contains("checksum"), "\(foreign)")
        }
    }

    @Test func usersComeAndGo() async throws {
        try await withBMC { bench in
            for arguments in [
                ["user", "set", "name", "4", "eve"], ["user", "set", "password", "4", "wonder-land-0123"],
                ["channel", "setaccess", "1", "4", "callin=on", "ipmi=on", "link=on", "privilege=2"],
                ["user", "enable", "4"],
            ] {
                let run = await ForeignTool.run(
                    "ipmitool",
                    [
                        "-I", "lanplus", "-H", "127.0.0.1", "-p", "\(bench.server.port)", "-U", "admin", "-P", "secret",
                        "-C", "17",
                    ] + arguments)
                #expect(run.status == 0, "\(arguments): \(run)")
            }
            var eve = bench
            (eve.user, eve.password) = ("eve", "wonder-land-0123")
            #expect(await eve.ipmitool("power", "status", level: "USER").output == "Chassis Power is on\n")
            let refused = await eve.ipmitool("power", "off", level: "USER")
            #expect(refused.output.contains("Insufficient privilege level"), "\(refused)")
            #expect(await eve.ipmitool("power", "status", level: "ADMINISTRATOR").status != 0)
            #expect(await bench.ipmitool("user", "disable", "4").status == 0)
            #expect(await eve.ipmitool("power", "status", level: "USER").status != 0)
            #expect(bench.machine.snapshot.power == .on)
        }
    }

    @Test func ipmitoolPrintsTheConfiguration() async throws {
        try await withBMC { bench in
            let lan = await bench.ipmitool("lan", "print", "1")
            #expect(lan.status == 0 && lan.output.contains("RMCP+ Cipher Suites     : 3,17"), "\(lan)")
            #expect(lan.output.contains("IP Address              : 127.0.0.1"), "\(lan)")
            #expect(await bench.ipmitool("sol", "set", "retry-count", "3", "1").status == 0)
            #expect(await bench.ipmitool("sol", "info", "1").output.contains("Retry Count                     : 3"))
            let guid = await bench.ipmitool("mc", "guid", "rfc4122")
            #expect(guid.status == 0 || guid.output.contains("GUID"), "\(guid)")
            #expect(await bench.ipmitool("mc", "watchdog", "get").output.contains("Stopped"))
        }
    }

    @Test(arguments: [
        ["bmc-info", "--get-device-id"], ["bmc-device", "--get-self-test-results"], ["bmc-device", "--get-sel-time"],
        ["ipmi-chassis", "--get-chassis-status"], ["ipmi-chassis", "--chassis-identify=5"],
        ["ipmi-raw", "0", "6", "1"], ["ipmi-config", "--category=core", "-o", "-S", "User2"],
        ["ipmi-config", "--category=core", "-o", "-S", "SOL_Conf"],
        ["ipmi-config", "--category=core", "-o", "-S", "Lan_Conf"],
        ["ipmi-config", "--category=chassis", "-o"],
    ])
    func everyFreeIPMIToolIsContent(command: [String]) async throws {
        try await withBMC { bench in
            var bench = bench
            bench.suite = 17
            let options = ["-h", "127.0.0.1:\(bench.server.port)", "-u", "admin", "-p", "secret", "-l", "ADMIN"]
            let run = await ForeignTool.run(
                command[0], options + ["-D", "LAN_2_0", "-I", "17"] + command.dropFirst())
            #expect(run.status == 0, "\(command): \(run)")
        }
    }

    @Test(.enabled(if: getuid() == 0 && ForeignTool.has("rmcpping"), "port 623 needs root"))
    func pingsAreAnswered() async throws {
        // These tools know port 623 only; an address of loopback that nobody else has.
        let host = "127.\(Int.random(in: 64...127)).\(Int.random(in: 1...254)).7"
        try await withBMC(.init(host: host, port: 623, seed: 1)) { bench in
            let presence = await ForeignTool.run("rmcpping", ["-c", "2", "-i", "1", host])
            #expect(presence.status == 0 && presence.output.contains("pong received"), "\(presence)")
            let ipmi = await ForeignTool.run("ipmiping", ["-c", "2", "-i", "1", host])
            #expect(ipmi.status == 0 && ipmi.output.contains("response received"), "\(ipmi)")
        }
    }
}
