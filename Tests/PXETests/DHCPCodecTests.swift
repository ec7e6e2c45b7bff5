// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

@Suite struct DHCPCodecTests {
    /// A packet made by hand, octet by octet, so that the codec is not its own judge.
    static func raw(
        op: UInt8 = 1, htype: UInt8 = 1, hlen: UInt8 = 6, sname: [UInt8] = [], file: [UInt8] = [],
        cookie: [UInt8] = [99, 130, 83, 99], options: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = [op, htype, hlen, 0, 0xDE, 0xAD, 0xBE, 0xEF, 0, 7, 0x80, 0]
        bytes += [UInt8](repeating: 0, count: 16)
        bytes += [0x52, 0x54, 0x00, 0x12, 0x34, 0x56] + [UInt8](repeating: 0, count: 10)
        bytes += sname + [UInt8](repeating: 0, count: 64 - sname.count)
        bytes += file + [UInt8](repeating: 0, count: 128 - file.count)
        return bytes + cookie + options
    }

    @Test func readsADiscoverOfSomeFirmware() throws {
        let vendor = Array("PXEClient:Arch:00007:UNDI:003016".utf8)
        let options: [UInt8] =
            [53, 1, 1, 57, 2, 5, 0xC0, 55, 3, 1, 3, 67, 97, 17, 0] + (1...16)
            + [94, 3, 1, 3, 16, 93, 2, 0, 7, 60, UInt8(vendor.count)] + vendor + [255, 0, 0]
        let packet = try DHCPPacket(parsing: Self.raw(options: options))
        #expect(packet.operation == .request)
        #expect(packet.messageType == .discover)
        #expect(packet.transaction == 0xDEAD_BEEF)
        #expect(packet.seconds == 7)
        #expect(packet.wantsBroadcast)
        #expect(packet.clientHardware == Fixture.mac)
        #expect(packet.options.maximumMessageSize == 1472)
        #expect(packet.options.architectures == [.x64UEFI])
        #expect(packet.options.machineIdentifier == Array(1...16))
        #expect(packet.options.parameterRequestList == [.subnetMask, .router, .bootFileName])
        let client = BootClient(enrolment: nil, packet: packet)
        #expect(client.stage == .firmware && client.architecture == .x64UEFI && !client.wantsHTTP)
    }

    @Test func knowsIPXEByItsBareUserClass() throws {
        let options: [UInt8] = [53, 1, 1, 77, 4] + Array("iPXE".utf8) + [60, 9] + Array("PXEClient".utf8) + [255]
        let packet = try DHCPPacket(parsing: Self.raw(options: options))
        #expect(packet.options.userClasses == ["iPXE"])
        #expect(BootClient(enrolment: nil, packet: packet).stage == .ipxe)
    }

    @Test func readsUserClassesOfRFC3004() throws {
        let options: [UInt8] = [53, 1, 1, 77, 9, 3] + Array("foo".utf8) + [4] + Array("iPXE".utf8) + [255]
        let packet = try DHCPPacket(parsing: Self.raw(options: options))
        #expect(packet.options.userClasses == ["foo", "iPXE"])
        #expect(packet.options.isIPXE)
    }

    @Test func knowsIPXEByItsOptionsAndReadsItsFeatures() throws {
        let with: [UInt8] = [53, 1, 1, 175, 9, 177, 4, 1, 2, 3, 4, 0x13, 1, 1, 255]
        let without: [UInt8] = [53, 1, 1, 175, 3, 0x15, 1, 1, 255]
        #expect(try DHCPPacket(parsing: Self.raw(options: with)).options.ipxeHasHTTP)
        let packet = try DHCPPacket(parsing: Self.raw(options: without))
        #expect(packet.options.isIPXE && !packet.options.ipxeHasHTTP)
    }

    @Test func fallsBackToTheArchitectureInTheVendorClass() throws {
        let vendor = Array("HTTPClient:Arch:00016:UNDI:003001".utf8)
        let options: [UInt8] = [53, 1, 1, 60, UInt8(vendor.count)] + vendor + [255]
        let client = BootClient(enrolment: nil, packet: try DHCPPacket(parsing: Self.raw(options: options)))
        #expect(client.architecture == .x64UEFIHTTP && client.wantsHTTP && client.stage == .firmware)
    }

    @Test func readsOverloadedFields() throws {
        // Option 52 = 3: file, then sname continue the options; a split option 12 is joined in that order.
        let raw = Self.raw(
            sname: [12, 2, 0x63, 0x64, 255], file: [3, 4, 192, 168, 77, 254, 12, 2, 0x61, 0x62, 255],
            options: [53, 1, 5, 52, 1, 3, 255])
        let packet = try DHCPPacket(parsing: raw)
        #expect(packet.options.routers == [IPv4Address(192, 168, 77, 254)])
        #expect(packet.options.hostName == "abcd")
        #expect(packet.bootFile.isEmpty && packet.serverName.isEmpty)
    }

    @Test func splitsAndJoinsLongOptions() throws {
        var packet = DHCPPacket(operation: .reply, transaction: 1, clientHardware: Fixture.mac)
        packet.options.messageType = .offer
        let url = "http://192.168.77.1/" + String(repeating: "x", count: 600)
        packet.options.bootFileName = url
        let final = packet
        let bytes = try final.encoded()
        #expect(try DHCPPacket(parsing: bytes).options.bootFileName == url)
        let error = #expect(throws: DHCPError.self) { try final.encoded(maximumLength: 576) }
        #expect(error?.field == .packet)
    }

