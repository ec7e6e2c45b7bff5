// SPDX-License-Identifier: Apache-2.0
import BMCModel
import IPMISimulator
import Testing

/// Power and boot as `ipmitool` and FreeIPMI see them, with both cipher suites.
@Suite(.enabled(if: ForeignTool.has("ipmitool") && ForeignTool.has("ipmipower")), .timeLimit(.minutes(1)))
struct PowerClientTests {
    @Test(arguments: [3, 17])
    func ipmitoolMovesTheMachine(suite: Int) async throws {
        try await withBMC(.init(seed: 1), Chassis()) { bench in
            var bench = bench
            bench.suite = suite
            let status = await bench.ipmitool("power", "status")
            #expect(status.output == "Chassis Power is off\n")
            for (word, expected) in [("on", PowerState.on), ("off", .off)] {
                let run = await bench.ipmitool("power", word)
                #expect(run.status == 0, "\(run)")
                #expect(await eventually { bench.machine.snapshot.power == expected })
            }
            #expect(await bench.ipmitool("power", "reset").status != 0)
            #expect(await bench.ipmitool("power", "on").status == 0)
            #expect(await eventually { bench.machine.snapshot.power == .on })
            #expect(await bench.ipmitool("power", "reset").status == 0)
            #expect(await bench.ipmitool("power", "diag").status == 0)
            #expect(await bench.ipmitool("power", "cycle").status == 0)
            #expect(await eventually { bench.machine.snapshot.counts.powerOns == 3 })
            #expect(await eventually { bench.machine.snapshot.isBooted })
            #expect(await bench.ipmitool("power", "soft").status == 0)
            #expect(await eventually { bench.machine.snapshot.power == .off })
            let counts = bench.machine.snapshot.counts
            #expect(counts.resets == 1 && counts.nmis == 1 && counts.softOffs == 1)
            #expect(bench.server.statistics.sessionsOpen == 0)
        }
    }

    @Test(arguments: [3, 17])
    func ipmipowerMovesTheMachine(suite: Int) async throws {
        try await withBMC(.init(seed: 1), Chassis()) { bench in
            var bench = bench
            bench.suite = suite
            #expect(await bench.freeipmi("ipmipower", "--stat").output.contains(": off"))
            #expect(await bench.freeipmi("ipmipower", "--on").output.contains(": ok"))
            #expect(await eventually { bench.machine.snapshot.power == .on })
            #expect(await bench.freeipmi("ipmipower", "--stat").output.contains(": on"))
            #expect(await bench.freeipmi("ipmipower", "--reset").output.contains(": ok"))
            #expect(await bench.freeipmi("ipmipower", "--pulse").output.contains(": ok"))
            #expect(await bench.freeipmi("ipmipower", "--off").output.contains(": ok"))
            #expect(await eventually { bench.machine.snapshot.power == .off })
        }
    }

    @Test func theBootDeviceIsTakenOnce() async throws {
        try await withBMC(.init(seed: 1), Chassis()) { bench in
            #expect(await bench.ipmitool("chassis", "bootdev", "pxe", "options=efiboot").status == 0)
            let kept = BootOverride(.pxe, mode: .uefi)
            #expect(bench.machine.snapshot.bootOverride == kept)
            let read = await bench.ipmitool("chassis", "bootparam", "get", "5")
            #expect(read.output.contains("Boot Flag Valid") && read.output.contains("Force PXE"), "\(read)")
            #expect(read.output.contains("BIOS EFI boot") && read.output.contains("only next boot"), "\(read)")
            #expect(await bench.ipmitool("power", "on").status == 0)
            #expect(await eventually { bench.machine.snapshot.boots.last?.target == .pxe })
            let later = await bench.ipmitool("chassis", "bootparam", "get", "5")
            #expect(later.output.contains("Boot Flag Invalid"), "\(later)")
        }
    }

    @Test func aPersistentBootDeviceStays() async throws {
        try await withBMC(.init(seed: 1), Chassis(power: .on)) { bench in
            #expect(await bench.ipmitool("chassis", "bootdev", "disk", "options=persistent").status == 0)
            for count in 1...2 {
                #expect(await bench.ipmitool("power", "reset").status == 0)
                #expect(await eventually { bench.machine.snapshot.boots.count == count })
            }
            #expect(bench.machine.snapshot.boots.allSatisfy { $0.target == .disk && $0.byOverride })
            #expect(bench.machine.snapshot.bootOverride.persistent)
        }
    }
}
