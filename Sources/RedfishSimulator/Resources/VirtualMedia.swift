// SPDX-License-Identifier: Apache-2.0

/// One slot of virtual media and what is in it.
struct MediaSlot: Sendable, Equatable {
    var id: String
    var types: [String]
    /// Takes InsertMedia and EjectMedia.
    var hasActions = true
    var image: String?
    var isWriteProtected = true
    var user: String?
}

extension RedfishService {
    static func mediaSlots(_ profile: RedfishProfile, _ behaviours: Set<RedfishBehaviour>) -> [MediaSlot] {
        guard profile.hasMedia else { return [] }
        var slots = profile.mediaSlots.map { MediaSlot(id: $0.id, types: $0.types) }
        if behaviours.contains(.mediaUSBCD), let index = slots.firstIndex(where: { $0.types.contains("CD") }) {
            slots[index] = MediaSlot(id: "UsbCd", types: ["UsbCd"])
        }
        if behaviours.contains(.mediaSkipInactionable) {
            // The slot that cannot be used comes first, and another of the same kind after it.
            if slots.count == 1 || slots[0].types != slots[1].types {
                slots.insert(MediaSlot(id: "\(slots[0].id)_0", types: slots[0].types), at: 0)
            }
            slots[0].hasActions = false
        }
        if behaviours.contains(.mediaByPatch) {
            for index in slots.indices { slots[index].hasActions = false }
        }
        return slots
    }

    static func mediaRoutes(_ profile: RedfishProfile, _ behaviours: Set<RedfishBehaviour>) -> [Route] {
        let path = profile.mediaPath
        let all = Route(path) { service, _ in
            .collection("VirtualMedia", path, name: "Virtual Media", service.media.map { "\(path)/\($0.id)" })
        }
        var one = Route("\(path)/{slot}") { service, exchange in
            service.media.first { $0.id == exchange["slot"] }.map { service.represent($0) }
        }
        one.privilege = .configureManager
        if behaviours.contains(.mediaByPatch) {
            one.change = ResourceChange([
                PropertyRule("Image", .any), PropertyRule("Inserted", .flag), PropertyRule("WriteProtected", .flag),
                PropertyRule("UserName", .any), PropertyRule("Password", .any),
            ]) { service, exchange, values in service.changeMedia(exchange, values) }
        }
        let insert = Route.action("\(path)/{slot}", "VirtualMedia.InsertMedia", privilege: .configureManager) {
            service, exchange in service.insertMedia(exchange)
        }
        let eject = Route.action("\(path)/{slot}", "VirtualMedia.EjectMedia", privilege: .configureManager) {
            service, exchange in service.ejectMedia(exchange)
        }
        return [all, one, insert, eject]
    }

    private func represent(_ slot: MediaSlot) -> JSON {
        let path = "\(profile.mediaPath)/\(slot.id)"
        func action(_ name: String) -> JSON { .string("\(path)/Actions/VirtualMedia.\(name)") }
        return .resource(
            "VirtualMedia", path, name: "Virtual Media",
            [
                "MediaTypes": .texts(slot.types), "Image": slot.image.map(JSON.string) ?? .null,
                "ImageName": slot.image.map { .string($0.split(separator: "/").last.map(String.init) ?? "") } ?? .null,
                "Inserted": .bool(slot.image != nil), "WriteProtected": .bool(slot.isWriteProtected),
                "ConnectedVia": slot.image == nil ? "NotConnected" : "URI",
                "UserName": slot.user.map(JSON.string) ?? .null, "Password": .null,
                "Actions": slot.hasActions
                    ? [
                        "#VirtualMedia.InsertMedia": ["target": action("InsertMedia")],
                        "#VirtualMedia.EjectMedia": ["target": action("EjectMedia")],
                    ] : nil,
            ])
    }

    private func isImage(_ address: String) -> Bool {
        ["http://", "https://", "nfs://", "cifs://", "smb://"].contains { address.hasPrefix($0) }
            && address.utf8.count <= 1024
    }

    private func slot(_ exchange: Exchange) -> Result<Int, Refusal> {
        guard let index = media.firstIndex(where: { $0.id == exchange["slot"] }) else {
            return .failure(Refusal(response: .notFound(exchange.path)))
        }
        guard media[index].hasActions else {
            return .failure(
                Refusal(response: .error(405, Message(.methodNotAllowed), headers: [HTTPField("Allow", "OPTIONS")])))
        }
        return .success(index)
    }

    private mutating func insertMedia(_ exchange: Exchange) -> HTTPResponse {
        let index: Int
        switch slot(exchange) {
        case .success(let found): index = found
        case .failure(let refusal): return refusal.response
        }
        let action = "VirtualMedia.InsertMedia"
        let known =
            behaves(.mediaImageOnly)
            ? ["Image"]
            : [
                "Image", "Inserted", "WriteProtected", "UserName", "Password", "TransferMethod", "TransferProtocolType",
                "MediaType",
            ]
        if let refusal = Self.unknownParameter(exchange, action, known: known) { return refusal }
        guard let image = exchange.body?["Image"]?.text else {
            return .error(400, Message(.actionParameterMissing, action, "Image"))
        }
        guard isImage(image) else { return .error(400, Message(.actionParameterFormat, image, "Image", action)) }
        guard media[index].image == nil else { return .error(409, Message(.resourceInUse)) }
        media[index].image = image
        media[index].isWriteProtected = exchange.body?["WriteProtected"]?.flag ?? true
        media[index].user = exchange.body?["UserName"]?.text
        if exchange.body?["Inserted"]?.flag == false { media[index].image = nil }
        return HTTPResponse(204)
    }

    private mutating func ejectMedia(_ exchange: Exchange) -> HTTPResponse {
        let index: Int
        switch slot(exchange) {
        case .success(let found): index = found
        case .failure(let refusal): return refusal.response
        }
        if behaves(.ejectNeedsBody), exchange.body == nil { return .error(400, Message(.malformedJSON)) }
        guard media[index].image != nil else { return .error(409, Message(.noOperation)) }
        media[index].image = nil
        media[index].user = nil
        return HTTPResponse(204)
    }

    private mutating func changeMedia(_ exchange: Exchange, _ values: [String: JSON]) -> ResourceChange.Outcome {
        guard let index = media.firstIndex(where: { $0.id == exchange["slot"] }) else {
            return .refused(.notFound(exchange.path))
        }
        guard let isInserted = values["Inserted"]?.flag else {
            return .refused(.error(400, Message(.propertyMissing, "Inserted", properties: ["#/Inserted"])))
        }
        guard isInserted else {
            media[index].image = nil
            return .done
        }
        guard let image = values["Image"]?.text, isImage(image) else {
            return .refused(.error(400, Message(.propertyFormat, "(address)", "Image", properties: ["#/Image"])))
        }
        media[index].image = image
        media[index].isWriteProtected = values["WriteProtected"]?.flag ?? true
        media[index].user = values["UserName"]?.text
        return .done
    }
}
