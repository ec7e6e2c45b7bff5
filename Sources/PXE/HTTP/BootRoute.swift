// SPDX-License-Identifier: Apache-2.0

/// The paths that the boot server knows.
enum BootRoute: Hashable, Sendable {
    /// `/boot/<mac>/script.ipxe`
    case script(MACAddress)
    /// `/boot/<mac>/local`, where HTTP boot firmware finds nothing and goes on to its disk.
    case local(MACAddress)
    /// `/boot/<token>/kernel`
    case kernel(token: String)
    /// `/boot/<token>/initrd`
    case initrd(token: String)
    /// `/programs/<name>`
    case program(String)
    /// Everything under `/agent/`.
    case agent
    /// Everything under `/hello/`: installed systems, which may have an address of their own.
    case hello

    /// Finds the route of a path; nil when there is none.
    init?(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch (parts.first, parts.count) {
        case ("boot", 3):
            let subject = String(parts[2])
            switch parts[3] {
            case "script.ipxe":
                guard let mac = MACAddress(subject) else { return nil }
                self = .script(mac)
            case "local":
                guard let mac = MACAddress(subject) else { return nil }
                self = .local(mac)
            case "kernel": self = .kernel(token: subject)
            case "initrd": self = .initrd(token: subject)
            default: return nil
            }
        case ("programs", 2): self = .program(String(parts[2]))
        case ("agent", 2...): self = .agent
        case ("hello", 2...): self = .hello
        default: return nil
        }
    }
}
