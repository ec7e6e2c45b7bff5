// SPDX-License-Identifier: Apache-2.0

/// The NoCloud seed: user-data, meta-data and network-config (cloud-init, "NoCloud" and "Networking config Version 2").
struct CloudInit {
    let request: RenderRequest

    /// Plain cloud-config, or a multipart message when the user brings data of their own.
    ///
    /// In the message the user's part comes first. Ingot's values follow with a merge type that leaves every value of the
    /// user in place and appends to lists, so that keys of both are authorised. Only the call home is Ingot's alone, since
    /// the deployment waits for it: it stands in a part of its own that replaces another one.
    var userData: String {
        guard let own = request.userData else { return Self.cloudConfig(base + callHome) }
        var parts = [
            MIMEMultipart.Part(mimeType: own.mimeType, fileName: "user-data", body: own.text),
            MIMEMultipart.Part(
                mimeType: "text/cloud-config", fileName: "ingot.cfg",
                headers: [("Merge-Type", "list(append)+dict(no_replace,recurse_list)+str()")],
                body: Self.cloudConfig(base)),
        ]
        if !callHome.isEmpty {
            parts.append(
                MIMEMultipart.Part(
                    mimeType: "text/cloud-config", fileName: "ingot-phone-home.cfg",
                    headers: [("Merge-Type", "list()+dict(replace)+str()")],
                    body: Self.cloudConfig(callHome)))
        }
        return MIMEMultipart(parts: parts).text
    }

    /// Instance id and host name. The disk is new with every installation, so the id may be the machine's.
    var metaData: String {
        YAML.mapping([
            ("instance-id", .string("ingot-" + request.machine.name.text)),
            ("local-hostname", .string(request.hostname.text)),
        ]).document
    }

    /// Interfaces matched by MAC address, or nil when cloud-init is to find its own way.
    var networkConfig: String? {
        guard !request.networks.isEmpty else { return nil }
        let interfaces = request.networks.enumerated().map { index, interface in
            (key: "ingot\(index)", value: Self.ethernet(interface))
        }
        return YAML.mapping([("version", .integer(2)), ("ethernets", .mapping(interfaces))]).document
    }

    private var base: [(key: String, value: YAML)] {
        var members: [(key: String, value: YAML)] = [("hostname", .string(request.hostname.short))]
        if let qualified = request.hostname.qualified { members.append(("fqdn", .string(qualified))) }
        members.append(("manage_etc_hosts", .boolean(true)))
        if !request.sshKeys.isEmpty {
            members.append(("ssh_authorized_keys", .sequence(request.sshKeys.map { .string($0.text) })))
        }
        return members
    }

    private var callHome: [(key: String, value: YAML)] {
        guard let url = request.phoneHome else { return [] }
        let home = YAML.mapping([
            ("url", .string(url.text)),
            ("post", .sequence([.string("instance_id"), .string("hostname")])),
            ("tries", .integer(20)),
        ])
        return [("phone_home", home)]
    }

    private static func cloudConfig(_ members: [(key: String, value: YAML)]) -> String {
        "#cloud-config\n" + YAML.mapping(members).document
    }

    private static func ethernet(_ interface: NetworkInterface) -> YAML {
        var members: [(key: String, value: YAML)] = [
            ("match", .mapping([("macaddress", .string(interface.mac.text))]))
        ]
        if let address = interface.address {
            members.append(("dhcp4", .boolean(false)))
            members.append(("addresses", .sequence([.string(address.text)])))
        } else {
            members.append(("dhcp4", .boolean(true)))
        }
        if let gateway = interface.gateway {
            let all = gateway.address.family == .v4 ? "0.0.0.0/0" : "::/0"
            members.append(
                ("routes", .sequence([.mapping([("to", .string(all)), ("via", .string(gateway.text))])])))
        }
        if !interface.dns.isEmpty {
            let servers = YAML.sequence(interface.dns.map { .string($0.text) })
            members.append(("nameservers", .mapping([("addresses", servers)])))
        }
        return .mapping(members)
    }
}
