// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: VendorMessages {
    /// The methods there are. Which of them a caller may use is the host's policy.
    static let vendorMethods = [
        "bios.get", "bios.set", "secure-boot.get", "secure-boot.set", "boot-order.get", "boot-order.set",
        "http-boot.get",
        "http-boot.set", "http.get", "http.post",
    ]

    /// Runs a method; bodies and replies are JSON objects.
    ///
    /// `bios.get`: `{}` → `{"attributes": …, "pending": …}` · `bios.set`: `{"attributes": …}` ·
    /// `secure-boot.get`, `secure-boot.set`: `{"enable": true}` · `boot-order.get`, `boot-order.set`: `{"order": [ids]}` ·
    /// `http-boot.get`, `http-boot.set`: `{"uri": "https://…/boot.efi"}`, null for what DHCP says ·
    /// `http.get`: `{"path": "/redfish/v1/…"}` · `http.post`: `{"path": …, "body": …}`, for paths with `/Actions/` or `/Oem/`.
    public func invoke(method: String, body: [UInt8], _ call: borrowing Call) throws(PluginError) {
        let request = try Self.request(body)
        let reply: JSON
        switch method {
        case "bios.get": reply = try biosSettings(call)
        case "bios.set": reply = try setBIOS(request, call)
        case "secure-boot.get": reply = try secureBoot(call)
        case "secure-boot.set": reply = try setSecureBoot(request, call)
        case "boot-order.get": reply = try bootOrder(call)
        case "boot-order.set": reply = try setBootOrder(request, call)
        case "http-boot.get": reply = try httpBoot(call)
        case "http-boot.set": reply = try setHTTPBoot(request, call)
        case "http.get": reply = try client.get(Self.path(request), call).json
        case "http.post": reply = try post(request, call)
        default: throw PluginError(.unsupported, "there is no method \(method)")
        }
        try call.emit("reply", reply.encoded)
    }

    private static func request(_ body: [UInt8]) throws(PluginError) -> JSON {
        if body.isEmpty { return .object([:]) }
        guard let json = try? JSONReader.read(body), json.object != nil else {
            throw .invalid(field: "body", "is no JSON object")
        }
        return json
    }

    private static func path(_ request: JSON) throws(PluginError) -> String {
        guard let path = request["path"]?.text, path.hasPrefix("/redfish/"), !path.contains("..") else {
            throw .invalid(field: "$.path", "is no path below /redfish/")
        }
        return path
    }

    private func post(_ request: JSON, _ call: borrowing Call) throws(PluginError) -> JSON {
        let path = try Self.path(request)
        guard path.contains("/Actions/") || path.contains("/Oem/") else {
            throw .invalid(field: "$.path", "is neither an action nor below Oem")
        }
        let response = try client.post(path, request["body"] ?? .object([:]), call)
        return .members([
            "status": .integer(Int64(response.status)), "location": .text(response["Location"]),
            "body": try? JSONReader.read(response.body),
        ])
    }

    // MARK: BIOS

    private func bios(_ call: borrowing Call) throws(PluginError) -> Resource {
        guard let link = try system(call).link("Bios") else {
            throw PluginError(.unsupported, "the system has no Bios resource")
        }
        return try client.get(link, call)
    }

    private func biosSettings(_ call: borrowing Call) throws(PluginError) -> JSON {
        let bios = try bios(call)
        let settings = try client.optional(bios.link("@Redfish.Settings", "SettingsObject"), call)
        return .members([
            "attributes": bios["Attributes"] ?? .object([:]), "pending": settings?["Attributes"],
            "apply_times": bios["@Redfish.Settings", "SupportedApplyTimes"],
            "registry": bios["AttributeRegistry"],
        ])
    }

    /// Puts attributes into the settings object, where they wait for the next start of the machine.
    private func setBIOS(_ request: JSON, _ call: borrowing Call) throws(PluginError) -> JSON {
        guard let attributes = request["attributes"], attributes.object?.isEmpty == false else {
            throw .invalid(field: "$.attributes", "is no object with attributes")
        }
        let bios = try bios(call)
        for name in (attributes.object ?? [:]).keys.sorted() where bios["Attributes"]?.object?[name] == nil {
            throw .invalid(field: "$.attributes.\(name)", "is no attribute of this BIOS")
        }
        guard let link = bios.link("@Redfish.Settings", "SettingsObject") else {
            throw PluginError(.unsupported, "\(bios.path): the BIOS has no settings object")
        }
        let settings = try client.get(link, call)
        let response = try client.patch(link, .object(["Attributes": attributes]), seen: settings, call)
        return .members(["applies": "reset", "task": .text(response["Location"])])
    }

    // MARK: Secure Boot

    private func secureBootResource(_ call: borrowing Call) throws(PluginError) -> Resource {
        guard let link = try system(call).link("SecureBoot") else {
            throw PluginError(.unsupported, "the system has no SecureBoot resource")
        }
        return try client.get(link, call)
    }

    private func secureBoot(_ call: borrowing Call) throws(PluginError) -> JSON {
        let resource = try secureBootResource(call)
        return .members([
            "enable": resource["SecureBootEnable"], "current": resource["SecureBootCurrentBoot"],
            "mode": resource["SecureBootMode"],
        ])
    }

    private func setSecureBoot(_ request: JSON, _ call: borrowing Call) throws(PluginError) -> JSON {
        guard let enable = request["enable"]?.bool else { throw .invalid(field: "$.enable", "is not true or false") }
        let resource = try secureBootResource(call)
        try client.patch(resource.path, .object(["SecureBootEnable": .bool(enable)]), seen: resource, call)
        return try secureBoot(call)
    }
}
