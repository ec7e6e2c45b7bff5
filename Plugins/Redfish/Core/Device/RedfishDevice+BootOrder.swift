// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// What of a system's `Boot` (ComputerSystem schema) is no override: the order of its options, and where HTTP boot goes.
extension RedfishDevice {
    /// The order, and what its options are. Throws `unsupported` when the system does not tell it.
    func bootOrder(_ call: borrowing Call) throws(PluginError) -> JSON {
        let system = try system(call)
        guard let order = system["Boot", "BootOrder"] else {
            throw PluginError(.unsupported, "\(system.path): the system does not tell its boot order")
        }
        let options = try client.resources(of: system.json[["Boot", "BootOptions"]]?["@odata.id"]?.text, call)
        let described = options.prefix(128).map { option in
            JSON.members([
                "id": option["BootOptionReference"] ?? .string(option.id), "name": option["DisplayName"],
                "device": option["UefiDevicePath"], "enabled": option["BootOptionEnabled"],
            ])
        }
        let pending = try bootPlace(system, call)
        return .members([
            "order": order, "options": .array(Array(described)),
            "pending": pending.path == system.path || pending["Boot", "BootOrder"] == order
                ? nil : pending["Boot", "BootOrder"],
        ])
    }

    /// Sets the order and reads it back. Throws `protocol` when it was acknowledged and another is there.
    func setBootOrder(_ request: JSON, _ call: borrowing Call) throws(PluginError) -> JSON {
        guard let order = request["order"]?.texts, !order.isEmpty, order.count == request["order"]?.array?.count else {
            throw .invalid(field: "$.order", "is no list of boot option ids")
        }
        try change("BootOrder", to: .list(order), call)
        return try bootOrder(call)
    }

    /// `HttpBootUri`; null when firmware asks DHCP. Throws `unsupported` when the system has none.
    func httpBoot(_ call: borrowing Call) throws(PluginError) -> JSON {
        let system = try system(call)
        let place = try bootPlace(system, call)
        guard let uri = place["Boot", "HttpBootUri"] else {
            throw PluginError(.unsupported, "\(place.path): the system has no HttpBootUri")
        }
        return .members(["uri": uri.text?.isEmpty == false ? uri : .null])
    }

    /// Sets `HttpBootUri` and reads it back; the boot target `http` then goes there.
    func setHTTPBoot(_ request: JSON, _ call: borrowing Call) throws(PluginError) -> JSON {
        let uri = request["uri"] ?? .null
        let isURI = ["http://", "https://"].contains { uri.text?.hasPrefix($0) == true }
        let isPlain = uri.text?.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ?? true
        guard uri == .null || (isURI && isPlain && (uri.text?.utf8.count ?? 0) <= 1024) else {
            throw .invalid(field: "$.uri", "is neither an http or https address nor null")
        }
        _ = try httpBoot(call)
        try change("HttpBootUri", to: uri, call)
        return try httpBoot(call)
    }

    /// Sends one member of `Boot` and compares what is there afterwards.
    private func change(_ member: String, to value: JSON, _ call: borrowing Call) throws(PluginError) {
        let place = try bootPlace(system(call), call)
        guard place["Boot", member] != nil else {
            throw PluginError(.unsupported, "\(place.path): the system has no \(member)")
        }
        try client.patch(place.path, .object(["Boot": .object([member: value])]), seen: place, call)
        let kept: JSON?
        do throws(PluginError) {
            kept = try client.get(place.path, call)["Boot", member]
        } catch {
            var error = error
            error.maybeApplied = true
            error.message = "\(member) was sent; reading it back failed: \(error.message)"
            throw error
        }
        // Nothing is told as null by some and as an empty text by others.
        let isNothing = value == .null && (kept == nil || kept == .null || kept?.text?.isEmpty == true)
        guard kept == value || isNothing else {
            throw PluginError(
                .protocol, "\(member) was acknowledged and not kept", detail: ["member": member], maybeApplied: true)
        }
    }
}
