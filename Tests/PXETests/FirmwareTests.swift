// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Testing

/// Real firmware in QEMU, on a tap.
@Suite(
    .serialized,
    .enabled(
        if: NetworkLab.isPossible && Command.exists("qemu-system-x86_64"), "needs root, ip(8) and qemu-system-x86"))
struct FirmwareTests {
    /// SeaBIOS and its iPXE ROM: install script, a kernel that is none, a new decision, and the disk's boot sector.
    @Test(.timeLimit(.minutes(3)))
    func biosFollowsTheScriptAndFallsThroughToItsDisk() async throws {
        try await NetworkLab.run(.tap, .local) { lab in
            let kernel = lab.folder.path + "/kernel"
            try Data("this is no kernel\n".utf8).write(to: URL(fileURLWithPath: kernel))
            let install = InstallBoot(token: Fixture.token, kernel: kernel, initrd: kernel, commandLine: "quiet")
            try lab.table.setDirective(.install(install), for: Fixture.mac)
            let disk = lab.folder.path + "/disk.img"
            try Data(Self.bootSector).write(to: URL(fileURLWithPath: disk))
            let machine = try Self.start(lab, disk: disk, firmware: [])
            defer { Command.stop(machine) }
            try await lab.log.wait(seconds: 60, for: "install script") { $0.kind == .scriptServed(.install) }
            let dhcp = lab.log.events.first { event in
                if case .dhcp(.ipxe, .acknowledge, .bootScript) = event.kind { true } else { false }
            }
            #expect(dhcp?.mac == Fixture.mac && dhcp?.address == lab.clientAddress)
            try await lab.log.wait(seconds: 30, for: "kernel") {
                $0.kind == .fileServed(name: "kernel", offset: 0, bytes: 18)
            }
            try lab.table.setDirective(.local, for: Fixture.mac)
            try await lab.log.wait(seconds: 60, for: "local script") { $0.kind == .scriptServed(.local) }
            try await RealClientTests.poll("boot from disk", seconds: 30) { Self.serial(lab).contains("INGOT-DISK") }
        }
    }

    /// OVMF's own PXE client takes the menu, its HTTP client the 404, and the boot loader on the disk starts.
    @Test(
        .timeLimit(.minutes(5)),
        .enabled(
            if: ProcessInfo.processInfo.environment["INGOT_SLOW_TESTS"] != nil && Command.exists("mformat")
                && Command.exists("grub-mkimage"),
            "slow: set INGOT_SLOW_TESTS=1; needs ovmf, mtools and grub-efi-amd64-bin"))
    func uefiFallsThroughToItsDisk() async throws {
        try await NetworkLab.run(.tap, .local) { lab in
            let disk = try await Self.makeUEFIDisk(lab)
            let variables = lab.folder.path + "/vars.fd"
            try FileManager.default.copyItem(atPath: "/usr/share/OVMF/OVMF_VARS_4M.fd", toPath: variables)
            let firmware = [
                "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
                "-drive", "if=pflash,unit=1,format=raw,file=\(variables)",
                "-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n",
            ]
            let machine = try Self.start(lab, disk: disk, firmware: firmware, rom: false)
            defer { Command.stop(machine) }
            try await RealClientTests.poll("boot from disk", seconds: 240) { Self.serial(lab).contains("INGOT-DISK") }
            let told = lab.log.events.map(\.kind)
            #expect(told.contains(.dhcp(stage: .firmware, reply: .acknowledge, answer: .localBoot(.bootMenu))))
            #expect(told.contains(.leftForDisk))
        }
    }

    /// Prints a line to the serial port and halts.
    private static let bootSector: [UInt8] = {
        let code: [UInt8] = [
            0x31, 0xC0, 0x8E, 0xD8, 0xFC,  // ax = ds = 0, forwards
            0xBA, 0xF8, 0x03, 0xBE, 0x16, 0x7C,  // dx = first serial port, si = text
            0xAC, 0x84, 0xC0, 0x74, 0x03, 0xEE, 0xEB, 0xF8,  // print up to the NUL
            0xF4, 0xEB, 0xFD,  // halt
        ]
        let text = Array("INGOT-DISK\r\n\0".utf8)
        return code + text + [UInt8](repeating: 0, count: 510 - code.count - text.count) + [0x55, 0xAA]
            + [UInt8](repeating: 0, count: 1 << 20)
    }()

    private static func makeUEFIDisk(_ lab: NetworkLab) async throws -> String {
        let disk = lab.folder.path + "/disk.img"
        let loader = lab.folder.path + "/BOOTX64.EFI"
        let script = try lab.script("grub.cfg", "serial --unit=0\nterminal_output serial\necho INGOT-DISK\nsleep 600\n")
        let commands = [
            [
                "grub-mkimage", "-O", "x86_64-efi", "-p", "/", "-c", script, "-o", loader, "serial", "terminal", "echo",
                "sleep", "normal",
            ],
            ["truncate", "-s", "64M", disk], ["mformat", "-i", disk, "-F", "::"], ["mmd", "-i", disk, "::/EFI"],
            ["mmd", "-i", disk, "::/EFI/BOOT"], ["mcopy", "-i", disk, loader, "::/EFI/BOOT/BOOTX64.EFI"],
        ]
        for command in commands {
            let result = try await Command.run(command)
            try #require(result.status == 0, "\(command): \(result.error)")
        }
        return disk
    }

    private static func serial(_ lab: NetworkLab) -> String {
        let data = FileManager.default.contents(atPath: lab.folder.path + "/serial") ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private static func start(
        _ lab: NetworkLab, disk: String, firmware: [String], rom: Bool = true
    ) throws -> pid_t {
        let card = "virtio-net-pci,netdev=n0,mac=\(Fixture.mac),bootindex=1" + (rom ? "" : ",romfile=")
        return try Command.spawn(
            [
                "qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-machine", "q35,graphics=off", "-cpu", "max",
                "-m", "512", "-display", "none", "-vga", "none", "-serial", "file:\(lab.folder.path)/serial",
                "-netdev", "tap,id=n0,ifname=\(lab.interface),script=no,downscript=no", "-device", card,
                "-drive", "file=\(disk),if=none,id=d0,format=raw", "-device", "virtio-blk-pci,drive=d0,bootindex=2",
            ] + firmware, error: lab.folder.path + "/qemu.log")
    }
}
