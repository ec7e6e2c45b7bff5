// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: VirtualMedia {
    /// Makes the BMC fetch an image and present it to the machine as a drive.
    ///
    /// The token is the path of the slot. A slot that holds a medium throws `state`.
    public func insertMedia(
        request json: String, _ source: borrowing ImageSource, _ call: borrowing Call
    ) throws(PluginError) {
        let request = try MediaRequest(json)
        let slots = try slots(for: request.slot, call)
        let byPatch = quirks.contains(.mediaByPatch)
        let usable =
            quirks.contains(.mediaSkipInactionable)
            ? slots.first { byPatch || $0.insertTarget != nil } : slots.first
        guard let slot = usable else {
            throw PluginError(.unsupported, "no slot for \(request.slot) takes an image")
        }
        guard !slot.isInserted else {
            throw PluginError(.state, "\(slot.path) holds \(slot.image ?? "a medium") already")
        }
        guard byPatch || slot.insertTarget != nil else {
            throw PluginError(
                .unsupported, "\(slot.path) has no InsertMedia action",
                detail: ["hint": "quirks: media_by_patch or media_skip_inactionable"])
        }
        try call.emit("token", slot.path)
        let body = try body(of: request, call)
        if let target = slot.insertTarget, !byPatch {
            try client.post(target, body, call)
        } else {
            try client.patch(slot.path, body, seen: slot.resource, call)
        }
    }

    /// What to insert, with the password of the media server when the request names a user of it.
    private func body(of request: MediaRequest, _ call: borrowing Call) throws(PluginError) -> HTTPRequest.Body {
        let members = request.members(quirks)
        guard request.username != nil, let secret = try call.secret("media_password") else {
            return .json(.object(members))
        }
        return .secret(SecretBody(members, password: secret))
    }

    public func isMediaInserted(token: String, _ call: borrowing Call) throws(PluginError) -> Bool {
        MediaSlot(resource: try client.get(checked(token), call)).isInserted
    }

    /// Takes the medium out; `state` when there is none.
    public func ejectMedia(token: String, _ call: borrowing Call) throws(PluginError) {
        let slot = MediaSlot(resource: try client.get(checked(token), call))
        guard slot.isInserted else { throw PluginError(.state, "\(slot.path) holds no medium") }
        if let target = slot.ejectTarget, !quirks.contains(.mediaByPatch) {
            try client.post(target, quirks.contains(.ejectNeedsBody) ? .object([:]) : nil, call)
        } else if quirks.contains(.mediaByPatch) {
            let body: JSON = .object(["Image": .null, "Inserted": false])
            try client.patch(slot.path, body, seen: slot.resource, call)
        } else {
            throw PluginError(.unsupported, "\(slot.path) has no EjectMedia action")
        }
    }

    func mediaCapability(
        _ system: Resource, _ managers: [Resource], _ call: borrowing Call
    ) throws(PluginError) -> JSON {
        let slots = try allSlots(system, managers, call)
        var names: [String] = []
        for slot in slots { names += slot.kinds(quirks).sorted().filter { !names.contains($0) } }
        let takes = slots.contains { $0.insertTarget != nil } || (quirks.contains(.mediaByPatch) && !slots.isEmpty)
        return Self.answer(
            takes && !names.isEmpty ? "yes" : "no",
            slots.isEmpty
                ? "neither the system nor its manager has virtual media"
                : slots.map { "\($0.path)\($0.insertTarget == nil ? " without InsertMedia" : "")" }
                    .joined(separator: ", "),
            ["slots": .list(names)])
    }

    private func allSlots(
        _ system: Resource, _ managers: [Resource], _ call: borrowing Call
    ) throws(PluginError) -> [MediaSlot] {
        for owner in [system] + managers.prefix(2) {
            let slots = try client.resources(of: owner.link("VirtualMedia"), expand: false, call).prefix(32)
            if !slots.isEmpty { return slots.map(MediaSlot.init(resource:)) }
        }
        return []
    }

    /// The slots of a kind, or the one of that id.
    private func slots(for name: String, _ call: borrowing Call) throws(PluginError) -> [MediaSlot] {
        let system = try system(call)
        let all = try allSlots(system, managers(of: system, call), call)
        let matching = all.filter { $0.kinds(quirks).contains(name.lowercased()) || $0.id == name }
        guard !matching.isEmpty else {
            let choices = all.map(\.id).joined(separator: ", ")
            throw all.isEmpty
                ? PluginError(.unsupported, "the service has no virtual media")
                : .invalid(field: "$.slot", "\(name) is not among the service's slots: \(choices)")
        }
        return matching
    }

    /// A token that is a path of the service. Throws `invalid`.
    func checked(_ token: String) throws(PluginError) -> String {
        guard token.hasPrefix("/redfish/"), let path = try? configuration.origin.path(of: token) else {
            throw .invalid(field: "token", "is none of this driver")
        }
        return path
    }
}
