// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation
import PluginAPI
import PluginTesting
import RedfishSimulator
import Testing

/// Every interface against the clean service, each effect seen in the machine behind it.
@Suite(.serialized) struct SimulatorTests {
    @Test func powerReachesTheMachine() async throws {
        let bmc = try await SimulatedBMC(tls: .generated)
        let device = try bmc.open(["ca_certificates": #require(bmc.server.certificatePEM)])
        let outcome = await device.setPower(.doOn)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        #expect(await device.powerState().number == .on)
        #expect(bmc.machine.counts.powerOns == 1)
        for action in [Int32.doNMI, .doReset, .doCycle] { #expect(await device.setPower(action).status == INGOT_OK) }
        #expect(bmc.machine.counts.nmis == 1)
        #expect(bmc.machine.counts.resets == 1)
        #expect(bmc.server.statistics.sessionsOpened == 1)
        device.close()
        #expect(bmc.server.statistics.sessionsOpen == 0)
        await bmc.stop()
    }

    @Test func bootReachesTheMachine() async throws {
        let bmc = try await SimulatedBMC()
        let device = try bmc.open()
        #expect(await device.setBoot(.pxe, .uefi).status == INGOT_OK)
        #expect(bmc.machine.bootOverride.target == .pxe)
        #expect(!bmc.machine.bootOverride.persistent)
        #expect(await device.setBoot(.disk, .persistent).status == INGOT_OK)
        #expect(bmc.machine.bootOverride.target == .disk)
        #expect(bmc.machine.bootOverride.persistent)
        #expect(await device.setBoot(.none).status == INGOT_OK)
        #expect(bmc.machine.bootOverride.target == .none)
        await bmc.stop()
    }

    @Test func probeTellsWhatThereIs() async throws {
        let bmc = try await SimulatedBMC()
        let outcome = try await bmc.open().probe()
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        let found = try #require(outcome.json("capabilities").first)
        for interface in ["power", "boot", "sensors", "eventlog", "inventory", "media", "firmware", "vendor", "sweep"] {
            let part = try #require(found[interface] as? [String: Any], "\(interface)")
            #expect(part["answer"] as? String == "yes", "\(interface): \(part)")
            #expect((part["evidence"] as? String)?.isEmpty == false)
        }
        #expect((found["console"] as? [String: Any])?["answer"] as? String == "no")
        #expect((found["media"] as? [String: Any])?["slots"] as? [String] != [])
        let identity = try #require(found["identity"] as? [String: Any])
        #expect(identity["vendor"] as? String == bmc.machine.identity.vendor)
        #expect(identity["model"] as? String == bmc.machine.identity.model)
        #expect(identity["firmware"] as? String == bmc.machine.identity.bmcFirmware)
        await bmc.stop()
    }

    @Test func inventoryListsTheMachinesParts() async throws {
        let bmc = try await SimulatedBMC()
        let outcome = try await bmc.open().read(INGOT_INVENTORY)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        let parts = outcome.json("component")
        func ids(_ kind: String, _ member: String) -> [String] {
            parts.filter { $0["kind"] as? String == kind }.compactMap { $0[member] as? String }
        }
        let hardware = bmc.machine.hardware
        #expect(ids("nic", "mac") == hardware.networkInterfaces.map(\.macText))
        #expect(ids("disk", "serial") == hardware.disks.map(\.serial))
        #expect(ids("cpu", "id").count == hardware.processors)
        #expect(ids("memory", "id").count == hardware.memoryModules)
        let bytes = parts.filter { $0["kind"] as? String == "memory" }.compactMap { $0["size_bytes"] as? Int64 }
        #expect(bytes.reduce(0, +) == hardware.memoryBytes)
        #expect(ids("system", "uuid") == [bmc.machine.identity.uuidText])
        #expect(ids("system", "architecture") == ["x86_64"])
        #expect(ids("bmc", "firmware") == [bmc.machine.identity.bmcFirmware])
        #expect(ids("firmware", "id").count >= 2)
        #expect(Set(parts.compactMap { $0["id"] as? String }).count == parts.count, "ids are told apart")
        await bmc.stop()
    }

    @Test func sensorsHaveTheMachinesValues() async throws {
        let bmc = try await SimulatedBMC(power: .on)
        bmc.chassis.withChassis { chassis, _ in chassis.sensors[1].value = 99 }
        let outcome = try await bmc.open().read(INGOT_SENSORS)
        #expect(outcome.status == INGOT_OK, "\(outcome.message)")
        let sensors = Dictionary(
            outcome.json("sensor").map { ($0["name"] as? String ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        #expect(sensors["Inlet Temp"]?["value"] as? Double == 23)
        #expect(sensors["Inlet Temp"]?["unit"] as? String == "celsius")
        #expect(sensors["Inlet Temp"]?["state"] as? String == "ok")
        #expect(sensors["CPU1 Temp"]?["state"] as? String == "critical")
        #expect((sensors["CPU1 Temp"]?["thresholds"] as? [String: Double])?["upper_critical"] == 98)
        #expect(sensors["12V"]?["kind"] as? String == "voltage")
        #expect(sensors["FAN1"]?["kind"] as? String == "fan")
        await bmc.stop()
    }

    @Test func theEventLogIsReadOnceAndGoesOn() async throws {
        let bmc = try await SimulatedBMC()
        func add(_ count: Int, _ severity: EventLog.Record.Severity = .info) {
            bmc.chassis.withChassis { chassis, _ in
                for _ in 0..<count {
                    let number = chassis.eventLog.lastNumber + 1
                    chassis.eventLog.add(
                        "event \(number)", source: "PSU", severity: severity, seconds: 1_772_359_200 + Int64(number))
                }
            }
        }
        add(120)
        add(1, .critical)
        let device = try bmc.open()
        let first = await device.read(INGOT_EVENTLOG)
        #expect(first.status == INGOT_OK, "\(first.message)")
        #expect(first.json("event").map { $0["message"] as? String } == (1...121).map { "event \($0)" })
        #expect(first.json("event").last?["severity"] as? String == "critical")
        #expect(first.json("event").first?["time"] as? String == "2026-03-01T10:00:01Z")
        let cursor = try #require(first.texts("cursor").last)

        func query(_ cursor: String, limit: Int? = nil) throws -> String {
            var query: [String: Any] = ["after": cursor]
            query["limit"] = limit
            return String(decoding: try JSONSerialization.data(withJSONObject: query), as: UTF8.self)
        }
        let nothing = await device.read(INGOT_EVENTLOG, try query(cursor))
        #expect(nothing.json("event").isEmpty)
        #expect(nothing.texts("note").isEmpty)
        add(3)
        let two = await device.read(INGOT_EVENTLOG, try query(try #require(nothing.texts("cursor").last), limit: 2))
        #expect(two.json("event").map { $0["message"] as? String } == ["event 122", "event 123"])
        let rest = await device.read(INGOT_EVENTLOG, try query(try #require(two.texts("cursor").last)))
        #expect(rest.json("event").map { $0["message"] as? String } == ["event 124"])

        #expect(await device.clearEvents().status == INGOT_OK)
        add(2, .warning)
        let lost = await device.read(INGOT_EVENTLOG, try query(try #require(rest.texts("cursor").last)))
        #expect(lost.texts("note") == [#"{"lost":true}"#])
        #expect(lost.json("event").count == bmc.machine.eventLog.records.count)
        #expect(await device.read(INGOT_EVENTLOG, #"{"after":"x"}"#).status == INGOT_E_INVALID)
        await bmc.stop()
    }

    @Test func mediaGoInAndOut() async throws {
        let bmc = try await SimulatedBMC()
        let device = try bmc.open()
        let request = #"{"slot":"cd","url":"http://192.0.2.1/x.iso","username":"u"}"#
        let begun = await device.begin(INGOT_MEDIA, request)
        #expect(begun.status == INGOT_OK, "\(begun.message)")
        #expect(!begun.wire.contains("canary-M3dia"))
        let token = try #require(begun.texts("token").last)
        #expect(await device.poll(INGOT_MEDIA, token).number == 1)
        #expect(await device.begin(INGOT_MEDIA, request).status == INGOT_E_STATE)
        // Another process may take the work over by the token alone.
        let other = try bmc.open()
        #expect(await other.end(INGOT_MEDIA, token).status == INGOT_OK)
        #expect(await device.poll(INGOT_MEDIA, token).number == 0)
        #expect(await device.end(INGOT_MEDIA, token).status == INGOT_E_STATE)
        #expect(await device.begin(INGOT_MEDIA, #"{"slot":"tape","url":"http://h/x"}"#).status == INGOT_E_INVALID)
        #expect(await device.begin(INGOT_MEDIA, #"{"url":"file:///etc/passwd"}"#).status == INGOT_E_INVALID)
        #expect(await device.poll(INGOT_MEDIA, "http://elsewhere/redfish/v1/x").status == INGOT_E_INVALID)
        await bmc.stop()
    }

    private func finish(_ device: OpenDevice, _ token: String) async throws -> OpenDevice.Outcome {
        for _ in 0..<200 {
            let outcome = await device.poll(INGOT_FIRMWARE, token)
            if outcome.status != INGOT_OK || outcome.number == 1 { return outcome }
            try await Task.sleep(for: .milliseconds(50))
        }
        return await device.poll(INGOT_FIRMWARE, token)
    }

    @Test func firmwareByURLAndByPush() async throws {
        let bmc = try await SimulatedBMC { $0.options.taskTime = .milliseconds(300) }
        let device = try bmc.open()
        let byURL = await device.begin(INGOT_FIRMWARE, #"{"target":"bmc","url":"http://192.0.2.1/bmc-7.42.bin"}"#)
        #expect(byURL.status == INGOT_OK, "\(byURL.message)")
        #expect(byURL.texts("token").count == 1)
        // Another process carries on with the token alone.
        let done = try await finish(try bmc.open(), try #require(byURL.texts("token").last))
        #expect(done.status == INGOT_OK && done.number == 1, "\(done.message)")
        #expect(bmc.machine.identity.bmcFirmware == "7.42")

        let image = Array("ingot-firmware bios 9.8\n".utf8) + [UInt8](repeating: 7, count: 300_000)
        let pushed = await device.begin(INGOT_FIRMWARE, #"{"target":"BIOS"}"#, source: image)
        #expect(pushed.status == INGOT_OK, "\(pushed.message)")
        #expect(try await finish(device, try #require(pushed.texts("token").last)).number == 1)
        #expect(bmc.machine.identity.biosVersion == "9.8")

        // The answer is lost, the work is not.
        bmc.faults.set([try Fault("reply-lost")])
        let lost = await device.begin(INGOT_FIRMWARE, #"{"url":"http://192.0.2.1/bmc-8.1.bin"}"#)
        #expect(lost.isMaybeApplied)
        bmc.faults.set([])
        #expect(try await finish(device, try #require(lost.texts("token").last)).number == 1)
        #expect(bmc.machine.identity.bmcFirmware == "8.1")
        #expect(await device.poll(INGOT_FIRMWARE, #"{"known":[]}"#).status == INGOT_E_STATE)
        #expect(await device.poll(INGOT_FIRMWARE, "x").status == INGOT_E_INVALID)

        let bad = await device.begin(INGOT_FIRMWARE, #"{"url":"http://192.0.2.1/bad.bin"}"#)
        let failed = try await finish(device, try #require(bad.texts("token").last))
        #expect(failed.status == INGOT_E_STATE, "\(failed.message)")
        #expect(failed.message.contains("could not be verified"))
        let refused = await device.begin(INGOT_FIRMWARE, "{}", source: Array("BAD".utf8))
        #expect(refused.status == INGOT_E_INVALID, "\(refused.message)")
        #expect(await device.begin(INGOT_FIRMWARE, #"{"target":"nic"}"#, source: image).status == INGOT_E_INVALID)
        #expect(await device.begin(INGOT_FIRMWARE, "{}").status == INGOT_E_INVALID)
        await bmc.stop()
    }

    @Test func aServiceWithoutPartsTakesTheImageAsItIs() async throws {
        let profile = try #require(RedfishProfile(named: "supermicro-x11"))
        let bmc = try await SimulatedBMC(profile, behaviours: []) { $0.options.taskTime = .milliseconds(100) }
        let device = try bmc.open()
        let image = Array("ingot-firmware bios 4.4\n".utf8) + [UInt8](repeating: 9, count: 200_000)
        let pushed = await device.begin(INGOT_FIRMWARE, "{}", source: image)
        #expect(pushed.status == INGOT_OK, "\(pushed.message)")
        #expect(try await finish(device, try #require(pushed.texts("token").last)).number == 1)
        #expect(bmc.machine.identity.biosVersion == "4.4")
        await bmc.stop()
    }

    @Test func biosSecureBootAndBootOrder() async throws {
        let bmc = try await SimulatedBMC()
        let device = try bmc.open()
        let set = await device.invoke("bios.set", #"{"attributes":{"SriovGlobalEnable":"Enabled"}}"#)
        #expect(set.status == INGOT_OK, "\(set.message)")
        let bios = try #require(await device.invoke("bios.get").json("reply").first)
        #expect((bios["pending"] as? [String: Any])?["SriovGlobalEnable"] as? String == "Enabled")
        #expect((bios["attributes"] as? [String: Any])?["SriovGlobalEnable"] as? String == "Disabled")
        let unknown = await device.invoke("bios.set", #"{"attributes":{"Nonsense":1}}"#)
        #expect(unknown.status == INGOT_E_INVALID)
        #expect(unknown.detail.contains("$.attributes.Nonsense"))

        let secure = await device.invoke("secure-boot.set", #"{"enable":true}"#)
        #expect(secure.status == INGOT_OK, "\(secure.message)")
        #expect(secure.json("reply").first?["enable"] as? Bool == true)

        let order = try #require(await device.invoke("boot-order.get").json("reply").first?["order"] as? [String])
        #expect(order.count == 2)
        let turned = String(
            decoding: try JSONSerialization.data(withJSONObject: ["order": Array(order.reversed())]), as: UTF8.self)
        #expect(await device.invoke("boot-order.set", turned).status == INGOT_OK)
        #expect(bmc.machine.bootOrder == [.disk, .pxe])

        let root = await device.invoke("http.get", #"{"path":"/redfish/v1/TaskService"}"#)
        #expect(root.json("reply").first?["Id"] as? String == "TaskService")
        #expect(await device.invoke("http.get", #"{"path":"/etc"}"#).status == INGOT_E_INVALID)
        #expect(await device.invoke("http.post", #"{"path":"/redfish/v1/Systems/1"}"#).status == INGOT_E_INVALID)
        #expect(await device.invoke("no.such").status == INGOT_E_UNSUPPORTED)
        await bmc.stop()
    }

    /// Every vendor's shape, with the quirks of its behaviours: everything works that the profile has.
    @Test(arguments: RedfishProfile.all.map(\.name))
    func everyProfile(name: String) async throws {
        let profile = try #require(RedfishProfile(named: name))
        let bmc = try await SimulatedBMC(profile, tls: .generated) { $0.options.jobTime = .zero }
        let quirks = profile.behaviours.map(\.rawValue)
        let device = try bmc.open(quirks: quirks, ["insecure": true])
        let probe = await device.probe()
        #expect(probe.status == INGOT_OK, "\(probe.message)")
        let capabilities = try #require(probe.json("capabilities").first)
        #expect((capabilities["identity"] as? [String: Any])?["vendor"] as? String == profile.identity.vendor)
        for target in [Int32.pxe, .disk] {
            let outcome = await device.setBoot(target)
            #expect(outcome.status == INGOT_OK, "\(outcome.message)")
            #expect(await device.bootSetting().number == target)
        }
        for (action, power) in [(Int32.doOn, Int32.on), (.doOff, .off), (.doOn, .on)] {
            let outcome = await device.setPower(action)
            #expect(outcome.status == INGOT_OK, "\(outcome.message)")
            #expect(await device.powerState().number == power)
        }
        for reader in [INGOT_INVENTORY, INGOT_SENSORS] {
            let outcome = await device.read(reader)
            #expect(outcome.status == INGOT_OK, "\(reader): \(outcome.message)")
            #expect(outcome.record.emitted.count > 3)
        }
        let media = try #require(capabilities["media"] as? [String: Any])
        if media["answer"] as? String == "yes", (media["slots"] as? [String])?.contains("cd") == true {
            let begun = await device.begin(INGOT_MEDIA, #"{"slot":"cd","url":"http://192.0.2.1/x.iso"}"#)
            #expect(begun.status == INGOT_OK, "\(begun.message)")
            if let token = begun.texts("token").last {
                #expect(await device.poll(INGOT_MEDIA, token).number == 1)
                let ended = await device.end(INGOT_MEDIA, token)
                #expect(ended.status == INGOT_OK, "\(ended.message)")
            }
        }
        if (capabilities["eventlog"] as? [String: Any])?["answer"] as? String == "yes" {
            let outcome = await device.read(INGOT_EVENTLOG)
            #expect(outcome.status == INGOT_OK, "\(outcome.message)")
            #expect(outcome.texts("cursor").count == 1)
        }
        device.close()
        #expect(bmc.server.statistics.sessionsOpen == 0)
        #expect(bmc.server.statistics.loginsFailed == 0)
        await bmc.stop()
    }
}
