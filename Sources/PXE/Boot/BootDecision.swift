// SPDX-License-Identifier: Apache-2.0

/// Decides how a machine boots; a pure function of what is known and what the packet says.
///
/// | enrolment | stage | architecture | answer |
/// |---|---|---|---|
/// | none | any | any | ignore: unknown |
/// | `ignore` | any | any | ignore: held |
/// | any other | OS or agent | any | address only |
/// | `install` | BIOS firmware | 0x0000 | `undionly.kpxe` by TFTP |
/// | `install` | UEFI firmware | 0x0007, 0x0009 | `snponly.efi` by TFTP |
/// | `install` | UEFI HTTP firmware | 0x0010 | URL of `snponly.efi` |
/// | `install` | iPXE with HTTP | 0x0000, 0x0007, 0x0009, 0x0010, none | script URL |
/// | `install` | iPXE without HTTP | as firmware | boot program, as firmware |
/// | `install` | UEFI firmware | of a ``BootArchitecture`` | the operator's boot program, by TFTP or as a URL |
/// | `install` | firmware or iPXE | any other | ignore: architecture |
/// | `local` | firmware or iPXE | any | see ``LocalBoot/answer(for:mac:at:)`` |
public func decide(_ client: BootClient, at site: BootSite) -> BootAnswer {
    guard let enrolment = client.enrolment else { return .ignore(.unknown) }
    switch enrolment.directive {
    case .ignore:
        return .ignore(.held)
    case .local:
        guard client.stage != .os else { return .addressOnly }
        return LocalBoot.answer(for: client, mac: enrolment.mac, at: site)
    case .install:
        guard client.stage != .os else { return .addressOnly }
        guard let program = BootProgram(for: client, at: site) else {
            return .ignore(.architecture(client.architecture))
        }
        if client.stage == .ipxe, client.hasHTTP {
            return .bootScript(site.scriptURL(enrolment.mac, firmware: client.firmware))
        }
        return program.byHTTP ? .bootProgramURL(site.programURL(program.name)) : .bootProgram(program.name)
    }
}

extension LocalBoot {
    /// How each kind of network boot code is sent on to the disk. This is the one place for it.
    ///
    /// | who asks | answer | why |
    /// |---|---|---|
    /// | iPXE with HTTP | script that ends in `exit 1` | the firmware goes on to its next device |
    /// | PXE firmware, BIOS or UEFI | boot menu with "local disk" | nothing is loaded; OVMF goes on after 4 seconds |
    /// | UEFI HTTP firmware | URL that answers 404 | it gives up at once; without an offer it tries for a minute |
    /// | iPXE without HTTP | address, no boot file | there is nothing for it to load |
    ///
    /// The architecture does not matter. Measured with OVMF: an offer without boot file, or none, costs a minute for
    /// each boot entry; Debian 12's `ipxe.efi` hangs in its exit, whatever the status.
    static func answer(for client: BootClient, mac: MACAddress, at site: BootSite) -> BootAnswer {
        if client.stage == .ipxe {
            guard client.hasHTTP else { return .localBoot(.noBootFile) }
            return .localBoot(.script(site.scriptURL(mac, firmware: client.firmware)))
        }
        return .localBoot(client.wantsHTTP ? .missingURL(site.localURL(mac)) : .bootMenu)
    }
}

/// The boot program for an architecture: iPXE for x86, the operator's own for others.
///
/// UEFI machines get `snponly.efi`: it drives the card through the firmware and, unlike Debian 12's `ipxe.efi`, gives
/// the machine back to the firmware when a script leaves.
struct BootProgram {
    /// Its name, the same by TFTP and HTTP.
    var name: String
    /// True when the firmware wants a URL.
    var byHTTP: Bool

    /// The names of the programs that are served.
    static let names = ["undionly.kpxe", "ipxe.efi", "snponly.efi"]

    /// Picks the program; nil when there is none for the architecture.
    init?(for client: BootClient, at site: BootSite) {
        switch client.architecture {
        case .x86BIOS where !client.wantsHTTP:
            self.init(name: "undionly.kpxe", byHTTP: false)
        case .x64UEFI, .ebc:
            self.init(name: "snponly.efi", byHTTP: client.wantsHTTP)
        case .x64UEFIHTTP:
            self.init(name: "snponly.efi", byHTTP: true)
        case nil where client.stage == .ipxe:
            self.init(name: "undionly.kpxe", byHTTP: false)
        case let type?:
            guard let name = BootArchitecture(type).flatMap({ site.bootFiles[$0] }) else { return nil }
            self.init(name: name, byHTTP: client.wantsHTTP || type.isHTTP && client.stage == .firmware)
        case nil:
            return nil
        }
    }

    private init(name: String, byHTTP: Bool) {
        self.name = name
        self.byHTTP = byHTTP
    }
}
