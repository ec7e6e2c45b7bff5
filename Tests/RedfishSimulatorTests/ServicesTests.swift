// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import RedfishSimulator

/// Virtual media, updates with their tasks, and events.
@Suite struct ServicesTests {
    static let update = "/redfish/v1/UpdateService"

    @Test func mediaIsInsertedAndEjected() throws {
        var lab = try ServiceLab()
        let slot = lab.service.profile.mediaPath + "/Cd"
        let image = "https://192.0.2.1/x.iso"
        let insert = "\(slot)/Actions/VirtualMedia.InsertMedia"
        #expect(lab.send("POST", insert, ["Image": .string(image), "WriteProtected": true]).status == 204)
        #expect(lab.get(slot)["Image"]?.text == image && lab.get(slot)["Inserted"]?.flag == true)
        #expect(lab.get(slot)["ImageName"]?.text == "x.iso")
        #expect(lab.send("POST", insert, ["Image": .string(image)]).status == 409)
        let eject = "\(slot)/Actions/VirtualMedia.EjectMedia"
        #expect(lab.send("POST", eject).status == 204)
        #expect(lab.get(slot)["Inserted"]?.flag == false)
        #expect(lab.send("POST", eject).status == 409)
        #expect(lab.send("POST", insert, [:]).status == 400)
        #expect(lab.send("POST", insert, ["Image": "file:///etc/passwd"]).status == 400)
    }

    @Test func anUpdateIsATaskThatEnds() throws {
        var lab = try ServiceLab()
        let started = lab.send(
            "POST", "\(Self.update)/Actions/UpdateService.SimpleUpdate",
            [
                "ImageURI": "http://192.0.2.1/bmc-2.10.bin",
                "Targets": ["/redfish/v1/UpdateService/FirmwareInventory/BMC"],
            ])
        #expect(started.status == 202)
        let monitor = try #require(started.header("Location"))
        let task = try #require(ServiceLab.json(started)["@odata.id"]?.text)
        #expect(lab.send("GET", monitor).status == 202)
        lab.wait(.milliseconds(500))
        #expect(lab.get(task)["TaskState"]?.text == "Running")
        #expect(lab.get(task)["PercentComplete"]?.whole == 50)
        lab.wait(.milliseconds(600))
        #expect(lab.get(task)["TaskState"]?.text == "Completed")
        #expect(lab.send("GET", monitor).status == 200)
        #expect(lab.chassis.identity.bmcFirmware == "2.10")
        #expect(lab.get("\(Self.update)/FirmwareInventory/BMC")["Version"]?.text == "2.10")
    }

    @Test func aBadImageFails() throws {
        var lab = try ServiceLab()
        let started = lab.send(
            "POST", "\(Self.update)/Actions/UpdateService.SimpleUpdate", ["ImageURI": "http://192.0.2.1/bad-9.9.bin"])
        let monitor = try #require(started.header("Location"))
        lab.wait(.seconds(2))
        #expect(lab.send("GET", monitor).status == 400)
        #expect(lab.get(try #require(ServiceLab.json(started)["@odata.id"]?.text))["TaskState"]?.text == "Exception")
        #expect(lab.chassis.identity.bmcFirmware != "9.9")
    }

    @Test func anImageIsPushedInParts() throws {
        var lab = try ServiceLab()
        func body(_ image: String) -> [UInt8] {
            let parts = [
                "--xyz", "Content-Disposition: form-data; name=\"UpdateParameters\"", "Content-Type: application/json",
                "",
                "{\"Targets\":[\"/redfish/v1/UpdateService/FirmwareInventory/BIOS\"]}", "--xyz",
                "Content-Disposition: form-data; name=\"UpdateFile\"; filename=\"x.bin\"",
                "Content-Type: application/octet-stream", "", image, "--xyz--", "",
            ]
            return Array(parts.joined(separator: "\r\n").utf8)
        }
        func push(_ lab: inout ServiceLab, _ body: [UInt8], _ type: String) -> HTTPResponse {
            lab.service.handle(
                HTTPRequest(
                    "POST", "\(Self.update)/multipart",
                    headers: [
                        HTTPField("Authorization", "Basic " + ServiceLab.base64("admin:secret")),
                        HTTPField("Content-Type", type),
                    ], body: body), now: lab.clock.now)
        }
        let type = "multipart/form-data; boundary=xyz"
        #expect(push(&lab, body("ingot-firmware bios 4.5\nimage"), type).status == 202)
        lab.wait(.seconds(2))
        #expect(lab.get("\(Self.update)/FirmwareInventory/BIOS")["Version"]?.text == "4.5")
        #expect(push(&lab, body("BAD"), type).status == 400)
        #expect(push(&lab, body(""), type).status == 400)
        #expect(push(&lab, body("x"), "application/octet-stream").status == 415)
    }

    @Test func eventsGoToThoseWhoSubscribed() throws {
        var lab = try ServiceLab()
        let subscriptions = "/redfish/v1/EventService/Subscriptions"
        let made = lab.send(
            "POST", subscriptions,
            ["Destination": "http://127.0.0.1:1/events", "Protocol": "Redfish", "Context": "mine"])
        #expect(made.status == 201)
        let location = try #require(made.header("Location"))
        #expect(lab.get(location)["Context"]?.text == "mine")
        #expect(lab.send("POST", subscriptions, ["Destination": "nowhere", "Protocol": "Redfish"]).status == 400)
        let stream = lab.send("GET", "/redfish/v1/EventService/SSE")
        #expect(stream.header("Content-Type")?.hasPrefix("text/event-stream") == true)
        #expect(lab.get(subscriptions)["Members@odata.count"]?.whole == 2)
        _ = lab.reset("On")
        lab.wait(.seconds(1))
        let sent = lab.service.takeOutbox(now: lab.clock.now)
        #expect(sent.map(\.stream) == [nil, stream.stream])
        let event = try JSON(parsing: try #require(sent.first).body)
        #expect(event["Context"]?.text == "mine")
        #expect(event["Events"]?.elements.first?["Message"]?.text == "The machine is on.")
        lab.service.closeStream(try #require(stream.stream))
        #expect(lab.send("DELETE", location).status == 204)
        #expect(!lab.service.hasListeners)
    }

    @Test func theManagerRestartsAndForgetsItsSessions() throws {
        var lab = try ServiceLab()
        let opened = lab.send("POST", SessionTests.sessions, SessionTests.good)
        let token = opened.header("X-Auth-Token")
        let reset = "\(lab.service.profile.managerPath)/Actions/Manager.Reset"
        #expect(lab.send("POST", reset, ["ResetType": "ForceRestart"]).status == 204)
        #expect(lab.send("GET", lab.system).ending == .reset)
        lab.wait(.seconds(2))
        #expect(lab.send("GET", lab.system).status == 200)
        lab.token = token
        #expect(lab.send("GET", lab.system).status == 401)
    }
}
