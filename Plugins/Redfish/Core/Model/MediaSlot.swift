// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// A slot for virtual media (VirtualMedia schema).
struct MediaSlot {
    var resource: Resource

    var path: String { resource.path }
    var id: String { resource.id }
    var insertTarget: String? { resource.action("VirtualMedia.InsertMedia")?["target"]?.text }
    var ejectTarget: String? { resource.action("VirtualMedia.EjectMedia")?["target"]?.text }
    var image: String? { resource["Image"]?.trimmedText ?? resource["ImageName"]?.trimmedText }

    /// A medium is in. A service that does not say it in so many words says it by the image.
    var isInserted: Bool { resource["Inserted"]?.bool ?? (image != nil) }

    /// What the slot can be, in Ingot's words: `cd`, `usb`, `floppy`.
    func kinds(_ quirks: Set<Quirk>) -> Set<String> {
        var kinds: Set<String> = []
        for type in (resource["MediaTypes"]?.texts ?? []) + [id] {
            switch type.lowercased() {
            case "cd", "dvd", "cddvd": kinds.insert("cd")
            case "usbcd": if quirks.contains(.mediaUSBCD) { kinds.insert("cd") }
            case "usbstick", "usb": kinds.insert("usb")
            case "floppy": kinds.insert("floppy")
            default: break
            }
        }
        return kinds
    }
}

/// What `begin` of `ingot.media/1` asks for.
struct MediaRequest {
    var slot: String
    var url: String
    var isWriteProtected: Bool
    var username: String?

    /// Throws `invalid` naming the member.
    init(_ text: String) throws(PluginError) {
        guard let json = try? JSONReader.read(Array(text.utf8)), json.object != nil else {
            throw .invalid(field: "request", "is no JSON object")
        }
        slot = json["slot"]?.text ?? "cd"
        guard let url = json["url"]?.text, !url.isEmpty else {
            throw .invalid(field: "$.url", "is missing: Redfish media come from a URL")
        }
        let isClean = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && url.utf8.count <= 2048
        let schemes = ["http://", "https://", "nfs://", "smb://", "cifs://"]
        guard isClean, schemes.contains(where: url.lowercased().hasPrefix) else {
            throw .invalid(field: "$.url", "is not a URL of http, https, nfs or cifs")
        }
        self.url = url
        isWriteProtected = json["write_protected"]?.bool ?? true
        username = json["username"]?.text
    }

    /// The body of the insertion; with `media_image_only` the image alone.
    func members(_ quirks: Set<Quirk>) -> [String: JSON] {
        var body: [String: JSON] = ["Image": .string(url)]
        if !quirks.contains(.mediaImageOnly) {
            body["Inserted"] = true
            body["WriteProtected"] = .bool(isWriteProtected)
        }
        body["UserName"] = username.map { .string($0) }
        return body
    }
}
