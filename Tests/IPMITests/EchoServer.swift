// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Glibc
import Synchronization

/// A TCP server on loopback that sends back whatever it gets, as the serial line behind a console.
final class EchoServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let ended = DispatchSemaphore(value: 0)
    private let received = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    /// How many bytes came.
    var count: Int { received.load(ordering: .sequentiallyConsistent) }

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let status = withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
            let name = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard bind(listener, name, length) == 0, listen(listener, 4) == 0 else { return -1 }
            return getsockname(listener, name, &length)
        }
        guard status == 0 else { throw SimulatedBMC.Failure(reason: "no TCP server") }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { self.run() }
    }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        shutdown(listener, Int32(SHUT_RDWR))
        ended.wait()
        close(listener)
    }

    private func run() {
        var clients: [Int32] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isStopped.load(ordering: .sequentiallyConsistent) {
            var polled = ([listener] + clients).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, nfds_t(polled.count), 100) > 0 else { continue }
            if polled[0].revents != 0 {
                let client = accept(listener, nil, nil)
                if client >= 0 { clients.append(client) }
            }
            for entry in polled.dropFirst() where entry.revents != 0 {
                let got = recv(entry.fd, &buffer, buffer.count, 0)
                guard got > 0 else {
                    close(entry.fd)
                    clients.removeAll { $0 == entry.fd }
                    continue
                }
                received.add(got, ordering: .sequentiallyConsistent)
                var sent = 0
                while sent < got {
                    let count = buffer.withUnsafeBytes {
                        send(entry.fd, $0.baseAddress?.advanced(by: sent), got - sent, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { break }
                    sent += count
                }
            }
        }
        for client in clients { close(client) }
        ended.signal()
    }
}
