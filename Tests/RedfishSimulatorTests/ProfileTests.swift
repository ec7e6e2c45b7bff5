// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import Testing

@testable import RedfishSimulator

@Suite struct ProfileTests {
    @Test func thereAreProfilesForTheUsualVendors() {
        let names = RedfishProfile.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in [
            "generic", "dell-idrac9", "dell-idrac10", "hpe-ilo5", "lenovo-xcc", "supermicro-x11", "openbmc",
            "huawei-ibmc", "ami", "minimal", "loongson",
        ] { #expect(RedfishProfile(named: name)?.name == name) }
        #expect(RedfishProfile(named: "vax") == nil)
        #expect(RedfishProfile.generic.behaviours.isEmpty)
        // Every behaviour is some vendor's.
        let met = RedfishProfile.all.reduce(into: Set<RedfishBehaviour>()) { $0.formUnion($1.behaviours) }
        #expect(met == Set(RedfishBehaviour.allCases))
    }

    /// Follows every link from the service root.
    @Test(arguments: RedfishProfile.all.map(\.name))
    func everyLinkLeadsSomewhere(_ name: String) throws {
        let profile = try #require(RedfishProfile(named: name))
        var lab = try ServiceLab(profile, power: .on, options: .init(notReadyCount: 0))
        lab.machine.chassis.withChassis { chassis, _ in chassis.eventLog.add("boot", seconds: 1) }
        let plain = name == "hpe-ilo5" ? [] : [HTTPField("Accept-Encoding", "identity")]
        var waiting = ["/redfish/v1/"]
        var seen: Set<String> = []
        var types: Set<String> = []
        func links(_ value: JSON) {
            for member in value.members {
                if member.name == "@odata.id" || member.name.hasSuffix("nextLink"), let link = member.value.text,
                    !link.contains("#"), !link.contains("/Oem/")
                {
                    waiting.append(link)
                } else {
                    links(member.value)
                }
            }
            for element in value.elements { links(element) }
        }
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            let response = lab.send("GET", path, headers: plain)
            #expect(response.status == 200, "\(path)")
            let resource = ServiceLab.json(response)
            #expect(resource["@odata.id"]?.text == path, "\(path)")
            #expect(resource["Name"]?.text?.isEmpty == false, "\(path)")
            #expect(response.header("Link")?.contains("describedby") == true, "\(path)")
            let type = resource["@odata.type"]?.text ?? ""
            if !type.contains("Collection") {
                #expect(resource["Id"]?.text?.isEmpty == false, "\(path)")
                let parts = type.dropFirst().split(separator: ".").map(String.init)
                #expect(parts.count == 3 && SchemaVersion.all[parts[0]] == parts[1], "\(type)")
            }
            types.insert(type)
            links(resource)
        }
        #expect(seen.count >= (name == "minimal" ? 25 : 60))
        #expect(types.contains { $0.hasPrefix("#ComputerSystem.") } && types.contains { $0.hasPrefix("#Manager.") })
    }

    @Test(arguments: RedfishProfile.all.map(\.name))
    func everyProfileSaysWhoseItIsAndTakesItsResetValues(_ name: String) throws {
        let profile = try #require(RedfishProfile(named: name))
        var lab = try ServiceLab(profile, options: .init(conflictTime: .zero, notReadyCount: 0))
        let plain = name == "hpe-ilo5" ? [] : [HTTPField("Accept-Encoding", "identity")]
        let system = lab.get(profile.systemPath, headers: plain)
        #expect(system["Manufacturer"]?.text == lab.chassis.identity.vendor)
        #expect(name == "generic" || lab.chassis.identity == profile.identity)
        #expect(system["Oem"]?.members.map(\.name) ?? [] == (profile.oemKey.map { [$0] } ?? []))
        #expect(lab.get("/redfish/v1/", headers: plain)["Vendor"]?.text == profile.rootVendor)
        for type in profile.resetValues {
            let power: PowerState = type == "On" || type == "ForceOn" ? .off : .on
            lab = try ServiceLab(profile, power: power, options: .init(notReadyCount: 0))
            #expect(lab.reset(type).status == 204, "\(type)")
        }
    }

    @Test func aMachineThatSaysWhatItIsKeepsIt() throws {
        let chassis = SharedChassis(Chassis(identity: Identity(vendor: "Acme", model: "One")))
        var service = RedfishService(
            profile: .generic, chassis: FaultyChassis(chassis, faults: FaultInjector()))
        _ = service.handle(HTTPRequest("GET", "/redfish/v1/"), now: .zero)
        #expect(chassis.snapshot.identity.vendor == "Acme")
        #expect(RedfishProfile.all.allSatisfy { $0.chassis().identity == $0.identity })
    }

    @Test func aSerialOfItsOwnStaysWithTheVendorsIdentity() throws {
        let chassis = SharedChassis(Chassis(identity: Identity(serial: "SIM7")))
        let profile = try #require(RedfishProfile(named: "dell-idrac9"))
        _ = RedfishService(profile: profile, chassis: FaultyChassis(chassis, faults: FaultInjector()))
        #expect(chassis.snapshot.identity.vendor == "Dell Inc." && chassis.snapshot.identity.serial == "SIM7")
        #expect(chassis.snapshot.identity.uuid == Identity(serial: "SIM7").uuid)
    }

    @Test func moreSystemsAreShown() throws {
        var options = RedfishService.Options()
        options.otherSystems = ["2", "spare"]
        var lab = try ServiceLab(options: options)
        let members = lab.get("/redfish/v1/Systems?$expand=.")["Members"]?.elements ?? []
        #expect(members.map { $0["Id"]?.text } == ["1", "2", "spare"])
        #expect(members.allSatisfy { $0["PowerState"]?.text == "Off" })
        #expect(lab.send("GET", "/redfish/v1/Systems/3").status == 404)
    }

    /// docs/redfish-simulator.md says what is there.
    @Test func theDocumentationNamesEveryProfileAndBehaviour() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/redfish-simulator.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        for profile in RedfishProfile.all {
            let row = try #require(rows.first { $0[0] == "`\(profile.name)`" }, "\(profile.name)")
            let behaviours = profile.behaviours.map { "`\($0.rawValue)`" }.sorted().joined(separator: " ")
            #expect(row[2] == (behaviours.isEmpty ? "none" : behaviours), "\(profile.name)")
        }
        for behaviour in RedfishBehaviour.allCases {
            #expect(rows.contains { $0.count == 2 && $0[0] == "`\(behaviour.rawValue)`" }, "\(behaviour.rawValue)")
        }
    }
}
