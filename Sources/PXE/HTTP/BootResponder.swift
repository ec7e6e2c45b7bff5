// SPDX-License-Identifier: Apache-2.0

/// Decides the answer to a boot server request; pure but for the table it looks machines up in.
struct BootResponder: Sendable {
    var table: BootTable
    var site: BootSite
    var programs: [String: BootFile]

    /// What to do with a request.
    enum Outcome: Sendable {
        case reply(HTTPReply, EnrolledClient?)
        /// Hand it to the agent handler.
        case agent(HTTPTarget, EnrolledClient?)
    }

    /// Looks at method, target and source; the body does not matter here.
    func respond(method: String, uri: String, remote: IPv4Address) -> Outcome {
        let client = table.client(at: remote)
        func refuse(_ status: Int, _ reason: String) -> Outcome { .reply(.refusal(status, reason), client) }
        guard ["GET", "HEAD", "POST"].contains(method) else {
            var reply = HTTPReply.refusal(405, "method \(method) is not allowed")
            reply.headers.append(("Allow", "GET, HEAD, POST"))
            return .reply(reply, client)
        }
        guard let target = HTTPTarget(uri) else { return refuse(400, "malformed request target") }
        let route = BootRoute(target.path)
        if case .hello? = route { return .agent(target, client) }
        guard let client else { return refuse(403, "no machine has the address \(remote)") }
        guard let route else { return refuse(404, "no such path") }
        if case .agent = route { return .agent(target, client) }
        guard method != "POST" else {
            var reply = HTTPReply.refusal(405, "method POST is not allowed here")
            reply.headers.append(("Allow", "GET, HEAD"))
            return .reply(reply, client)
        }
        return .reply(boot(route, target, client), client)
    }

    private func boot(_ route: BootRoute, _ target: HTTPTarget, _ client: EnrolledClient) -> HTTPReply {
        guard client.directive != .ignore else { return .refusal(403, "the machine is held") }
        switch route {
        case .script(let mac):
            guard mac == client.mac else { return .refusal(403, "the script is for another machine") }
            return script(for: client, target)
        case .local(let mac):
            guard mac == client.mac else { return .refusal(403, "the path is for another machine") }
            var reply = HTTPReply.refusal(404, "nothing here: boot from the local disk")
            reply.event = .local
            return reply
        case .kernel(let token):
            return file(token, "kernel", client) { $0.kernel }
        case .initrd(let token):
            return file(token, "initrd", client) { $0.initrd }
        case .program(let name):
            guard let program = programs[name] else { return .refusal(404, "no such boot program") }
            return HTTPReply(
                status: 200, headers: [("Content-Type", "application/efi")], content: .program(program),
                event: .file(name: name))
        case .agent, .hello:
            return .refusal(404, "no such path")
        }
    }

    private func script(for client: EnrolledClient, _ target: HTTPTarget) -> HTTPReply {
        let wanted = target.item("firmware")
        guard let firmware = wanted.map({ Firmware(rawValue: String($0)) }) ?? .uefi else {
            return .refusal(400, "query firmware: neither bios nor uefi")
        }
        let kind: PXEEvent.Script
        let text: String
        switch client.directive {
        case .install(let install):
            do throws(IPXEScript.ValueError) {
                let path = BootSite.scriptPath(client.mac, firmware: firmware)
                text = try IPXEScript.install(install, firmware: firmware, base: site.baseURL, script: path)
                kind = .install
            } catch {
                return .refusal(500, error.description)
            }
        case .local, .ignore:
            text = IPXEScript.local(firmware: firmware)
            kind = .local
        }
        return HTTPReply(
            status: 200, headers: [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")],
            content: .text(Array(text.utf8)), event: .script(kind))
    }

    private func file(
        _ token: String, _ name: String, _ client: EnrolledClient, _ path: (InstallBoot) -> String
    ) -> HTTPReply {
        // One answer for "no such token" and "not your token", so that tokens cannot be probed.
        guard case .install(let install) = client.directive, install.token == token else {
            return .refusal(403, "the boot token is not valid for this machine")
        }
        return HTTPReply(
            status: 200, headers: [("Content-Type", "application/octet-stream")], content: .file(path: path(install)),
            event: .file(name: name))
    }
}
