// SPDX-License-Identifier: Apache-2.0

extension RedfishService {
    static func biosRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.systemPath)/Bios"
        let settings = "\(path)/Settings"
        @Sendable func attributes(_ values: [String: JSON]) -> JSON {
            .object(values.sorted { $0.key < $1.key }.map { JSON.Member(name: $0.key, value: $0.value) })
        }

        let bios = Route(path) { service, _ in
            .resource(
                "Bios", path, name: "BIOS Configuration",
                [
                    "Attributes": attributes(service.system.bios),
                    "@Redfish.Settings": Self.settings(at: settings),
                    "Actions": ["#Bios.ResetBios": ["target": .string("\(path)/Actions/Bios.ResetBios")]],
                ])
        }
        var pending = Route(settings) { service, _ in
            .resource(
                "Bios", settings, name: "Pending BIOS Configuration",
                [
                    "Attributes": attributes(service.system.pendingBios)
                ])
        }
        pending.change = ResourceChange(
            rules: { service, _ in
                service.profile.bootAttributes.map { attribute in
                    let kind: PropertyRule.Kind =
                        if !attribute.choices.isEmpty {
                            .choice(attribute.choices)
                        } else if attribute.value.whole != nil {
                            .whole(0...1000)
                        } else {
                            .text(limit: 64)
                        }
                    return PropertyRule("Attributes/\(attribute.name)", kind)
                }
            },
            apply: { service, _, values in
                for (path, value) in values {
                    guard let name = path.split(separator: "/").last.map(String.init) else { continue }
                    service.system.pendingBios[name] = value
                }
                return .done
            })
        let reset = Route.action(path, "Bios.ResetBios") { service, _ in
            for attribute in service.profile.bootAttributes {
                service.system.pendingBios[attribute.name] = attribute.value
            }
            return HTTPResponse(204)
        }
        return [bios, pending, reset]
    }
}
