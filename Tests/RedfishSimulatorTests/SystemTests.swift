// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import RedfishSimulator

@Suite struct SystemTests {
    @Test func powerGoesOnAndOff() throws {
        var lab = try ServiceLab()
        #expect(lab.get(lab.system)["PowerState"]?.text == "Off")
        #expect(lab.reset("On").status == 204)
        #expect(lab.get(lab.system)["PowerState"]?.text == "PoweringOn")
        lab.wait(.milliseconds(300))
        #expect(lab.get(lab.system)["PowerState"]?.text == "On")
        #expect(lab.get(lab.system)["BootProgress"]?["LastState"]?.text == "OSRunning")
        #expect(lab.reset("GracefulShutdown").status == 204)
        lab.wait(.seconds(1))
        #expect(lab.get(lab.system)["PowerState"]?.text == "Off")
        #expect(lab.reset("ForceOff").status == 204)
        #expect(lab.chassis.counts.powerOffs == 1)
    }

    @Test(arguments: [
        ("On", PowerState.off, 204), ("ForceOn", .off, 204), ("ForceOff", .on, 204), ("GracefulShutdown", .on, 204),
        ("ForceRestart", .on, 204), ("GracefulRestart", .on, 204), ("PowerCycle", .on, 204), ("Nmi", .on, 204),
        ("PushPowerButton", .off, 204), ("ForceRestart", .off, 409), ("Nmi", .off, 409), ("PowerCycle", .off, 409),
        ("Bogus", .on, 400),
    ])
    func resetTypes(_ type: String, _ power: PowerState, _ status: Int) throws {
        var lab = try ServiceLab(power: power)
        #expect(lab.reset(type).status == status)
    }

    @Test func resetNamesWhatIsWrongWithItsParameters() throws {
        var lab = try ServiceLab(power: .on)
        let path = "\(lab.system)/Actions/ComputerSystem.Reset"
        #expect(ServiceLab.messages(lab.send("POST", path, [:])) == ["ActionParameterMissing"])
        #expect(ServiceLab.messages(lab.send("POST", path, ["ResetType": 3])) == ["ActionParameterValueTypeError"])
        #expect(ServiceLab.messages(lab.send("POST", path, ["Type": "On"])) == ["ActionParameterUnknown"])
        #expect(ServiceLab.messages(lab.reset("Bogus")) == ["ActionParameterValueNotInList"])
        #expect(lab.chassis.counts.resets == 0 && lab.chassis.counts.nmis == 0)
    }

    @Test(arguments: [
        ("Pxe", "Once", "UEFI", BootTarget.pxe), ("Hdd", "Continuous", "Legacy", .disk), ("Cd", "Once", "UEFI", .cd),
        ("BiosSetup", "Once", "UEFI", .setup), ("Usb", "Continuous", "UEFI", .usb), ("UefiHttp", "Once", "UEFI", .http),
    ])
    func anOverrideIsKeptAndReadsBack(
        _ target: String, _ enabled: String, _ mode: String, _ device: BootTarget
    ) throws {
        var lab = try ServiceLab()
        let set: JSON = [
            "BootSourceOverrideTarget": .string(target), "BootSourceOverrideEnabled": .string(enabled),
            "BootSourceOverrideMode": .string(mode),
        ]
        #expect(lab.patchBoot(set).status == 200)
        let boot = lab.boot()
        for member in set.members { #expect(boot[member.name] == member.value) }
        #expect(
            lab.chassis.bootOverride
                == BootOverride(
                    device, persistent: enabled == "Continuous", mode: mode == "UEFI" ? .uefi : .legacy,
                    uri: lab.chassis.bootOverride.uri))
        #expect(lab.reset("On").status == 204)
        lab.wait(.seconds(1))
        #expect(lab.chassis.boots.last?.target == device)
        #expect(lab.boot()["BootSourceOverrideEnabled"]?.text == (enabled == "Once" ? "Disabled" : "Continuous"))
        #expect(lab.patchBoot(["BootSourceOverrideEnabled": "Disabled"]).status == 200)
        #expect(lab.boot()["BootSourceOverrideTarget"]?.text == "None")
    }

