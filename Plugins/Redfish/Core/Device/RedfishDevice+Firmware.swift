// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: FirmwareUpdate {
    /// Starts an update by SimpleUpdate from a URL, or by a push of the source: in parts, or as it is.
    ///
    /// The token comes before the request: it names the tasks there are, so that the new one can be told by any process. This
    /// one remembers what the answer said.
    public func beginUpdate(
        request json: String, _ source: borrowing ImageSource, _ call: borrowing Call
    ) throws(PluginError) {
        let request = try FirmwareRequest(json)
        try client.logIn(call)
        let service = try updateService(call)
        let targets = try updateTargets(request.target, service, call)
        let response: HTTPResponse
        let token: UpdateToken
        if let url = request.url {
            (response, token) = try simpleUpdate(service, url, targets, call)
        } else {
            (response, token) = try push(service, source, targets, call)
        }
        updates[token.text] = try Self.course(response, configuration.origin)
    }

    /// Whether the task has ended well; `state` with the task's own words when it has not.
    public func isUpdateDone(token: String, _ call: borrowing Call) throws(PluginError) -> Bool {
        let path: String
        switch try course(of: UpdateToken(token), call) {
        case .ended: return true
        case .task(let task): path = task
        }
        let response: HTTPResponse
        do throws(PluginError) {
            response = try client.send(HTTPRequest(method: .get, path: path), call)
        } catch {
            // A monitor gives the operation's own answer when it has ended, a refusal too.
            guard error.vendorCode == 400 || error.vendorCode == 409 || error.vendorCode == 422 else { throw error }
            throw PluginError(.state, "the update failed: \(error.message)", vendorCode: error.vendorCode)
        }
        switch try TaskReport(response, quirks) {
        case .running(let percent, let stage):
            call.progress(UInt32(min(max(percent ?? 0, 0), 100) * 10), stage)
            return false
        case .done: return true
        case .failed(let words): throw PluginError(.state, "the update failed: \(words)")
        }
    }

    /// Deletes the task, which aborts it where the service allows that.
    public func abortUpdate(token: String, _ call: borrowing Call) throws(PluginError) {
        guard case .task(let path) = try course(of: UpdateToken(token), call) else { return }
        _ = try client.send(HTTPRequest(method: .delete, path: path), call)
    }

    /// What became of an update: what this process remembers, or else the task that is new since its token.
    private func course(of token: UpdateToken, _ call: borrowing Call) throws(PluginError) -> UpdateCourse {
        if let course = updates[token.text] { return course }
        try client.logIn(call)
        if let tasks = token.tasks {
            let links = try client.members(of: tasks, call).compactMap { $0["@odata.id"]?.text }
            if let task = token.newTask(among: links) { return .task(try configuration.origin.path(of: task)) }
        }
        throw PluginError(
            .state,
            "the service has no task of this update: it was not begun, or ended without one; the firmware inventory "
                + "tells")
    }

    /// Notes the tasks there are and hands the token over.
    private func emitToken(_ call: borrowing Call) throws(PluginError) -> UpdateToken {
        let root = try client.serviceRoot(call)
        let service = try client.optional(root.link("Tasks") ?? root.link("TaskService"), call)
        var token = UpdateToken(tasks: nil, known: [])
        if let tasks = service?.link("Tasks") {
            let links = try client.members(of: tasks, call).compactMap { $0["@odata.id"]?.text }
            token = UpdateToken(tasks: tasks, known: links.map(Self.lastPart))
        }
        try call.emit("token", token.text)
        return token
    }

    func firmwareCapability(_ root: Resource, _ call: borrowing Call) throws(PluginError) -> JSON {
        guard let service = try client.optional(root.link("UpdateService"), call) else {
            return Self.answer("no", "the service has no update service")
        }
        var ways: [String] = []
        if service.action("UpdateService.SimpleUpdate")?["target"]?.text != nil { ways.append("SimpleUpdate") }
        for name in ["MultipartHttpPushUri", "HttpPushUri"] where service[name]?.text != nil { ways.append(name) }
        return Self.answer(
            ways.isEmpty ? "no" : "yes",
            "\(service.path): \(ways.isEmpty ? "no way to update" : ways.joined(separator: ", "))")
    }

    private func updateService(_ call: borrowing Call) throws(PluginError) -> Resource {
        guard let link = try client.serviceRoot(call).link("UpdateService") else {
            throw PluginError(.unsupported, "the service has no update service")
        }
        return try client.get(link, call)
    }

    /// Paths in the firmware inventory a target names: an id or a path there. `bmc`, `bios` or nothing leave the choice to
    /// the image.
    private func updateTargets(
        _ target: String?, _ service: Resource, _ call: borrowing Call
    ) throws(PluginError) -> [String] {
        guard let target, !["bmc", "bios", ""].contains(target) else { return [] }
        guard let inventory = service.link("FirmwareInventory") else {
            throw .invalid(field: "$.target", "the service has no firmware inventory")
        }
        let paths = try client.members(of: inventory, call).compactMap { $0["@odata.id"]?.text }
        guard let path = paths.first(where: { $0 == target || Self.lastPart($0) == target }) else {
            throw .invalid(
                field: "$.target", "is not among \(paths.prefix(30).map(Self.lastPart).joined(separator: ", "))")
        }
        return [path]
    }

    private func simpleUpdate(
        _ service: Resource, _ url: String, _ targets: [String], _ call: borrowing Call
    ) throws(PluginError) -> (HTTPResponse, UpdateToken) {
        guard let action = service.action("UpdateService.SimpleUpdate"), let target = action["target"]?.text else {
            throw PluginError(.unsupported, "\(service.path): no SimpleUpdate action")
        }
        let scheme = url.prefix { $0 != ":" }.uppercased()
        let body = JSON.members([
            "ImageURI": .string(url), "Targets": targets.isEmpty ? nil : .list(targets),
            "TransferProtocol": action["TransferProtocol@Redfish.AllowableValues"]?.texts?.contains(scheme) == true
                ? .string(scheme) : nil,
        ])
        let token = try emitToken(call)
        return (try refusedImage { () throws(PluginError) in try client.post(target, body, call) }, token)
    }

    private func push(
        _ service: Resource, _ source: borrowing ImageSource, _ targets: [String], _ call: borrowing Call
    ) throws(PluginError) -> (HTTPResponse, UpdateToken) {
        guard source.size > 0 else { throw .invalid(field: "$.url", "is missing, and there is no image either") }
        let multipart = service["MultipartHttpPushUri"]?.text
        guard let uri = multipart ?? service["HttpPushUri"]?.text else {
            throw PluginError(.unsupported, "\(service.path): the service takes no push")
        }
        guard multipart != nil || targets.isEmpty else {
            throw PluginError(.unsupported, "\(service.path): a push without parameters takes no target")
        }
        if let limit = service["MaxImageSizeBytes"]?.integer, limit > 0, source.size > UInt64(limit) {
            throw .invalid(field: "image", "has \(source.size) bytes; the service takes \(limit)")
        }
        let path = try configuration.origin.path(of: uri)
        let token = try emitToken(call)
        let response = try withUnsafePointer(to: source) { (source) throws(PluginError) in
            let image = ImageUpload(
                source, multipart == nil ? .raw : .multipart(.members(["Targets": .list(targets)])))
            let request = HTTPRequest(method: .post, path: path, body: .upload(image))
            return try refusedImage { () throws(PluginError) in try client.send(request, call) }
        }
        return (response, token)
    }

    /// Runs the request of an update; what the service says against the image is `invalid`.
    private func refusedImage(_ body: () throws(PluginError) -> HTTPResponse) throws(PluginError) -> HTTPResponse {
        do throws(PluginError) {
            return try body()
        } catch {
            guard error.vendorCode == 400 || error.vendorCode == 422, error.status == .protocol else { throw error }
            var error = error
            error.status = .invalid
            error.detail["field"] = "image"
            throw error
        }
    }

    /// The task that an answer names: the monitor of a 202, or the task in the body; without one the update is over.
    private static func course(_ response: HTTPResponse, _ origin: Origin) throws(PluginError) -> UpdateCourse? {
        if let location = response["Location"] { return .task(try origin.path(of: location)) }
        let body = try? JSONReader.read(response.body)
        if let link = body?["@odata.id"]?.text, body?["TaskState"] != nil || link.contains("Task") {
            return .task(try origin.path(of: link))
        }
        return response.status == 202 ? nil : .ended
    }
}

/// What is known of an update that was begun.
enum UpdateCourse: Equatable {
    /// A task goes on, at this path or with this monitor.
    case task(String)
    /// The service answered when it was over.
    case ended
}

/// What `begin` of `ingot.firmware/1` asks for.
struct FirmwareRequest {
    var target: String?
    var url: String?

    /// Throws `invalid` naming the member.
    init(_ text: String) throws(PluginError) {
        guard let json = try? JSONReader.read(Array(text.utf8)), json.object != nil else {
            throw .invalid(field: "request", "is no JSON object")
        }
        target = json["target"]?.text
        url = json["url"]?.text
        if let url {
            let isClean = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && url.utf8.count <= 2048
            guard isClean, url.contains("://") else { throw .invalid(field: "$.url", "is not a URL") }
        }
    }
}
