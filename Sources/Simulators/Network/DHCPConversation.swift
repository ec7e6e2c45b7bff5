// SPDX-License-Identifier: Apache-2.0
import PXE

/// DISCOVER, OFFER, REQUEST, ACK as a relay agent would carry them: the machine puts its own address into `giaddr` and
/// asks for answers at the port it sends from (RFC 8357), so that it needs no privileges. Pure.
struct DHCPConversation: DatagramConversation {
    typealias Outcome = BootLease

    /// Who speaks, and as what.
    struct Client: Sendable {
        var stage: ClientStage
        var firmware: FirmwareKind
        var mac: MACAddress
        var relay: IPv4Address
        var hostname: String?
    }

    private let client: Client
    private let transaction: UInt32
    private let waits: [Duration]
    private var attempt = 0
    private var offer: DHCPPacket?

    /// - Parameter waits: how long to wait for an answer to each packet before it is sent again.
    init(client: Client, transaction: UInt32, waits: [Duration]) {
        self.client = client
        self.transaction = transaction
        self.waits = waits
    }

    mutating func start() -> DatagramStep<BootLease> {
        send()
    }

    mutating func timeout() -> DatagramStep<BootLease> {
        attempt += 1
        return send()
    }

    mutating func receive(_ bytes: [UInt8]) -> DatagramStep<BootLease> {
        guard let packet = try? DHCPPacket(parsing: bytes), packet.operation == .reply,
            packet.transaction == transaction, packet.clientHardware == client.mac
        else { return .ignore }
        switch (packet.options.messageType, offer) {
        case (.offer, nil):
            guard packet.options.serverIdentifier != nil, !packet.yourAddress.isUnspecified else { return .ignore }
            offer = packet
            attempt = 0
            return send()
        case (.acknowledge, .some):
            return .done(lease(packet))
        case (.negativeAcknowledge, .some):
            return .failed("DHCP: the server took its offer back: \(packet.options.message ?? "no reason given")")
        default:
            return .ignore
        }
    }

    private func send() -> DatagramStep<BootLease> {
        guard attempt < waits.count else {
            return .failed(offer == nil ? "DHCP: no offer" : "DHCP: no acknowledgement")
        }
        do {
            return .send(try request().encoded(), wait: waits[attempt])
        } catch {
            return .failed("DHCP: \(error)")
        }
    }

    private func request() -> DHCPPacket {
        var packet = DHCPPacket(operation: .request, transaction: transaction, clientHardware: client.mac)
        packet.hops = 1
        packet.seconds = UInt16(clamping: attempt * 4)
        packet.relayAddress = client.relay
        packet.options.messageType = offer == nil ? .discover : .request
        if let offer {
            packet.options.requestedAddress = offer.yourAddress
            packet.options.serverIdentifier = offer.options.serverIdentifier
        }
        packet.options.maximumMessageSize = 1_472
        switch client.stage {
        case .firmware: addFirmware(&packet)
        case .ipxe:
            addFirmware(&packet)
            packet.options.setBareUserClass("iPXE")
            // Version 1.21.1 and the features HTTP (0x13), TFTP (0x17) and DNS (0x18).
            packet.options[.ipxe] = [235, 3, 1, 21, 1, 0x13, 1, 1, 0x17, 1, 1, 0x18, 1, 1]
        case .agent:
            packet.options.parameterRequestList = [.subnetMask, .router, .domainNameServer, .leaseTime]
        case .os:
            packet.options.hostName = client.hostname
            packet.options.parameterRequestList = [.subnetMask, .router, .domainNameServer, .hostName, .leaseTime]
        }
        // Relay agent information with one empty sub-option: the reply goes to the port this came from.
        packet.options[.relayAgentInformation] = [19, 0]
        return packet
    }

    private func addFirmware(_ packet: inout DHCPPacket) {
        let architecture = client.firmware.architecture
        let digits = String(architecture.rawValue)
        let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let kind = client.firmware == .uefiHTTP ? "HTTPClient" : "PXEClient"
        packet.options.vendorClass = "\(kind):Arch:\(number):UNDI:003016"
        packet.options.architectures = [architecture]
        packet.options[.clientInterface] = [1, 3, 16]
        packet.options.machineIdentifier = [UInt8](repeating: 0x49, count: 10) + client.mac.octets
        packet.options.parameterRequestList = [
            .subnetMask, .router, .domainNameServer, .vendorSpecific, .leaseTime, .serverIdentifier, .vendorClass,
            .tftpServerName, .bootFileName,
        ]
    }

    private func lease(_ packet: DHCPPacket) -> BootLease {
        let file = packet.options.bootFileName ?? (packet.bootFile.isEmpty ? nil : packet.bootFile)
        let named = packet.options.tftpServerName.flatMap { IPv4Address($0) }
        let next = packet.nextServer.isUnspecified ? nil : packet.nextServer
        return BootLease(
            address: packet.yourAddress,
            bootServer: next ?? named ?? packet.options.serverIdentifier ?? .unspecified,
            bootFile: file.flatMap { $0.isEmpty ? nil : $0 })
    }
}
