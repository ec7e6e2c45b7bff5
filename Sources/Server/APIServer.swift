// SPDX-License-Identifier: Apache-2.0
public import Control
import Hummingbird
public import Logging
import NIOCore
import ServiceLifecycle

/// The REST API under `/v1`.
public struct APIServer: Sendable {
    private let controller: Controller
    private let token: String
    private let logger: Logger

    /// An API over `controller` that lets in whoever bears `token`.
    public init(controller: Controller, token: String, logger: Logger) {
        self.controller = controller
        self.token = token
        self.logger = logger
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onListening: told the port once requests are taken.
    /// - Throws: the bind error, e.g. when the port is taken.
    public func run(host: String, port: Int, onListening: @escaping @Sendable (Int) -> Void) async throws {
        let application = Application(
            router: router(),
            configuration: .init(address: .hostname(host, port: port), serverName: "ingot"),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            logger: logger)
        try await application.run()
    }

    /// Every route. A route is only reachable below `/v1`, and all of `/v1` asks for the token: nothing is open by
    /// forgetting.
    private func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: ErrorMiddleware(logger: logger))
        let v1 = router.group("v1").add(middleware: BearerMiddleware(token: token))
        MachineRoutes(controller: controller).add(to: v1)
        ImageRoutes(controller: controller).add(to: v1)
        InstanceRoutes(controller: controller).add(to: v1)
        JobRoutes(controller: controller).add(to: v1)
        PluginRoutes(controller: controller).add(to: v1)
        QuirkRoutes(controller: controller).add(to: v1)
        return router
    }
}

/// Hummingbird's per-request context with bounded bodies and ISO dates.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var requestDecoder: APIJSON { APIJSON() }
    var responseEncoder: APIJSON { APIJSON() }
    /// Bytes of a JSON body.
    var maxUploadSize: Int { 1 << 20 }

    init(source: Source) {
        coreContext = .init(source: source)
    }
}
