// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    static func managerRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = profile.managerPath
        let all = Route("\(root)/Managers") { service, _ in
            .collection("Manager", "\(Self.root)/Managers", name: "Managers", [service.profile.managerPath])
        }
        var manager = Route(path) { service, exchange in service.managerResource(exchange) }
        manager.privilege = .configureManager
        manager.change = ResourceChange([
            PropertyRule("DateTime", .text(limit: 40)), PropertyRule("DateTimeLocalOffset", .text(limit: 6)),
        ]) { service, _, values in
            if let text = values["DateTime"]?.text {
                guard let seconds = Calendar.seconds(text) else {
                    return .refused(.error(400, Message(.propertyFormat, text, "DateTime", properties: ["#/DateTime"])))
                }
                service.machine.setClock(seconds)
            }
            if let offset = values["DateTimeLocalOffset"]?.text { service.manager.zoneOffset = offset }
            return .done
        }
        let reset = Route.action(path, "Manager.Reset", privilege: .configureManager) { service, exchange in
            let type = exchange.body?["ResetType"]?.text ?? "GracefulRestart"
            guard ["GracefulRestart", "ForceRestart"].contains(type) else {
                return .error(400, Message(.actionParameterNotInList, type, "ResetType", "Manager.Reset"))
            }
            service.restart(for: service.options.restartTime, now: exchange.now)
            return HTTPResponse(204)
        }
        return [all, manager, reset] + managerNetworkRoutes(profile) + certificateRoutes(profile)
    }

    private func managerResource(_ exchange: Exchange) -> JSON {
        let path = profile.managerPath
        let identity = exchange.machine.identity
        let hasMedia = profile.hasMedia && profile.mediaPlace == .manager
        return .resource(
            "Manager", path, name: "Manager",
            [
                "ManagerType": "BMC", "Manufacturer": .string(identity.vendor), "Model": .string(profile.managerModel),
                "FirmwareVersion": .string(identity.bmcFirmware), "UUID": .string(identity.uuidText),
                "ServiceEntryPointUUID": .string(identity.uuidText), "SerialNumber": .string(identity.serial),
                "DateTime": .string(Calendar.text(machine.seconds)),
                "DateTimeLocalOffset": .string(manager.zoneOffset), "PowerState": "On",
                "Status": ["State": "Enabled", "Health": "OK"],
                "SerialConsole": [
                    "ServiceEnabled": .bool(!profile.serialConsole.isEmpty), "MaxConcurrentSessions": 1,
                    "ConnectTypesSupported": .texts(profile.serialConsole),
                ],
                "CommandShell": [
                    "ServiceEnabled": .bool(profile.serialConsole.contains("SSH")), "MaxConcurrentSessions": 4,
                    "ConnectTypesSupported": .texts(profile.serialConsole.filter { $0 == "SSH" }),
                ],
                "EthernetInterfaces": .link("\(path)/EthernetInterfaces"),
                "NetworkProtocol": .link("\(path)/NetworkProtocol"),
                "LogServices": profile.hasLogs ? .link("\(path)/LogServices") : nil,
                "VirtualMedia": hasMedia ? .link("\(path)/VirtualMedia") : nil,
                "Links": [
                    "ManagerForServers": [.link(profile.systemPath)], "ManagerForChassis": [.link(profile.chassisPath)],
                    "ManagerInChassis": .link(profile.chassisPath),
                ],
                "Actions": [
                    "#Manager.Reset": [
                        "target": .string("\(path)/Actions/Manager.Reset"),
                        "ResetType@Redfish.AllowableValues": ["GracefulRestart", "ForceRestart"],
                    ]
                ],
                "Oem": oem(profile.managerOem),
            ])
    }

    private static func managerNetworkRoutes(_ profile: RedfishProfile) -> [Route] {
        let interfaces = "\(profile.managerPath)/EthernetInterfaces"
        let protocols = "\(profile.managerPath)/NetworkProtocol"
        let interface = "\(interfaces)/eth0"

        let all = Route(interfaces) { _, _ in
            .collection("EthernetInterface", interfaces, name: "Manager Ethernet Interfaces", [interface])
        }
        var one = Route(interface) { service, exchange in
            let bytes = [0x02] + exchange.machine.identity.uuid.prefix(5)
            let mac = NetworkInterface(name: "eth0", mac: bytes).macText
            return .resource(
                "EthernetInterface", interface, name: "eth0",
                [
                    "MACAddress": .string(mac), "PermanentMACAddress": .string(mac), "SpeedMbps": 1000,
                    "FullDuplex": true, "InterfaceEnabled": true, "LinkStatus": "LinkUp",
                    "HostName": .string(service.manager.hostName), "DHCPv4": ["DHCPEnabled": false],
                    "IPv4Addresses": [
                        ["Address": "127.0.0.1", "SubnetMask": "255.0.0.0", "AddressOrigin": "Static"]
                    ], "Status": ["State": "Enabled", "Health": "OK"],
                ])
        }
        one.privilege = .configureManager
        one.change = ResourceChange([PropertyRule("HostName", .text(limit: 63))]) { service, _, values in
            service.manager.hostName = values["HostName"]?.text ?? ""
            return .done
        }

        var network = Route(protocols) { service, _ in service.networkProtocol(protocols) }
        network.privilege = .configureManager
        network.change = ResourceChange([
            PropertyRule("NTP/NTPServers", .texts(limit: 8)), PropertyRule("NTP/ProtocolEnabled", .flag),
            PropertyRule("IPMI/ProtocolEnabled", .flag), PropertyRule("SSH/ProtocolEnabled", .flag),
        ]) { service, _, values in
            if let servers = values["NTP/NTPServers"] {
                let old = service.manager.ntpServers
                service.manager.ntpServers = servers.elements.enumerated().compactMap { index, element in
                    if element == [:] { return index < old.count ? old[index] : nil }
                    return element == .null ? nil : element
                }
            }
            if let isOn = values["NTP/ProtocolEnabled"]?.flag { service.manager.ntpEnabled = isOn }
            if let isOn = values["IPMI/ProtocolEnabled"]?.flag { service.manager.ipmiEnabled = isOn }
            if let isOn = values["SSH/ProtocolEnabled"]?.flag { service.manager.sshEnabled = isOn }
            return .done
        }
        return [all, one, network]
    }

    private func networkProtocol(_ path: String) -> JSON {
        .resource(
            "ManagerNetworkProtocol", path, name: "Manager Network Protocol",
            [
                "HostName": .string(manager.hostName), "FQDN": .string("\(manager.hostName).example.com"),
                "HTTP": ["ProtocolEnabled": .bool(manager.serverCertificate == nil), "Port": 80],
                "HTTPS": [
                    "ProtocolEnabled": .bool(manager.serverCertificate != nil), "Port": 443,
                    "Certificates": .link("\(path)/HTTPS/Certificates"),
                ],
                "SSH": ["ProtocolEnabled": .bool(manager.sshEnabled), "Port": 22],
                "IPMI": ["ProtocolEnabled": .bool(manager.ipmiEnabled), "Port": 623],
                "NTP": ["ProtocolEnabled": .bool(manager.ntpEnabled), "NTPServers": .array(manager.ntpServers)],
                "Status": ["State": "Enabled", "Health": "OK"],
            ])
    }
}
