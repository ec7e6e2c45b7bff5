// SPDX-License-Identifier: Apache-2.0

/// Why the boot services did not start: the thing at fault and what to do about it.
public enum PXEStartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A configuration value is not usable.
    case configuration(field: String, reason: String)
    /// There is no such network interface.
    case interfaceMissing(String, available: [String])
    /// Another program has the port.
    case portInUse(service: String, address: String, port: Int)
    /// The address is not on this host.
    case addressMissing(service: String, address: String)
    /// The system does not let this process use the port or the interface.
    case notPermitted(service: String, what: String)
    /// A boot program cannot be read.
    case bootProgram(path: String, reason: String)
    /// The saved leases cannot be read.
    case leases(reason: String)
    /// Any other failure of the system.
    case system(service: String, reason: String)
    /// The services run already.
    case alreadyStarted

    /// One line for people that names the fix.
    public var description: String {
        switch self {
        case .configuration(let field, let reason):
            "\(field): \(reason)"
        case .interfaceMissing(let name, let available):
            "network interface '\(name)' does not exist; set one of: \(available.joined(separator: ", "))"
        case .portInUse(let service, let address, let port):
            """
            \(service) port \(port) on \(address) is in use by another program; stop it (ss -lnp sport = :\(port) \
            shows it) or set another port
            """
        case .addressMissing(let service, let address):
            "\(service): address \(address) is not on this host; add it to an interface or set another address"
        case .notPermitted(let service, let what):
            """
            \(service): not permitted to use \(what); run as root, or give the program CAP_NET_BIND_SERVICE, \
            CAP_NET_RAW and CAP_NET_ADMIN
            """
        case .bootProgram(let path, let reason):
            """
            boot program \(path) cannot be read: \(reason); install Debian's package ipxe, or set the folder of \
            the boot programs
            """
        case .leases(let reason):
            "the saved leases cannot be read: \(reason)"
        case .system(let service, let reason):
            "\(service): \(reason)"
        case .alreadyStarted:
            "the boot services run already"
        }
    }
}
