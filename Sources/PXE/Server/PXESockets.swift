// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOPosix

/// The open sockets of a running ``PXEServer``.
final class PXESockets: Sendable {
    private static let grace = TimeAmount.seconds(5)

    let ports: PXEPorts
    private let http: HTTPBootServer
    private let tftp: any Channel
    private let dhcp: any Channel
    private let dhcpHandler: NIOLoopBound<DHCPServerHandler>

    private init(
        http: HTTPBootServer, httpPort: Int, tftp: any Channel, dhcp: any Channel,
        dhcpHandler: NIOLoopBound<DHCPServerHandler>
    ) {
        self.http = http
        self.tftp = tftp
        self.dhcp = dhcp
        self.dhcpHandler = dhcpHandler
        ports = PXEPorts(dhcp: dhcp.localAddress?.port ?? 0, tftp: tftp.localAddress?.port ?? 0, http: httpPort)
    }

    /// Opens all sockets, or none.
    static func open(for server: PXEServer) async throws(PXEStartError) -> PXESockets {
        let configuration = server.configuration
        try configuration.check()
        let programs = try configuration.loadPrograms()
        let leases: [DHCPLease]
        do {
            leases = try await server.leaseStore.leases()
        } catch {
            throw .leases(reason: "\(error)")
        }
        let http = HTTPBootServer()
        var opened: [any Channel] = []
        do {
            let httpPort = try await name("HTTP", configuration.localAddress, configuration.httpPort) {
                try await http.bind(configuration.localAddress, port: configuration.httpPort)
            }
            let tftp = try await openTFTP(server, files: programs.mapValues(\.bytes))
            opened.append(tftp)
            let site = configuration.site(httpPort: httpPort)
            let (dhcp, handler) = try await openDHCP(server, site: site, leases: leases)
            opened.append(dhcp)
            try await http.serve(
                .init(
                    responder: BootResponder(table: server.table, site: site, programs: programs),
                    agent: server.agentHandler, onEvent: server.eventHandler))
            return PXESockets(http: http, httpPort: httpPort, tftp: tftp, dhcp: dhcp, dhcpHandler: handler)
        } catch {
            await http.stop(grace: .zero)
            for channel in opened { try? await channel.close().get() }
            throw error as? PXEStartError ?? .system(service: "boot services", reason: "\(error)")
        }
    }

    /// Closes DHCP and TFTP at once and HTTP when its running answers ended, or after five seconds.
    func close() async {
        async let stopped: Void = http.stop(grace: Self.grace)
        try? await dhcp.close().get()
        try? await tftp.close().get()
        await stopped
    }

    /// The lease of a machine.
    func lease(of mac: MACAddress) async throws -> DHCPLease? {
        try await dhcp.eventLoop.submit { [dhcpHandler] in dhcpHandler.value.lease(of: mac) }.get()
    }

    /// Forgets a lease that the store knows to have ended.
    func forget(_ mac: MACAddress) async throws {
        try await dhcp.eventLoop.submit { [dhcpHandler] in dhcpHandler.value.forget(mac) }.get()
    }

    // MARK: - Opening

    private static func openTFTP(
        _ server: PXEServer, files: [String: [UInt8]]
    ) async throws(PXEStartError) -> any Channel {
        let address = server.configuration.localAddress
        let port = server.configuration.tftpPort
        let table = server.table
        let onEvent = server.eventHandler
        return try await name("TFTP", address, port) {
            try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = TFTPServerHandler(
                            server: TFTPServer(files: files), table: table, bindAddress: address, onEvent: onEvent)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
                .withBoundSocket(BoundSocket.udp(address, port: port)).get()
        }
    }

    private static func openDHCP(
        _ server: PXEServer, site: BootSite, leases: [DHCPLease]
    ) async throws(PXEStartError) -> (any Channel, NIOLoopBound<DHCPServerHandler>) {
        let configuration = server.configuration
        // Broadcasts arrive at 0.0.0.0 only; SO_BINDTODEVICE keeps other networks out.
        let address = configuration.interface == nil ? configuration.localAddress : .unspecified
        let descriptor: CInt
        do throws(BoundSocket.Failure) {
            descriptor = try BoundSocket.udp(
                address, port: configuration.dhcpPort, interface: configuration.interface)
        } catch {
            throw startError("DHCP", address, configuration.dhcpPort, errno: error.errno, configuration.interface)
        }
        let core = DHCPServer(
            configuration: .init(
                site: site, subnet: configuration.subnet, router: configuration.router,
                domainNameServers: configuration.domainNameServers, leaseSeconds: configuration.leaseSeconds),
            leases: leases)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (table, store, onEvent) = (server.table, server.leaseStore, server.eventHandler)
        return try await name("DHCP", address, configuration.dhcpPort) {
            let handler = try await loop.submit {
                let handler = DHCPServerHandler(
                    server: core, table: table, store: store, interface: configuration.interface,
                    descriptor: descriptor, onEvent: onEvent)
                return NIOLoopBound(handler, eventLoop: loop)
            }.get()
            let channel = try await DatagramBootstrap(group: loop)
                .channelOption(.datagramVectorReadMessageCount, value: 32)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 32 * 2048))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(handler.value)
                    }
                }
                .withBoundSocket(descriptor).get()
            return (channel, handler)
        }
    }

    /// Runs one step and gives its error the service's name.
    private static func name<T>(
        _ service: String, _ address: IPv4Address, _ port: Int, _ body: () async throws -> T
    ) async throws(PXEStartError) -> T {
        do {
            return try await body()
        } catch let error as BoundSocket.Failure {
            throw startError(service, address, port, errno: error.errno, nil)
        } catch {
            throw .system(service: service, reason: "\(error)")
        }
    }

    private static func startError(
        _ service: String, _ address: IPv4Address, _ port: Int, errno: CInt, _ interface: String?
    ) -> PXEStartError {
        switch errno {
        case EADDRINUSE:
            .portInUse(service: service, address: interface ?? address.description, port: port)
        case EADDRNOTAVAIL:
            .addressMissing(service: service, address: address.description)
        case EACCES, EPERM:
            .notPermitted(service: service, what: "port \(port)" + (interface.map { " on interface \($0)" } ?? ""))
        default:
            .system(service: service, reason: String(cString: strerror(errno)))
        }
    }
}
