// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Holds a UDP port for a child process until that has bound it itself.
///
/// ipmi_sim binds with SO_REUSEADDR, so it would silently share a port with another program. Here the port is bound
/// exclusively first, and only then opened to sharing.
final class PortReservation {
    /// The port.
    let port: Int
    private let descriptor: Int32

    /// Takes a port; 0 takes any that is free.
    ///
    /// - Throws: `SimulatorError` when the host is no IPv4 address, or the port is in use.
    init(host: String, port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw SimulatorError.invalid(field: "BMC host", reason: "\(host) is not an IPv4 address")
        }
        let opened = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw SimulatorError.network("no socket: \(String(cString: strerror(errno)))") }
        descriptor = opened
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(opened, $0, length) == 0 && getsockname(opened, $0, &length) == 0
            }
        }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard bound else {
            throw SimulatorError.network("BMC port \(port) of \(host): \(String(cString: strerror(errno)))")
        }
        var one: Int32 = 1
        setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }
}
