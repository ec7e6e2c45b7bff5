// SPDX-License-Identifier: Apache-2.0
import Control
import Hummingbird

/// `/v1/plugins`.
struct PluginRoutes {
    let controller: Controller

    func add(to group: RouterGroup<APIContext>) {
        group.get("plugins") { _, _ in
            try APIJSON.response(controller.plugins.map(PluginView.init), status: .ok)
        }
        group.post("plugins/:name/reload") { _, context in
            try APIJSON.response(PluginView(try await controller.reloadPlugin(context.name)), status: .ok)
        }
    }
}
