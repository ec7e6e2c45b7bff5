// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    private static let update = "/redfish/v1/UpdateService"
    /// The largest firmware image, in bytes.
    static let imageLimit = 64 << 20

    static func updateRoutes(_ profile: RedfishProfile) -> [Route] {
        let inventory = "\(update)/FirmwareInventory"
        let service = Route(update) { service, _ in
            .resource(
                "UpdateService", Self.update, name: "Update Service",
                [
                    "ServiceEnabled": true, "Status": ["State": "Enabled", "Health": "OK"],
                    "FirmwareInventory": .link(inventory), "HttpPushUri": .string("\(Self.update)/push"),
                    "MultipartHttpPushUri": service.profile.hasMultipartPush
                        ? .string("\(Self.update)/multipart") : nil,
                    "MaxImageSizeBytes": .integer(Int64(Self.imageLimit)),
                    "Actions": [
                        "#UpdateService.SimpleUpdate": [
                            "target": .string("\(Self.update)/Actions/UpdateService.SimpleUpdate"),
                            "TransferProtocol@Redfish.AllowableValues": ["HTTP", "HTTPS", "NFS", "TFTP"],
                        ]
                    ],
                ])
        }
        let simple = Route.action(update, "UpdateService.SimpleUpdate", privilege: .configureManager) {
            service, exchange in service.simpleUpdate(exchange)
        }
        var push = Route("\(update)/push")
        push.takesAnyBody = true
        push.privilege = .configureManager
        push.post = { service, exchange in service.take(exchange.request.body[...], targets: [], exchange) }
        var routes = [service, simple, push]
        if profile.hasMultipartPush {
            var multipart = Route("\(update)/multipart")
            multipart.takesAnyBody = true
            multipart.privilege = .configureManager
            multipart.post = { service, exchange in service.multipartUpdate(exchange) }
            routes.append(multipart)
        }
        routes.append(
            Route(inventory) { _, _ in
                .collection(
                    "SoftwareInventory", inventory, name: "Firmware Inventory",
                    ["\(inventory)/BMC", "\(inventory)/BIOS"])
            })
        routes.append(
            Route("\(inventory)/{firmware}") { _, exchange in
                let identity = exchange.machine.identity
                let id = exchange["firmware"]
                guard let version = ["BMC": identity.bmcFirmware, "BIOS": identity.biosVersion][id] else { return nil }
                return .resource(
                    "SoftwareInventory", "\(inventory)/\(id)", name: "\(id) firmware",
                    [
                        "Version": .string(version), "Updateable": true, "SoftwareId": .string("SIM-\(id)"),
                        "Manufacturer": .string(identity.vendor), "Status": ["State": "Enabled", "Health": "OK"],
                    ])
            })
        return routes
    }

    private mutating func simpleUpdate(_ exchange: Exchange) -> HTTPResponse {
        let action = "UpdateService.SimpleUpdate"
        let known = ["ImageURI", "TransferProtocol", "Targets", "Username", "Password", "ForceUpdate"]
        if let refusal = Self.unknownParameter(exchange, action, known: known) { return refusal }
        guard let address = exchange.body?["ImageURI"]?.text else {
            return .error(400, Message(.actionParameterMissing, action, "ImageURI"))
        }
        let hasScheme = ["http://", "https://", "nfs://", "tftp://"].contains { address.hasPrefix($0) }
        guard hasScheme || exchange.body?["TransferProtocol"]?.text != nil, address.utf8.count <= 1024 else {
            return .error(400, Message(.actionParameterFormat, String(address.prefix(100)), "ImageURI", action))
        }
        let targets = exchange.body?["Targets"]?.elements.compactMap(\.text) ?? []
        for target in targets where resource(at: target, exchange) == nil {
            return .error(400, Message(.actionParameterNotInList, target, "Targets", action))
        }
        let name = address.split(separator: "/").last.map(String.init) ?? ""
        let isBad = name.lowercased().contains("bad")
        let firmware = UpdateTask.Firmware(
            target: Self.target(targets, name),
            version: Self.version(in: name) ?? nextVersion(Self.target(targets, name)))
        return accepted(
            startTask(
                "Update of \(firmware.target)", firmware: firmware,
                failure: isBad ? "The image could not be verified." : nil, now: exchange.now))
    }

    /// Takes an image itself. One that begins with BAD, or is empty, is refused.
    private mutating func take(_ image: ArraySlice<UInt8>, targets: [String], _ exchange: Exchange) -> HTTPResponse {
        guard image.count <= Self.imageLimit else { return .error(413, Message(.unrecognizedRequestBody)) }
        guard !image.isEmpty, !image.starts(with: Array("BAD".utf8)) else {
            return .error(400, Message(.unrecognizedRequestBody))
        }
        // An image may say what it is in its first line, such as `ingot-firmware bios 2.1`.
        let line = String(decoding: image.prefix(100).prefix { $0 != 0x0A }, as: UTF8.self)
        let words = line.hasPrefix("ingot-firmware ") ? line.split(separator: " ").map(String.init) : []
        let target = Self.target(targets, words.count > 1 ? words[1] : "")
        let firmware = UpdateTask.Firmware(target: target, version: words.count > 2 ? words[2] : nextVersion(target))
        return accepted(startTask("Update of \(target)", firmware: firmware, now: exchange.now))
    }

    private mutating func multipartUpdate(_ exchange: Exchange) -> HTTPResponse {
        guard let type = exchange.request.header("Content-Type"),
            let parts = Multipart.parts(exchange.request.body, type)
        else { return .error(415, Message(.unrecognizedRequestBody)) }
        guard let file = parts.first(where: { $0.name == "UpdateFile" }) else {
            return .error(400, Message(.propertyMissing, "UpdateFile"))
        }
        var targets: [String] = []
        if let parameters = parts.first(where: { $0.name == "UpdateParameters" }) {
            guard let json = try? JSON(parsing: Array(parameters.content)), json.isObject else {
                return .error(400, Message(.malformedJSON))
            }
            targets = json["Targets"]?.elements.compactMap(\.text) ?? []
            for target in targets where resource(at: target, exchange) == nil {
                return .error(400, Message(.propertyNotInList, target, "Targets"))
            }
        }
        return take(file.content, targets: targets, exchange)
    }

    private static func target(_ targets: [String], _ hint: String) -> String {
        (targets + [hint]).contains { $0.lowercased().contains("bios") } ? "BIOS" : "BMC"
    }

    /// The first run of digits and points in a name, such as 2.10 in `bmc-2.10.bin`.
    private static func version(in name: String) -> String? {
        var run = ""
        for character in name {
            if character.isASCII, character.isNumber || character == "." && !run.isEmpty {
                run.append(character)
            } else if run.contains(".") {
                break
            } else {
                run = ""
            }
        }
        while run.hasSuffix(".") { run.removeLast() }
        return run.contains(".") ? run : nil
    }

    private func nextVersion(_ target: String) -> String {
        let identity = machine.chassis.snapshot.identity
        return (target == "BIOS" ? identity.biosVersion : identity.bmcFirmware) + ".1"
    }
}

