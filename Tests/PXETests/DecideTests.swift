// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

/// One test per row of the tables at ``decide(_:at:)`` and `LocalBoot`.
@Suite struct DecideTests {
    private let script = "http://192.168.77.1:8080/boot/52:54:00:12:34:56/script.ipxe"

    private func answer(
        _ directive: BootDirective?, _ stage: BootStage, _ architecture: ClientArchitecture? = nil,
        wantsHTTP: Bool = false, hasHTTP: Bool = true
    ) -> BootAnswer {
        let client = BootClient(
            enrolment: directive.map { Fixture.client($0) }, stage: stage, architecture: architecture,
            wantsHTTP: wantsHTTP, hasHTTP: hasHTTP)
        return decide(client, at: Fixture.site)
    }

    @Test(arguments: BootStage.allCases)
    func unknownIsIgnored(stage: BootStage) {
        #expect(answer(nil, stage, .x86BIOS) == .ignore(.unknown))
    }

    @Test(arguments: BootStage.allCases)
    func heldIsIgnored(stage: BootStage) {
        #expect(answer(.ignore, stage, .x64UEFI) == .ignore(.held))
    }

    @Test(arguments: [BootDirective.local, Fixture.install])
    func operatingSystemsGetAnAddressOnly(directive: BootDirective) {
        #expect(answer(directive, .os) == .addressOnly)
    }

    @Test(arguments: [0x0000, 0x0007, 0x0009, 0x000B, 0x0027] as [UInt16])
    func localFirmwareGetsTheMenuWithTheDisk(number: UInt16) {
        #expect(answer(.local, .firmware, ClientArchitecture(rawValue: number)) == .localBoot(.bootMenu))
    }

    @Test func localFirmwareWithoutArchitectureGetsTheMenuWithTheDisk() {
        #expect(answer(.local, .firmware, nil) == .localBoot(.bootMenu))
    }

    @Test(arguments: [0x0010, 0x0013] as [UInt16])
    func localHTTPFirmwareGetsAURLWithNothing(number: UInt16) {
        let url = "http://192.168.77.1:8080/boot/52:54:00:12:34:56/local"
        let architecture = ClientArchitecture(rawValue: number)
        #expect(answer(.local, .firmware, architecture, wantsHTTP: true) == .localBoot(.missingURL(url)))
    }

    @Test func localIPXEWithoutHTTPGetsNoBootFile() {
        #expect(answer(.local, .ipxe, .x86BIOS, hasHTTP: false) == .localBoot(.noBootFile))
    }

    @Test(arguments: [
        (ClientArchitecture.x86BIOS, "bios"), (.x64UEFI, "uefi"), (.ebc, "uefi"), (.x64UEFIHTTP, "uefi"),
    ])
    func localIPXEGetsTheScriptThatLeaves(architecture: ClientArchitecture, firmware: String) {
        let expected = BootAnswer.localBoot(.script("\(script)?firmware=\(firmware)"))
        #expect(answer(.local, .ipxe, architecture) == expected)
    }

    @Test func installBIOSFirmwareGetsUndionly() {
        #expect(answer(Fixture.install, .firmware, .x86BIOS) == .bootProgram("undionly.kpxe"))
    }

    @Test(arguments: [ClientArchitecture.x64UEFI, .ebc])
    func installUEFIFirmwareGetsSNPOnly(architecture: ClientArchitecture) {
        #expect(answer(Fixture.install, .firmware, architecture) == .bootProgram("snponly.efi"))
    }

    @Test func installUEFIHTTPFirmwareGetsAURL() {
        let expected = BootAnswer.bootProgramURL("http://192.168.77.1:8080/programs/snponly.efi")
        #expect(answer(Fixture.install, .firmware, .x64UEFIHTTP, wantsHTTP: true) == expected)
    }

    @Test(arguments: [
        (ClientArchitecture?.none, "bios"), (.x86BIOS, "bios"), (.x64UEFI, "uefi"), (.ebc, "uefi"),
    ])
    func installIPXEGetsTheScript(architecture: ClientArchitecture?, firmware: String) {
        #expect(answer(Fixture.install, .ipxe, architecture) == .bootScript("\(script)?firmware=\(firmware)"))
    }

