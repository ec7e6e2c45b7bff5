// SPDX-License-Identifier: GPL-3.0-or-later
import BMCModel
import Foundation
import Host
import PMONSimulator
import Testing

/// The whole chain, through the host: outlet, serial port, PMON, TFTP and the genuine kernel.
@Suite("PMON board", .serialized, .timeLimit(.minutes(5)))
struct BoardTests {
    /// A boot file that PMON has at hand, so that nothing is started.
    private static let noSuchFile: [String: any Sendable] = [
        "network_boot": ["kernel": "tftp://127.0.0.1/nothing"] as [String: String]
    ]

    @Test func fromOutletToLinux() async throws {
        try await MachineRoom.run { room in
            let device = try room.device()
            #expect(try await device.powerState(deadline: .seconds(20)) == .off)
            let told = try await device.probe(deadline: .seconds(20))
            #expect(told.contains("\"limit_seconds\":"))
            try await device.setBoot(BootSetting(target: .pxe), operation: "1", deadline: .seconds(20))
            #expect(try await device.bootSetting(deadline: .seconds(20)).target == .pxe)
            // Somebody watches while the driver works.
            let watched = try await device.console(deadline: .seconds(20))
            defer { close(watched) }
            async let seen = shown(by: watched, until: "Kernel command line: ", seconds: 200)
            try await device.setPower(.on, operation: "2", deadline: MachineRoom.time)
            #expect(room.machine.status.emulator != nil)
            #expect(await room.machine.waitForConsole("console=ttyS0,115200 rdinit=/bin/sh", seconds: 100))
            let console = await seen
            for text in ["load tftp://127.0.0.1/vmlinuz", "Entry address is", "Linux version 6.1"] {
                #expect(console.contains(text), "\(text)")
            }
            // The order is carried out, and the machine is seen to run.
            #expect(try await device.bootSetting(deadline: .seconds(20)).target == .none)
            #expect(try await device.powerState(deadline: .seconds(20)) == .on)
            #expect(room.machine.status.starts == 1)
            try await device.setPower(.off, operation: "3", deadline: .seconds(30))
            #expect(!room.machine.status.isOn)
        }
    }

    @Test func anOutletThatIsOnIsNoMachine() async throws {
        try await MachineRoom.adjusting {
            $0.startsWithOutlet = false
        } run: { room in
            let device = try room.device()
            let error = try await room.failure {
                try await device.setPower(.on, operation: "1", deadline: .seconds(30))
            }
            #expect(error.status == .state && error.message.contains("silent"), "\(error)")
            #expect(try await device.powerState(deadline: .seconds(20)) == .unknown)
            // Somebody presses the button.
            room.machine.wake()
            try #require(await room.machine.waitForConsole("Press any other key", seconds: 20))
            try await device.setPower(.on, operation: "2", deadline: .seconds(30))
            #expect(try await device.powerState(deadline: .seconds(20)) == .on)
            #expect(room.machine.status.starts == 1)
        }
    }

    @Test func aBootOrderThatWaitsLeavesThePowerUnknown() async throws {
        try await MachineRoom.run { room in
            let device = try room.device(Self.noSuchFile)
            try await device.setPower(.on, operation: "1", deadline: .seconds(30))
            #expect(try await device.powerState(deadline: .seconds(20)) == .on)
            try await device.setBoot(BootSetting(target: .pxe), operation: "2", deadline: .seconds(20))
            #expect(try await device.powerState(deadline: .seconds(20)) == .unknown)
            try await device.setBoot(BootSetting(target: .none), operation: "3", deadline: .seconds(20))
            #expect(try await device.powerState(deadline: .seconds(20)) == .on)
            let refused = try await room.failure {
                try await device.setBoot(BootSetting(target: .disk), operation: "4", deadline: .seconds(20))
            }
            #expect(refused.status == .unsupported && refused.message.contains("disk_boot"))
        }
    }