    @Test func roundTripsEveryField() throws {
        var packet = DHCPPacket(operation: .reply, transaction: 0x0102_0304, clientHardware: Fixture.mac)
        packet.hops = 3
        packet.seconds = 513
        packet.wantsBroadcast = true
        packet.clientAddress = IPv4Address(1, 2, 3, 4)
        packet.yourAddress = Fixture.address
        packet.nextServer = Fixture.server
        packet.relayAddress = IPv4Address(5, 6, 7, 8)
        packet.serverName = "server"
        packet.bootFile = "undionly.kpxe"
        packet.options.messageType = .acknowledge
        packet.options[.relayAgentInformation] = [1, 2, 3, 4, 19, 0]
        packet.options.leaseSeconds = 3600
        packet.options.domainNameServers = [Fixture.server, Fixture.address]
        packet.options.hostName = "node-1"
        let bytes = try packet.encoded()
        #expect(bytes.count >= 300)
        let parsed = try DHCPPacket(parsing: bytes)
        // The relay agent information goes last (RFC 3046 section 2.2); everything else keeps its place.
        #expect(parsed.options.codes.last == .relayAgentInformation)
        var expected = packet
        expected.options[.relayAgentInformation] = nil
        expected.options[.relayAgentInformation] = packet.options[.relayAgentInformation]
        #expect(parsed == expected)
        #expect(parsed.options.relayWantsSourcePort)
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        var bytes: [UInt8]
        var field: DHCPError.Field
        var testDescription: String { field.name }
    }

    @Test(arguments: [
        Malformed(bytes: [], field: .packet),
        Malformed(bytes: Array(raw(options: []).prefix(239)), field: .packet),
        Malformed(bytes: raw(options: [53, 1, 1] + [UInt8](repeating: 0, count: 5000)), field: .packet),
        Malformed(bytes: raw(op: 3, options: [53, 1, 1, 255]), field: .op),
        Malformed(bytes: raw(htype: 32, options: [53, 1, 1, 255]), field: .hardwareType),
        Malformed(bytes: raw(hlen: 16, options: [53, 1, 1, 255]), field: .hardwareType),
        Malformed(bytes: raw(cookie: [1, 2, 3, 4], options: [53, 1, 1, 255]), field: .magicCookie),
        Malformed(bytes: raw(options: [255]), field: .option(.messageType)),
        Malformed(bytes: raw(options: [53, 1, 0, 255]), field: .option(.messageType)),
        Malformed(bytes: raw(options: [53, 1, 9, 255]), field: .option(.messageType)),
        Malformed(bytes: raw(options: [53, 2, 1, 1, 255]), field: .option(.messageType)),
        Malformed(bytes: raw(options: [53, 1, 1, 50]), field: .option(.requestedAddress)),
        Malformed(bytes: raw(options: [53, 1, 1, 50, 4, 1, 2, 3]), field: .option(.requestedAddress)),
        Malformed(bytes: raw(options: [53, 1, 1, 50, 3, 1, 2, 3, 255]), field: .option(.requestedAddress)),
        Malformed(bytes: raw(options: [53, 1, 1, 54, 0, 255]), field: .option(.serverIdentifier)),
        Malformed(bytes: raw(options: [53, 1, 1, 57, 1, 5, 255]), field: .option(.maximumMessageSize)),
        Malformed(bytes: raw(options: [53, 1, 1, 93, 3, 0, 7, 0, 255]), field: .option(.clientArchitecture)),
        Malformed(bytes: raw(options: [53, 1, 1, 94, 2, 1, 3, 255]), field: .option(.clientInterface)),
        Malformed(bytes: raw(options: [53, 1, 1, 97, 2, 0, 1, 255]), field: .option(.clientMachineIdentifier)),
        Malformed(bytes: raw(options: [53, 1, 1, 61, 1, 1, 255]), field: .option(.clientIdentifier)),
        Malformed(bytes: raw(options: [53, 1, 1, 52, 1, 4, 255]), field: .option(.overload)),
        Malformed(bytes: raw(options: [53, 1, 1, 52, 0, 255]), field: .option(.overload)),
        Malformed(
            bytes: raw(file: [UInt8](repeating: 7, count: 128), options: [53, 1, 1, 52, 1, 1, 255]),
            field: .option(DHCPOptionCode(rawValue: 7))),
        Malformed(
            bytes: raw(options: [53, 1, 1, 82, 4, 1, 9, 0, 0, 255]), field: .suboption(.relayAgentInformation, 1)),
        Malformed(bytes: raw(options: [53, 1, 1, 175, 2, 0x13, 1, 255]), field: .suboption(.ipxe, 0x13)),
        Malformed(bytes: raw(options: [53, 1, 1, 60, 0, 255]), field: .option(.vendorClass)),
    ])
    func malformedPacketsNameTheField(malformed: Malformed) {
        let error = #expect(throws: DHCPError.self) { try DHCPPacket(parsing: malformed.bytes) }
        #expect(error?.field == malformed.field)
        #expect(error?.description.contains(malformed.field.name) == true)
    }

    @Test func refusesGroupHardwareAddresses() {
        var bytes = Self.raw(options: [53, 1, 1, 255])
        bytes[28] = 0x01
        let final = bytes
        let error = #expect(throws: DHCPError.self) { try DHCPPacket(parsing: final) }
        #expect(error?.field == .chaddr)
    }

    @Test func refusesTextsThatDoNotFit() {
        var packet = DHCPPacket(operation: .reply, transaction: 1, clientHardware: Fixture.mac)
        packet.bootFile = String(repeating: "x", count: 128)
        let final = packet
        let error = #expect(throws: DHCPError.self) { try final.encoded() }
        #expect(error?.field == .file)
    }
}
