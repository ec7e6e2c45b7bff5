// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Host
public import Logging
public import NIOPosix
public import PXE
public import Store

/// The one door to everything Ingot controls: machines, images, instances and jobs. The API is a thin layer over it.
///
/// *Isolation:* thread-safe; state lives in the store, in the job runner (an actor) and in the boot table.
public final class Controller: Sendable {
    let store: Store
    let box: SecretBox
    let host: PluginHost
    let devices: DeviceTable
    let runner: JobRunner
    let table: BootTable
    let site: Site
    let policy: Policy
    let logger: Logger
    /// Gives a machine's DHCP address free.
    let forgetLease: @Sendable (MACAddress) async throws -> Void
    /// The quirk rows that machines are matched with.
    public let quirks: QuirkBook
    /// The image repository.
    public let images: ImageRepository

    /// Builds the control plane over an open store and a running plugin host.
    ///
    /// - Parameters:
    ///   - quirks: what drivers are told about BMCs that need help.
    ///   - forgetLease: tells the boot services that a machine is gone and its address free.
    public init(
        store: Store, host: PluginHost, table: BootTable, site: Site, policy: Policy, threads: NIOThreadPool,
        quirks: QuirkBook = QuirkBook(), logger: Logger,
        forgetLease: @escaping @Sendable (MACAddress) async throws -> Void
    ) throws {
        self.forgetLease = forgetLease
        self.store = store
        self.host = host
        self.table = table
        self.site = site
        self.policy = policy
        self.logger = logger
        box = try SecretBox(directory: store.directory)
        devices = DeviceTable(
            store: store, box: box, host: host, quirks: quirks,
            expiry: CapabilityExpiry(known: policy.timeouts.capabilities))
        self.quirks = quirks
        images = try ImageRepository(store: store, host: host, directory: site.images, threads: threads)
        let refresher = BootTableRefresher(store: store, table: table, policy: policy, site: site, logger: logger)
        self.refresher = refresher
        runner = JobRunner(
            store: store,
            performer: HardwareEffects(
                store: store, devices: devices, host: host, site: site, timeouts: policy.timeouts),
            policy: policy, logger: logger, onChange: { await refresher.refresh() })
    }

    let refresher: BootTableRefresher

    /// Reads what was under way and fills the boot table. To be called before the boot services start: a machine that
    /// asks in between must not be taken for a stranger.
    public func prepare() async throws {
        try await runner.load()
        try await images.removeOrphans()
        await refresher.refresh()
    }

    /// Takes up the jobs that were under way.
    public func start() async throws {
        try await runner.start()
    }

    /// Stops working; what is under way goes on at the next start.
    public func stop() async {
        await runner.stop()
    }

    /// The plugins, as the host process knows them.
    public var plugins: [PluginStatus] { host.plugins }

    /// Reads a plugin's directory again and moves its devices to a new worker.
    /// - Throws: `ControlError` `notFound`, or `DriverError` with the reason why the old worker goes on.
    public func reloadPlugin(_ id: String) async throws -> PluginStatus {
        guard host.plugins.contains(where: { $0.id == id }) else {
            throw ControlError(.notFound, "there is no plugin \(id)")
        }
        return try await host.reload(id)
    }

    /// A job id: its kind and ten random letters.
    static func makeJobID(_ kind: JobKind) -> String {
        let letters = Array("abcdefghjkmnpqrstvwxyz23456789")
        return kind.rawValue + "-" + String((0..<10).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }
}
