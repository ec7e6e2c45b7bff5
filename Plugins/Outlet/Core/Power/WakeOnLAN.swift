// SPDX-License-Identifier: Apache-2.0
import Glibc
import PluginKit

/// Wakes a machine by the magic packet (AMD publication 20213): nothing ever answers it.
struct WakeOnLAN: Sendable {
    let configuration: WakeConfiguration

    /// Member of the configuration that holds the SecureOn password, six bytes as `aa:bb:cc:dd:ee:ff`.
    static let passwordSecret = "secureon_password"

    /// Six bytes FF, the adapter's address sixteen times, and the SecureOn password where there is one.
    static func packet(for mac: [UInt8], password: [UInt8] = []) -> [UInt8] {
        var packet = [UInt8](repeating: 0xFF, count: 6)
        for _ in 0..<16 { packet += mac }
        return packet + password
    }

    /// Sends the packet three times, because any one of them may get lost; a machine that is on does not mind.
    ///
    /// Throws `invalid` naming a password or interface that cannot be used, `unreachable` when the packet cannot leave.
    func send(_ call: borrowing Call) throws(PluginError) {
        try call.checkCancelled()
        let password = try password(call)
        var packet = Self.packet(for: configuration.mac, password: password)
        defer {
            packet.withUnsafeMutableBytes { room in
                if let base = room.baseAddress { explicit_bzero(base, room.count) }
            }
        }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw PluginError(.internal, "no socket could be made", vendorCode: errno) }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &yes, socklen_t(MemoryLayout<Int32>.size))
        if let interface = configuration.interface {
            let result = interface.withCString {
                setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, $0, socklen_t(strlen($0)))
            }
            guard result == 0 else {
                throw .invalid(field: "wake_on_lan.interface", String(cString: strerror(errno)))
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = configuration.port.bigEndian
        inet_pton(AF_INET, configuration.broadcast, &address.sin_addr)
        call.wire(.sent, "wake-on-lan", password.isEmpty ? packet : [], sensitive: !password.isEmpty)
        for _ in 0..<3 {
            let sent = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { to in
                    sendto(
                        descriptor, packet, packet.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL), to,
                        socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard sent == packet.count else {
                throw PluginError(
                    .unreachable, "the magic packet did not leave: \(String(cString: strerror(errno)))",
                    retryable: true, vendorCode: errno)
            }
        }
    }

    private func password(_ call: borrowing Call) throws(PluginError) -> [UInt8] {
        guard let secret = try call.secret(Self.passwordSecret) else { return [] }
        let bytes = secret.withBytes { WakeConfiguration.bytes(String(decoding: $0, as: UTF8.self), count: 6) }
        guard let bytes else { throw .invalid(field: Self.passwordSecret, "is not six bytes such as aa:bb:cc:dd:ee:ff") }
        return bytes
    }
}