    @Test func aBadOverrideChangesNothing() throws {
        var lab = try ServiceLab()
        #expect(
            ServiceLab.messages(lab.patchBoot(["BootSourceOverrideTarget": "Tape"])) == ["PropertyValueNotInList"])
        #expect(ServiceLab.messages(lab.patchBoot(["BootSourceOverrideTarget": 7])) == ["PropertyValueTypeError"])
        #expect(
            ServiceLab.messages(
                lab.patchBoot(["BootSourceOverrideTarget": "UefiHttp", "BootSourceOverrideMode": "Legacy"]))
                == ["PropertyValueConflict"])
        #expect(ServiceLab.messages(lab.patchBoot(["Nonsense": 7])) == ["PropertyUnknown"])
        #expect(ServiceLab.messages(lab.patchBoot(["BootSourceOverrideEnabled": "Once"])) == ["PropertyMissing"])
        #expect(ServiceLab.messages(lab.send("PATCH", lab.system, ["PowerState": "On"])) == ["PropertyNotWritable"])
        #expect(ServiceLab.messages(lab.send("PATCH", lab.system, ["@odata.id": "/x"])) == ["NoOperation"])
        #expect(lab.chassis.bootOverride == .none)
    }

    @Test func httpBootAndBootOptions() throws {
        var lab = try ServiceLab()
        let address = "http://192.0.2.1/boot.efi"
        #expect(
            lab.patchBoot([
                "BootSourceOverrideTarget": "UefiHttp", "BootSourceOverrideEnabled": "Once",
                "HttpBootUri": .string(address),
            ]).status == 200)
        #expect(lab.boot()["HttpBootUri"]?.text == address)
        #expect(lab.chassis.bootOverride.uri == address)

        let order = try #require(lab.boot()["BootOrder"]).elements
        #expect(order.count == 2)
        #expect(lab.patchBoot(["BootOrder": .array(order.reversed())]).status == 200)
        #expect(lab.chassis.bootOrder == [.disk, .pxe])
        #expect(lab.patchBoot(["BootOrder": [order[0]]]).status == 400)
        let option = lab.get("\(lab.system)/BootOptions/\(order[0].text ?? "")")
        let path = try #require(option["UefiDevicePath"]?.text)
        #expect(
            lab.patchBoot([
                "BootSourceOverrideTarget": "UefiTarget", "BootSourceOverrideEnabled": "Once",
                "UefiTargetBootSourceOverride": .string(path),
            ]).status == 200)
        #expect(lab.boot()["BootSourceOverrideTarget"]?.text == "UefiTarget")
        #expect(lab.chassis.bootOverride.target == .pxe)
    }

    @Test func biosAttributesWaitForTheNextBoot() throws {
        var lab = try ServiceLab()
        let bios = "\(lab.system)/Bios"
        #expect(lab.send("PATCH", "\(bios)/Settings", ["Attributes": ["BootMode": "Bios"]]).status == 200)
        #expect(lab.send("PATCH", "\(bios)/Settings", ["Attributes": ["BootMode": "Other"]]).status == 400)
        #expect(lab.send("PATCH", "\(bios)/Settings", ["Attributes": ["Nonsense": 1]]).status == 400)
        #expect(lab.get(bios)["Attributes"]?["BootMode"]?.text == "Uefi")
        #expect(lab.get("\(bios)/Settings")["Attributes"]?["BootMode"]?.text == "Bios")
        _ = lab.reset("On")
        lab.wait(.seconds(1))
        #expect(lab.get(bios)["Attributes"]?["BootMode"]?.text == "Bios")
        #expect(lab.get("\(bios)/Settings")["Attributes"]?["BootMode"] == nil)
    }

    @Test func theInventoryIsTheMachines() throws {
        var lab = try ServiceLab(power: .on)
        let hardware = lab.chassis.hardware
        let system = lab.get(lab.system)
        #expect(system["UUID"]?.text == lab.chassis.identity.uuidText)
        #expect(system["MemorySummary"]?["TotalSystemMemoryGiB"]?.whole == hardware.memoryBytes >> 30)
        for (path, count) in [
            ("Processors", hardware.processors), ("Memory", hardware.memoryModules),
            ("EthernetInterfaces", hardware.networkInterfaces.count), ("Storage/1", hardware.disks.count),
        ] {
            let collection = lab.get("\(lab.system)/\(path)")
            #expect((collection["Members"] ?? collection["Drives"])?.elements.count == count)
        }
        let nic = lab.get("\(lab.system)/EthernetInterfaces/NIC.1")
        #expect(nic["MACAddress"]?.text == hardware.networkInterfaces[0].macText)
        let drive = lab.get("\(lab.system)/Storage/1/Drives/Disk.1")
        #expect(drive["SerialNumber"]?.text == "SIMDISK1")
        #expect(drive["CapacityBytes"]?.whole == hardware.disks[0].sizeBytes)
        #expect(drive["Identifiers"]?.elements.first?["DurableName"]?.text == "5000c500a1b2c3d4")
    }

    @Test func sensorsReadOnlyWithPower() throws {
        var lab = try ServiceLab()
        let chassis = lab.service.profile.chassisPath
        func thermal(_ lab: inout ServiceLab, _ name: String) -> JSON? {
            lab.get("\(chassis)/Thermal")["Temperatures"]?.elements.first { $0["Name"]?.text == name }
        }
        #expect(thermal(&lab, "Inlet Temp")?["ReadingCelsius"]?.whole == 23)
        #expect(thermal(&lab, "CPU1 Temp")?["ReadingCelsius"] == .null)
        #expect(thermal(&lab, "CPU1 Temp")?["Status"]?["State"]?.text == "UnavailableOffline")
        #expect(thermal(&lab, "Absent Temp")?["Status"]?["State"]?.text == "Absent")
        _ = lab.reset("On")
        lab.wait(.seconds(1))
        #expect(thermal(&lab, "CPU1 Temp")?["ReadingCelsius"]?.whole == 51)
        let sensor = lab.get("\(chassis)/Sensors/CPU1_Temp")
        #expect(sensor["Reading"]?.whole == 51)
        #expect(sensor["Thresholds"]?["UpperCritical"]?["Reading"]?.whole == 98)
        #expect(lab.get("\(chassis)/Sensors")["Members@odata.count"]?.whole == 7)
        #expect(lab.get("\(chassis)/PowerSubsystem/PowerSupplies")["Members"]?.elements.count == 1)
        #expect(lab.get("\(chassis)/Power")["PowerControl"]?.elements[0]["PowerConsumedWatts"]?.whole == 210)
    }
}
