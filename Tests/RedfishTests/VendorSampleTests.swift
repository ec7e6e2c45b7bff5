// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import Testing

/// Answers of real BMCs, as the sushy library carries them for its own tests: read from the installed package and served as
/// they are. What they say is compared with what Foundation reads in the same files.
@Suite(.enabled(if: SushyTools.samples != nil, "the sushy package cannot be installed here"))
struct VendorSampleTests {
    private static let systems = [
        "unit/json_samples/system.json", "unit/json_samples/systemv1_20.json",
        "unit/json_samples/system_managedby_missing_manager_present.json", "oem/dell/unit/json_samples/system.json",
    ]

    /// Serves every sample at the path it gives itself, with this one as the only system.
    private func serve(_ name: String) throws -> (service: ScriptedService, system: [String: Any]) {
        let folder = try #require(SushyTools.samples)
        var resources: [String: String] = [:]
        for dialect in [
            "unit/json_samples", name.contains("dell") ? "oem/dell/unit/json_samples" : "unit/json_samples",
        ] {
            let files = try FileManager.default.contentsOfDirectory(
                at: folder.appendingPathComponent(dialect), includingPropertiesForKeys: nil)
            for file in files.sorted(by: { $0.path < $1.path })
            where file.pathExtension == "json" && !file.lastPathComponent.hasPrefix("bare") {
                let data = try Data(contentsOf: file)
                guard let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any],
                    let path = json["@odata.id"] as? String, resources[path] == nil || dialect.contains("dell")
                else { continue }
                resources[path] = String(decoding: data, as: UTF8.self)
            }
        }
        let data = try Data(contentsOf: folder.appendingPathComponent(name))
        let system = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let path = try #require(system["@odata.id"] as? String)
        resources[path] = String(decoding: data, as: UTF8.self)
        resources["/redfish/v1/Systems"] = #"{"Members":[{"@odata.id":"\#(path)"}]}"#
        let all = resources
        let service = try ScriptedService { request in
            if request.title == "POST /redfish/v1/SessionService/Sessions" {
                return .json("{}", status: 201, [("X-Auth-Token", "t"), ("Location", "/redfish/v1/S/1")])
            }
            return all[request.path].map { .json($0) } ?? .notFound
        }
        return (service, system)
    }

    @Test(arguments: systems)
    func powerBootAndIdentity(name: String) async throws {
        let (service, system) = try serve(name)
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let power = await device.powerState()
        #expect(power.status == INGOT_OK, "\(power.message)")
        #expect(power.number == (system["PowerState"] as? String == "On" ? .on : .off))
        let boot = try #require(system["Boot"] as? [String: Any])
        let setting = await device.bootSetting()
        #expect(setting.status == INGOT_OK, "\(setting.message)")
        let isOverridden = boot["BootSourceOverrideEnabled"] as? String == "Once"
        if isOverridden, boot["BootSourceOverrideTarget"] as? String == "Pxe" { #expect(setting.number == .pxe) }
        if !isOverridden { #expect(setting.number == .none) }

        let probe = await device.probe()
        #expect(probe.status == INGOT_OK, "\(probe.message)")
        let capabilities = try #require(probe.json("capabilities").first)
        let identity = try #require(capabilities["identity"] as? [String: Any])
        #expect(identity["model"] as? String == system["Model"] as? String)
        #expect(identity["serial"] as? String == system["SerialNumber"] as? String)
        #expect(identity["firmware"] as? String != nil)
        let actions = try #require((capabilities["power"] as? [String: Any])?["actions"] as? [String])
        #expect(actions.contains("on") && actions.contains("off"))
    }

    @Test(arguments: systems)
    func inventoryAndSensors(name: String) async throws {
        let (service, system) = try serve(name)
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let inventory = await device.read(INGOT_INVENTORY)
        #expect(inventory.status == INGOT_OK, "\(inventory.message)")
        let parts = inventory.json("component")
        func count(_ kind: String) -> Int { parts.filter { $0["kind"] as? String == kind }.count }
        #expect(count("system") == 1 && count("bmc") >= 1 && count("chassis") >= 1)
        #expect(Set(parts.compactMap { $0["id"] as? String }).count == parts.count)
        if !name.contains("dell") {
            #expect(count("cpu") == 1, "the second is an FPGA")
            #expect(count("nic") >= 1)
            #expect(count("disk") >= 1)
            let mac = parts.first { $0["kind"] as? String == "nic" }?["mac"] as? String
            #expect(mac == "12:44:6a:3b:04:11")
        }
        let sensors = await device.read(INGOT_SENSORS)
        #expect([INGOT_OK, INGOT_E_UNSUPPORTED].contains(sensors.status), "\(sensors.message)")
        for sensor in sensors.json("sensor") {
            #expect(["ok", "warning", "critical", "unknown"].contains(sensor["state"] as? String))
            #expect(sensor["value"] != nil || sensor["states"] != nil)
        }
        _ = system
    }
}
