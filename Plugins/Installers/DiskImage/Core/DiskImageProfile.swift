// SPDX-License-Identifier: Apache-2.0
public import PluginKit

/// Installs a whole-disk image, raw or compressed, and hands the machine's values to cloud-init.
public struct DiskImageProfile: InstallerProfile {
    /// Id, version and schema, as in `plugin.json`.
    public static let descriptor = PluginDescriptor(
        id: "dev.ingot.installer.diskimage", name: "Disk image", vendor: "Ingot", version: "1.0.0",
        license: "Apache-2.0",
        configSchema: """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{},\
            "additionalProperties":false}
            """)

    /// Makes the profile; it has no settings.
    public init() {}

    public func detect(_ image: borrowing ImageSource, _ call: borrowing Call) throws(PluginError) -> Detection {
        let identity = try ImageIdentity(of: image, call)
        return Detection(score: identity.score, identity: try JSONText.encode(identity))
    }

    public func render(
        _ image: borrowing ImageSource, request json: String, _ call: borrowing Call
    ) throws(PluginError) {
        let request = try RenderRequest(json: json)
        for (key, content) in try Rendering(request).files {
            try call.emit(key, content)
        }
    }

    public func event(report json: String, _ call: borrowing Call) throws(PluginError) {
        try call.emit("phase", json: AgentReport(json: json).phase)
    }
}