/// A body in parts (RFC 7578).
enum Multipart {
    struct Part {
        var name: String
        var content: ArraySlice<UInt8>
    }

    /// nil when the body is no multipart/form-data.
    static func parts(_ body: [UInt8], _ contentType: String) -> [Part]? {
        let fields = contentType.split(separator: ";").map(\.trimmed)
        guard fields.first?.lowercased() == "multipart/form-data",
            let field = fields.first(where: { $0.lowercased().hasPrefix("boundary=") })
        else { return nil }
        let boundary = String(field.dropFirst(9)).filter { $0 != "\"" }
        guard (1...70).contains(boundary.utf8.count) else { return nil }
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [Part] = []
        guard var at = find(delimiter, in: body, from: 0) else { return nil }
        while parts.count < 16 {
            let start = at + delimiter.count
            guard let end = find(delimiter, in: body, from: start) else { break }
            if let part = part(body[start..<end]) { parts.append(part) }
            at = end
        }
        return parts
    }

    private static func part(_ bytes: ArraySlice<UInt8>) -> Part? {
        guard let blank = find(Array("\r\n\r\n".utf8), in: Array(bytes.prefix(4096)), from: 0) else { return nil }
        let head = String(decoding: bytes.prefix(blank), as: UTF8.self)
        guard let name = head.firstRange(ofName: "name=\"") else { return nil }
        // The line break before the next delimiter belongs to it.
        return Part(name: name, content: bytes.dropFirst(blank + 4).dropLast(2))
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        var at = start
        let last = bytes.count - needle.count
        while at <= last {
            guard let hit = bytes[at...last].firstIndex(of: first) else { return nil }
            if bytes[hit..<(hit + needle.count)].elementsEqual(needle) { return hit }
            at = hit + 1
        }
        return nil
    }
}

extension String {
    /// What stands between `key` and the next quotation mark.
    fileprivate func firstRange(ofName key: String) -> String? {
        for field in split(separator: ";").map(\.trimmed) where field.hasPrefix(key) {
            return String(field.dropFirst(key.count).prefix { $0 != "\"" })
        }
        return nil
    }
}