    @Test func whatFailsIsToldWithItsStep() async throws {
        try await MachineRoom.run { room in
            let device = try room.device(Self.noSuchFile)
            try await device.setBoot(BootSetting(target: .pxe), operation: "1", deadline: .seconds(20))
            let error = try await room.failure {
                try await device.setPower(.on, operation: "2", deadline: .seconds(60))
            }
            #expect(error.status == .state && error.message.contains("step load"), "\(error)")
            #expect(error.detailJSON?.contains("nothing: ") == true, "\(error.detailJSON ?? "")")
            #expect(error.maybeApplied)
            // The order still waits; PMON is at its prompt, and the next try starts there.
            #expect(try await device.bootSetting(deadline: .seconds(20)).target == .pxe)
            let again = try await room.failure {
                try await device.setPower(.on, operation: "3", deadline: .seconds(60))
            }
            #expect(again.message.contains("step load"), "\(again)")
            #expect(room.machine.status.starts == 1)
        }
    }

    @Test func thePersistentOrderIsKeptByTheFirmware() async throws {
        try await MachineRoom.run { room in
            let device = try room.device(["network_boot": ["kernel": "tftp://127.0.0.1/nothing", "arguments": "a=1 b"]])
            let wanted = BootSetting(target: .pxe, persistent: true)
            try await device.setBoot(wanted, operation: "1", deadline: .seconds(20))
            _ = try await room.failure { try await device.setPower(.on, operation: "2", deadline: .seconds(60)) }
            #expect(room.machine.environment["al1"] == "tftp://127.0.0.1/nothing")
            #expect(room.machine.environment["append"] == "a=1 b")
        }
    }

    @Test func aMachineThatMissedItsWindowIsSwitchedOnceMore() async throws {
        try await MachineRoom.adjusting {
            $0.settings.faults.isPastWindow = true
        } run: { room in
            let device = try room.device(Self.noSuchFile)
            try await device.setBoot(BootSetting(target: .pxe), operation: "1", deadline: .seconds(20))
            let missed = try await room.failure {
                try await device.setPower(.on, operation: "2", deadline: .seconds(60))
            }
            #expect(missed.status == .state && missed.message.contains("past its boot window"), "\(missed)")
            room.machine.settings { $0.faults.isPastWindow = false }
            let reached = try await room.failure {
                try await device.setPower(.on, operation: "3", deadline: .seconds(60))
            }
            #expect(reached.message.contains("step load"), "\(reached)")
            #expect(room.machine.status.starts == 2)
        }
    }

    @Test func trouble() async throws {
        try await MachineRoom.run { room in
            let device = try room.device(Self.noSuchFile)
            func attempt(_ step: String, _ adjust: @escaping @Sendable (inout PMONSettings) -> Void) async throws {
                try await device.setPower(.off, operation: "off", deadline: .seconds(30))
                room.machine.settings {
                    $0.faults = PMONFaults()
                    $0.userPassword = nil
                    adjust(&$0)
                }
                try await device.setBoot(BootSetting(target: .pxe), operation: "boot", deadline: .seconds(20))
                let error = try await room.failure {
                    try await device.setPower(.on, operation: step, deadline: .seconds(60))
                }
                #expect(error.message.contains("step \(step)"), "\(error)")
            }
            try await attempt("start") { $0.faults.isSilent = true }
            try await attempt("prompt") { $0.faults.hangsAt = .countdown }
            try await attempt("load") { $0.faults.noiseRate = 0.002 }
            try await attempt("load") { $0.faults.echoDelay = .milliseconds(30) }
            try await attempt("prompt") { $0.userPassword = "geheim" }
            let withPassword = try room.device(password: "geheim", Self.noSuchFile)
            try await withPassword.setPower(.off, operation: "off", deadline: .seconds(30))
            try await withPassword.setBoot(BootSetting(target: .pxe), operation: "boot", deadline: .seconds(20))
            let error = try await room.failure {
                try await withPassword.setPower(.on, operation: "on", deadline: .seconds(60))
            }
            #expect(error.message.contains("step load"), "\(error)")
        }
    }

    @Test func theDeadlineIsKeptAndSaysWhereItWas() async throws {
        try await MachineRoom.adjusting {
            $0.settings.faults.hangsAt = .countdown
        } run: { room in
            let device = try room.device(Self.noSuchFile)
            try await device.setBoot(BootSetting(target: .pxe), operation: "1", deadline: .seconds(20))
            let error = try await room.failure {
                try await device.setPower(.on, operation: "2", deadline: .seconds(4))
            }
            #expect(error.status == .timeout && error.message.contains("step prompt"), "\(error)")
        }
    }
}
