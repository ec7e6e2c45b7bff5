// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import Host
import Logging
import NIOPosix
import PXE
import Server
import Store
import Synchronization

/// The management process: store, plugin host, control plane, boot services and API, put together.
struct Daemon {
    let configuration: ServeConfiguration
    let environment: [String: String]
    let logger: Logger

    /// Runs until the task is cancelled or a service fails to start.
    func run() async throws {
        let data = URL(fileURLWithPath: configuration.data ?? "/var/lib/ingot")
        let store = try Store(directory: data, killSwitch: KillSwitch(environment["INGOT_TEST_KILL"]))
        let token = try APIToken.load(directory: data)
        let host = pluginHost()
        let quirks = try QuirkLibrary.load(
            builtIn: configuration.builtinQuirks ?? QuirkLibrary.builtInDirectory,
            site: configuration.quirks ?? [])
        if quirks.rows.isEmpty {
            logger.warning("no quirk rows were found: BMCs that need help are not recognised (docs/quirks.md)")
        }

        let pxe = try configuration.deployment.pxe()
        let table = BootTable()
        var policy = Policy()
        policy.timeouts = configuration.timeouts ?? policy.timeouts
        policy.layers = configuration.layers ?? policy.layers
        let site = Site(
            baseURL: BootSite(server: pxe.serverAddress, httpPort: pxe.httpPort).baseURL, subnet: pxe.subnet,
            server: pxe.serverAddress,
            images: data.appendingPathComponent("images"),
            agentKernel: configuration.agent?.kernel ?? "/usr/lib/ingot/agent/vmlinuz",
            agentInitrd: configuration.agent?.initrd ?? "/usr/lib/ingot/agent/initrd.img")
        for file in [site.agentKernel, site.agentInitrd]
        where !FileManager.default.isReadableFile(atPath: file) {
            throw ConfigurationError(
                path: "",
                reason: "agent: \(file) cannot be read; `make agent` builds it, agent.kernel and agent.initrd name it")
        }
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let running = Late<PXEServer>()
        let controller = try Controller(
            store: store, host: host, table: table, site: site, policy: policy, threads: threads,
            quirks: quirks, logger: logger,
            forgetLease: { try await running.value?.forgetLease(of: $0) })
        let (events, feed) = AsyncStream.makeStream(of: PXEEvent.self, bufferingPolicy: .bufferingOldest(4096))
        let boot = PXEServer(
            configuration: pxe, table: table, leaseStore: StoreLeases(store: store),
            onAgentRequest: { await controller.answer($0) }, onEvent: { feed.yield($0) })
        try await controller.prepare()
        try await boot.start()
        running.value = boot
        let consumer = Task { for await event in events { await controller.take(event) } }

        let failure: (any Error)?
        do {
            try await controller.start()
            try await serveAPI(controller, token: token, ports: boot.ports)
            failure = nil
        } catch is CancellationError {
            failure = nil
        } catch {
            failure = error
        }
        await boot.stop()
        consumer.cancel()
        await controller.stop()
        await host.shutdown()
        try? await threads.shutdownGracefully()
        try? store.close()
        if let failure { throw failure }
    }

    private func pluginHost() -> PluginHost {
        let beside = Executable.directory
        let logger = logger
        return PluginHost(
            configuration: PluginHost.Configuration(
                directories: configuration.plugins ?? ["/usr/lib/ingot/plugins"],
                workerPath: configuration.worker ?? beside.appendingPathComponent("ingot-worker").path,
                isolation: configuration.isolation == "in-process" ? .inProcess : .process),
            logger: logger,
            onEvent: { _ in })
    }

    private func serveAPI(_ controller: Controller, token: String, ports: PXEPorts?) async throws {
        let listen = configuration.api?.listen ?? "127.0.0.1:7480"
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
            (0...65535).contains(port)
        else { throw ConfigurationError(path: "", reason: "api.listen: '\(listen)' is not ADDRESS:PORT") }
        let logger = logger
        let ready = ReadyFile(path: environment["INGOT_READY_FILE"])
        try await APIServer(controller: controller, token: token, logger: logger)
            .run(host: String(listen[..<colon]), port: port) { port in
                let boot = ports.map { ", DHCP \($0.dhcp), TFTP \($0.tftp), HTTP \($0.http)" } ?? ""
                logger.info("ingot serves: API \(listen[..<colon]):\(port)\(boot)")
                ready.write(api: port, ports: ports)
            }
    }
}

/// A value that is there only after something else was built with it.
final class Late<Value: Sendable>: Sendable {
    private let storage = Mutex<Value?>(nil)

    var value: Value? {
        get { storage.withLock { $0 } }
        set { storage.withLock { $0 = newValue } }
    }
}

/// Where this executable lies; its worker lies beside it.
enum Executable {
    static var directory: URL {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
        return URL(fileURLWithPath: path).deletingLastPathComponent()
    }
}

/// Tells whoever started the process which ports it got: one JSON object in the file named by `INGOT_READY_FILE`.
struct ReadyFile: Sendable {
    let path: String?

    func write(api: Int, ports: PXEPorts?) {
        guard let path else { return }
        let text = """
            {"api": \(api), "dhcp": \(ports?.dhcp ?? 0), "tftp": \(ports?.tftp ?? 0), "http": \(ports?.http ?? 0), \
            "pid": \(ProcessInfo.processInfo.processIdentifier)}

            """
        try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
