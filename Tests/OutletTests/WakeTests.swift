// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import PluginKit
import PluginTesting
import Testing

@testable import Outlet

@Suite("Wake-on-LAN")
struct WakeTests {
    static let mac: [UInt8] = [0x02, 0x00, 0x5E, 0x10, 0xAB, 0xCD]

    @Test func thePacketIsSixFFAndTheAddressSixteenTimes() {
        let packet = WakeOnLAN.packet(for: Self.mac)
        #expect(packet.count == 102)
        #expect(Array(packet.prefix(6)) == [UInt8](repeating: 0xFF, count: 6))
        for part in 0..<16 { #expect(Array(packet[(6 + part * 6)..<(12 + part * 6)]) == Self.mac) }
    }

    @Test func wakesWithAndWithoutPassword() async throws {
        let socket = try DatagramSink()
        let json = """
            {"wake_on_lan":{"mac":"02-00-5e-10-AB-cd","broadcast":"127.0.0.1","port":\(socket.port),"interface":"lo"}}
            """
        let plain = try TestPath(json, secrets: [:])
        #expect(plain.path.actions == [.on])
        #expect(await plain.set(.on).error == nil)
        #expect(socket.drain() == Array(repeating: WakeOnLAN.packet(for: Self.mac), count: 3))
        #expect(await plain.state().state == .unknown, "nothing answers a magic packet")
        let refused = await plain.set(.off)
        #expect(refused.error?.status == .unsupported)
        #expect(refused.record.wire.isEmpty)

        let secured = try TestPath(json, secrets: ["secureon_password": "01:02:03:0a:0b:0c"])
        let outcome = await secured.set(.on)
        #expect(outcome.error == nil)
        #expect(socket.drain().first == WakeOnLAN.packet(for: Self.mac, password: [1, 2, 3, 10, 11, 12]))
        let traced = outcome.record.wire.flatMap(\.bytes)
        #expect(traced.isEmpty, "the password is not in the trace")
        let short = try TestPath(json, secrets: ["secureon_password": "short"])
        #expect(await short.set(.on).error?.field == "secureon_password")
        #expect(socket.drain().isEmpty)
    }

    @Test func theOutletComesFirst() async throws {
        let agent = try SNMPAgent(outlets: [5: "off"])
        defer { agent.stop() }
        let socket = try DatagramSink()
        let json = """
            {"outlet":{"host":"127.0.0.1","port":\(agent.port),"model":"apc-rpdu","outlets":["5"]},
             "wake_on_lan":{"mac":"02:00:5e:10:ab:cd","broadcast":"127.0.0.1","port":\(socket.port),"wake_after_seconds":1}}
            """
        let path = try TestPath(json)
        let outcome = await path.set(.on)
        #expect(outcome.error == nil)
        #expect(outcome.elapsed >= .seconds(1))
        #expect(try agent.reads(5) == "on")
        #expect(socket.drain().count == 3)
        let again = await path.set(.on)
        #expect(again.error == nil)
        #expect(socket.drain().count == 3, "the outlet is on already: the machine is woken at once")
        #expect(again.elapsed < .seconds(1))
        #expect(agent.sets == ["5 1"])
        #expect(await path.state().state == .on)
    }
}

/// A UDP socket on loopback that keeps what arrives.
final class DatagramSink: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let done = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard done else { throw SNMPAgent.Failure(reason: "no socket") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    /// All that has arrived; loopback delivers before `sendto` returns.
    func drain() -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var room = [UInt8](repeating: 0, count: 256)
        while true {
            let count = recv(descriptor, &room, room.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return packets }
            packets.append(Array(room.prefix(count)))
        }
    }
}
