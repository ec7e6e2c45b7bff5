// SPDX-License-Identifier: Apache-2.0
import Foundation
import PXE
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("52:54:00:12:34:56", "52:54:00:12:34:56"), ("52-54-00-AB-cd-EF", "52:54:00:ab:cd:ef"),
        ("00:00:00:00:00:00", "00:00:00:00:00:00"),
    ])
    func macParses(text: String, printed: String) throws {
        let mac = try #require(MACAddress(text))
        #expect(mac.description == printed)
        #expect(MACAddress(octets: mac.octets) == mac)
    }

    @Test(arguments: [
        "", "52:54:00:12:34", "52:54:00:12:34:5", "52:54:00:12:34:56:78", "52:54-00:12:34:56", "5254.0012.3456",
        "525400123456", "52:54:00:12:34:5g", " 52:54:00:12:34:56", "52:54:00:12:34:56\n", "5２:54:00:12:34:56",
        "+2:54:00:12:34:56",
    ])
    func macRefuses(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test(arguments: ["0.0.0.0", "127.0.0.1", "192.168.77.10", "255.255.255.255"])
    func addressRoundTrips(text: String) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.description == text)
        #expect(IPv4Address(octets: address.octets) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "1.2.3.-4", "1.2.3.+4", "1..3.4", " 1.2.3.4",
        "1.2.3.4 ", "0x1.2.3.4", "1.2.3.999999999999999999999", "١.2.3.4",
    ])
    func addressRefuses(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test func subnetKnowsItsHosts() throws {
        let subnet = try #require(IPv4Subnet("192.168.77.0/24"))
        #expect(subnet.netmask.description == "255.255.255.0")
        #expect(subnet.broadcast.description == "192.168.77.255")
        #expect(subnet.containsHost(Fixture.address))
        #expect(!subnet.containsHost(subnet.network))
        #expect(!subnet.containsHost(subnet.broadcast))
        #expect(!subnet.contains(IPv4Address(192, 168, 78, 1)))
        let pair = try #require(IPv4Subnet("10.0.0.2/31"))
        #expect(pair.containsHost(IPv4Address(10, 0, 0, 2)) && pair.containsHost(IPv4Address(10, 0, 0, 3)))
        #expect(try #require(IPv4Subnet("0.0.0.0/0")).contains(IPv4Address(8, 8, 8, 8)))
        #expect(IPv4Subnet(containing: Fixture.address, prefixLength: 24) == subnet)
    }

    @Test(arguments: [
        "192.168.77.1/24", "192.168.77.0", "192.168.77.0/33", "192.168.77.0/-1", "192.168.77.0/024", "/24", "a/24",
        "192.168.77.0/24/1",
    ])
    func subnetRefuses(text: String) {
        #expect(IPv4Subnet(text) == nil)
    }

    @Test func codableAsStrings() throws {
        struct Holder: Codable, Equatable {
            var mac: MACAddress
            var address: IPv4Address
            var subnet: IPv4Subnet
        }
        let text = #"{"address":"192.168.77.10","mac":"52:54:00:12:34:56","subnet":"192.168.77.0\/24"}"#
        let holder = Holder(mac: Fixture.mac, address: Fixture.address, subnet: try Fixture.subnet())
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(holder), as: UTF8.self) == text)
        #expect(try JSONDecoder().decode(Holder.self, from: Data(text.utf8)) == holder)
        let broken = text.replacingOccurrences(of: "192.168.77.10", with: "192.168.77.300")
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Holder.self, from: Data(broken.utf8))
        }
        #expect("\(try #require(error))".contains("192.168.77.300"))
    }

    @Test func ordersByNumber() {
        #expect(IPv4Address(9, 0, 0, 1) < IPv4Address(10, 0, 0, 0))
        #expect(MACAddress(value: 0x09_0000_0000) < MACAddress(value: 0x10_0000_0000))
    }

    @Test(arguments: [
        (UInt16(0x0000), "0x0000 (x86 BIOS)"), (0x0007, "0x0007 (x64 UEFI)"), (0x000B, "0x000b (ARM 64-bit UEFI)"),
        (0x0010, "0x0010 (x64 uefi boot from http)"), (0x0022, "0x0022 (MIPS 64-bit UEFI)"),
        (0x0027, "0x0027 (LoongArch 64-bit UEFI)"), (0x0029, "0x0029 (arm rpiboot)"),
        (0xBEEF, "0xbeef (not in the IANA table)"),
    ])
    func architecturesHaveIANANames(number: UInt16, text: String) {
        #expect(ClientArchitecture(rawValue: number).description == text)
    }
}