    @Test func installIPXEWithoutHTTPGetsAProgramWithIt() {
        #expect(answer(Fixture.install, .ipxe, .x86BIOS, hasHTTP: false) == .bootProgram("undionly.kpxe"))
        #expect(answer(Fixture.install, .ipxe, .x64UEFI, hasHTTP: false) == .bootProgram("snponly.efi"))
    }

    @Test(arguments: [0x0006, 0x000A, 0x000B, 0x0013, 0x0022, 0x0027, 0xFFFF] as [UInt16], BootStage.allCases)
    func installOtherArchitectureIsIgnoredByName(number: UInt16, stage: BootStage) {
        guard stage != .os else { return }
        let architecture = ClientArchitecture(rawValue: number)
        #expect(answer(Fixture.install, stage, architecture) == .ignore(.architecture(architecture)))
        let reason = BootAnswer.IgnoreReason.architecture(architecture).description
        #expect(reason.contains(architecture.description))
    }

    /// UEFI of other machines loads what the operator gave for it (IANA: 0x27 and 0x28 are LoongArch64, 0x22 is MIPS64).
    @Test func installOtherArchitecturesGetTheOperatorsProgram() {
        let programs: [BootArchitecture: String] = [.loongarch64: "grubloongarch64.efi", .mips64: "grub.efi"]
        let site = BootSite(server: Fixture.server, httpPort: 8080, bootFiles: programs)
        func answer(_ number: UInt16, _ stage: BootStage = .firmware, http: Bool = false) -> BootAnswer {
            let client = BootClient(
                enrolment: Fixture.client(Fixture.install), stage: stage, architecture: .init(rawValue: number),
                wantsHTTP: http)
            return decide(client, at: site)
        }
        let url = "http://192.168.77.1:8080/programs/grubloongarch64.efi"
        #expect(answer(0x27) == .bootProgram("grubloongarch64.efi"))
        #expect(answer(0x28, http: true) == .bootProgramURL(url))
        #expect(answer(0x27, .ipxe) == .bootScript("\(script)?firmware=uefi"))
        #expect(answer(0x22) == .bootProgram("grub.efi"))
        #expect(answer(0x25) == .ignore(.architecture(.init(rawValue: 0x25))))
        let reason = BootAnswer.IgnoreReason.architecture(.init(rawValue: 0x21)).description
        #expect(reason.hasSuffix("MIPS 32-bit UEFI): set deployment.boot_files.mips32"))
    }

    /// PMON loads by TFTP and asks DHCP, if at all, without any PXE option.
    @Test func firmwareWithoutPXEOptionsGetsAnAddressOnly() {
        var packet = DHCPPacket(operation: .request, transaction: 1, clientHardware: Fixture.mac)
        packet.options.messageType = .discover
        let client = BootClient(enrolment: Fixture.client(Fixture.install), packet: packet)
        #expect(decide(client, at: Fixture.site) == .addressOnly)
    }

    @Test func everyTypeBelongsToOneFamilyAndSaysHowItLoads() {
        for family in BootArchitecture.allCases {
            for (index, type) in family.types.enumerated() {
                #expect(BootArchitecture(type) == family)
                #expect(type.isUEFI)
                #expect(type.isHTTP == (index == 1))
                #expect((type.name ?? "").contains("http") == type.isHTTP)
            }
        }
    }

    @Test func installFirmwareWithoutArchitectureIsIgnored() {
        #expect(answer(Fixture.install, .firmware, nil) == .ignore(.architecture(nil)))
    }

    @Test func portEightyIsLeftOutOfURLs() {
        let client = BootClient(enrolment: Fixture.client(Fixture.install), stage: .ipxe, architecture: .x86BIOS)
        let answer = decide(client, at: BootSite(server: Fixture.server, httpPort: 80))
        #expect(answer == .bootScript("http://192.168.77.1/boot/52:54:00:12:34:56/script.ipxe?firmware=bios"))
    }
}
