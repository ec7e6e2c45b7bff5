// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    static let root = "/redfish/v1"

    static func rootRoutes(_ profile: RedfishProfile, _ behaviours: Set<RedfishBehaviour>) -> [Route] {
        var versions = Route("/redfish")
        versions.read = { _, _ in HTTPResponse(200, json: ["v1": "/redfish/v1/"]) }
        versions.isPublic = true

        var root = Route(Self.root) { service, _ in service.serviceRoot() }
        root.isPublic = true

        var odata = Route("\(Self.root)/odata")
        odata.isPublic = true
        odata.read = { service, _ in
            let entries = service.serviceRoot().members.compactMap { member -> JSON? in
                guard let link = member.value["@odata.id"], member.name != "@odata.id" else { return nil }
                return ["name": .string(member.name), "kind": "Singleton", "url": link]
            }
            return HTTPResponse(
                200,
                json: [
                    "@odata.context": "/redfish/v1/$metadata",
                    "value": .array([["name": "Service", "kind": "Singleton", "url": "/redfish/v1/"]] + entries),
                ])
        }

        var metadata = Route("\(Self.root)/$metadata")
        metadata.isPublic = true
        metadata.mediaType = "application/xml"
        metadata.read = { _, _ in
            HTTPResponse(
                200, headers: [HTTPField("Content-Type", "application/xml;charset=utf-8")],
                body: Array(Self.metadata.utf8))
        }
        return [versions, root, odata, metadata]
    }

    func serviceRoot() -> JSON {
        let identity = machine.chassis.snapshot.identity
        let hasSessions = !behaves(.basicOnly)
        return .resource(
            "ServiceRoot", "\(Self.root)/", id: "RootService", name: "Root Service",
            [
                "RedfishVersion": .string(profile.redfishVersion), "UUID": .string(identity.uuidText),
                "Vendor": .optional(profile.rootVendor), "Product": .string(profile.product),
                "ProtocolFeaturesSupported": [
                    "ExpandQuery": [
                        "ExpandAll": true, "Levels": true, "MaxLevels": .integer(Int64(Self.expandLimit)),
                        "Links": true, "NoLinks": true,
                    ],
                    "SelectQuery": true, "FilterQuery": false, "OnlyMemberQuery": true, "ExcerptQuery": false,
                    "TopSkipQuery": true,
                ],
                "Systems": .link("\(Self.root)/Systems"), "Chassis": .link("\(Self.root)/Chassis"),
                "Managers": .link("\(Self.root)/Managers"),
                "AccountService": .link("\(Self.root)/AccountService"),
                "SessionService": hasSessions ? .link("\(Self.root)/SessionService") : nil,
                "UpdateService": profile.hasUpdate ? .link("\(Self.root)/UpdateService") : nil,
                "Tasks": profile.hasTasks ? .link("\(Self.root)/TaskService") : nil,
                "EventService": profile.hasEvents ? .link("\(Self.root)/EventService") : nil,
                "CertificateService": .link("\(Self.root)/CertificateService"),
                "Registries": .link("\(Self.root)/Registries"),
                "JsonSchemas": profile.hasJSONSchemas ? .link("\(Self.root)/JsonSchemas") : nil,
                "Links": hasSessions ? ["Sessions": .link("\(Self.root)/SessionService/Sessions")] : [:],
                "Oem": oem([:]),
            ])
    }

    /// The vendor's members under `Oem`; nil when the profile has none.
    func oem(_ own: JSON) -> JSON? { profile.oemKey.map { .object([JSON.Member(name: $0, value: own)]) } }

    /// The OData metadata document (DSP0266 section 8.4.1): which schemas the resources follow.
    private static let metadata: String = {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.0\">\n"
        func reference(_ file: String, _ namespaces: [String]) {
            text += "  <edmx:Reference Uri=\"http://redfish.dmtf.org/schemas/v1/\(file)_v1.xml\">\n"
            for namespace in namespaces { text += "    <edmx:Include Namespace=\"\(namespace)\"/>\n" }
            text += "  </edmx:Reference>\n"
        }
        for (name, version) in SchemaVersion.all.sorted(by: { $0.key < $1.key }) {
            reference(name, [name, "\(name).\(version)"])
        }
        for name in collections { reference("\(name)Collection", ["\(name)Collection"]) }
        reference("RedfishExtensions", ["RedfishExtensions.v1_0_0"])
        reference("Message", ["Message", "Message.v1_2_1"])
        reference("Resource", ["Resource", "Resource.v1_0_0"])
        text += "  <edmx:DataServices>\n"
        text += "    <Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" Namespace=\"Service\">\n"
        let version = SchemaVersion.all["ServiceRoot"] ?? ""
        text += "      <EntityContainer Name=\"Service\" Extends=\"ServiceRoot.\(version).ServiceContainer\"/>\n"
        text += "    </Schema>\n  </edmx:DataServices>\n</edmx:Edmx>\n"
        return text
    }()

    private static let collections = [
        "BootOption", "Certificate", "Chassis", "ComputerSystem", "Drive", "EthernetInterface", "EventDestination",
        "Fan", "JsonSchemaFile", "LogEntry", "LogService", "Manager", "ManagerAccount", "Memory",
        "MessageRegistryFile", "PCIeDevice", "PowerSupply", "Processor", "Role", "Sensor", "Session",
        "SoftwareInventory", "Storage",
        "Task", "VirtualMedia",
    ]
}
