// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    static func registryRoutes(_ profile: RedfishProfile) -> [Route] {
        let all = "\(root)/Registries"
        let base = "\(all)/Base"
        let text = "\(base)/\(BaseMessage.prefix).0"
        let privileges = "\(all)/PrivilegeRegistry/Redfish_1.5.0_PrivilegeRegistry"
        var routes = [
            Route(all) { _, _ in .collection("MessageRegistryFile", all, name: "Registries", [base]) },
            Route(base) { _, _ in
                .resource(
                    "MessageRegistryFile", base, name: "Base Message Registry",
                    [
                        "Languages": ["en"], "Registry": .string(BaseMessage.prefix),
                        "Location": [["Language": "en", "Uri": .string(text)]],
                    ])
            },
            Route(text) { _, _ in Self.baseRegistry(text) },
            Route(privileges) { _, _ in Self.privilegeRegistry(privileges) },
        ]
        guard profile.hasJSONSchemas else { return routes }
        let schemas = "\(root)/JsonSchemas"
        routes.append(
            Route(schemas) { _, _ in
                .collection(
                    "JsonSchemaFile", schemas, name: "JSON Schemas",
                    SchemaVersion.all.map { "\(schemas)/\($0.key).\($0.value)" }.sorted())
            })
        routes.append(
            Route("\(schemas)/{schema}") { _, exchange in
                let id = exchange["schema"]
                guard let name = id.split(separator: ".").first.map(String.init),
                    let version = SchemaVersion.all[name], id == "\(name).\(version)"
                else { return nil }
                let address = "http://redfish.dmtf.org/schemas/v1/\(id).json"
                return .resource(
                    "JsonSchemaFile", "\(schemas)/\(id)", name: "\(name) Schema File",
                    [
                        "Languages": ["en"], "Schema": .string("#\(name).\(version).\(name)"),
                        "Location": [["Language": "en", "PublicationUri": .string(address)]],
                    ])
            })
        return routes
    }

    private static func baseRegistry(_ path: String) -> JSON {
        let messages = BaseMessage.allCases.map { message in
            let count = message.argumentCount
            return JSON.Member(
                name: message.rawValue,
                value: [
                    "Description": .string(message.sentence([])), "Message": .string(message.template),
                    "MessageSeverity": .string(message.severity.rawValue), "NumberOfArgs": .integer(Int64(count)),
                    "ParamTypes": count == 0 ? nil : .texts(Array(repeating: "string", count: count)),
                    "Resolution": .string(message.resolution),
                ])
        }
        return .resource(
            "MessageRegistry", path, name: "Base Message Registry",
            [
                "Language": "en", "RegistryPrefix": "Base", "RegistryVersion": "1.18.0", "OwningEntity": "Ingot",
                "Messages": .object(messages),
            ])
    }

    /// Which privilege each kind of change needs, as the routes have it.
    private static func privilegeRegistry(_ path: String) -> JSON {
        func mapping(_ entity: String, _ change: Privilege) -> JSON {
            func needs(_ privilege: Privilege) -> JSON { [["Privilege": [.string(privilege.rawValue)]]] }
            return [
                "Entity": .string(entity),
                "OperationMap": [
                    "GET": needs(.login), "HEAD": needs(.login), "PATCH": needs(change), "POST": needs(change),
                    "PUT": needs(change), "DELETE": needs(change),
                ],
            ]
        }
        return .resource(
            "PrivilegeRegistry", path, name: "Privilege Mapping",
            [
                "PrivilegesUsed": .texts(Privilege.allCases.map(\.rawValue)), "OEMPrivilegesUsed": [],
                "Mappings": [
                    mapping("AccountService", .configureUsers), mapping("ManagerAccountCollection", .configureUsers),
                    mapping("ComputerSystem", .configureComponents), mapping("Bios", .configureComponents),
                    mapping("Chassis", .configureComponents), mapping("Manager", .configureManager),
                    mapping("EventService", .configureManager), mapping("UpdateService", .configureManager),
                    mapping("VirtualMedia", .configureManager), mapping("SessionService", .configureManager),
                ],
            ])
    }
}
