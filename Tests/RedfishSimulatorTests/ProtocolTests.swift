// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import RedfishSimulator

@Suite struct ProtocolTests {
    @Test func methodsThatAResourceLacksAreNamed() throws {
        var lab = try ServiceLab()
        let refused = lab.send("DELETE", lab.system)
        #expect(refused.status == 405)
        #expect(refused.header("Allow") == "GET, HEAD, PATCH, OPTIONS")
        #expect(lab.send("PUT", lab.system, [:]).status == 405)
        #expect(lab.send("BREW", lab.system).status == 501)
        let options = lab.send("OPTIONS", lab.system)
        #expect(options.status == 204)
        #expect(options.header("Allow") == "GET, HEAD, PATCH, OPTIONS")
        #expect(lab.send("GET", "/redfish/v1/Nowhere").status == 404)
        #expect(ServiceLab.messages(lab.send("GET", "/redfish/v1/Nowhere")) == ["ResourceMissingAtURI"])
    }

    @Test func headIsGetWithoutABody() throws {
        var lab = try ServiceLab()
        let get = lab.send("GET", lab.system)
        let head = lab.send("HEAD", lab.system)
        #expect(head.status == 200)
        #expect(head.headers == get.headers)
        #expect(head.sentBody.isEmpty)
        #expect(
            String(decoding: head.head(keepsAlive: true), as: UTF8.self).contains("Content-Length: \(get.body.count)"))
    }

    @Test func etagsGuardChanges() throws {
        var lab = try ServiceLab()
        let tag = try #require(lab.send("GET", lab.system).header("ETag"))
        #expect(lab.get(lab.system)["@odata.etag"]?.text == tag)
        #expect(lab.send("GET", lab.system, headers: [HTTPField("If-None-Match", tag)]).status == 304)
        let set: JSON = ["AssetTag": "rack 7"]
        #expect(lab.send("PATCH", lab.system, set, headers: [HTTPField("If-Match", "\"bogus\"")]).status == 412)
        #expect(lab.send("PATCH", lab.system, set, headers: [HTTPField("If-Match", tag)]).status == 200)
        #expect(lab.send("PATCH", lab.system, set, headers: [HTTPField("If-Match", tag)]).status == 412)
        #expect(lab.send("PATCH", lab.system, set, headers: [HTTPField("If-Match", "*")]).status == 200)
        #expect(lab.send("GET", lab.system, headers: [HTTPField("If-None-Match", tag)]).status == 200)
    }

    @Test func theManagersClockDoesNotChangeItsETag() throws {
        var lab = try ServiceLab()
        let path = lab.service.profile.managerPath
        let first = lab.send("GET", path)
        lab.wait(.seconds(5))
        let second = lab.send("GET", path)
        #expect(ServiceLab.json(first)["DateTime"] != ServiceLab.json(second)["DateTime"])
        #expect(first.header("ETag") == second.header("ETag"))
        #expect(lab.send("PATCH", path, ["DateTime": "2030-01-01T00:00:00Z"]).status == 200)
        #expect(lab.get(path)["DateTime"]?.text?.hasPrefix("2030-01-01T00:00:0") == true)
    }

    @Test func queriesShapeAnswers() throws {
        var lab = try ServiceLab()
        let system = lab.system
        let selected = lab.get("\(system)?$select=PowerState,Status/Health")
        #expect(selected["PowerState"] != nil && selected["Model"] == nil)
        #expect(selected["Status"]?.members.map(\.name) == ["Health"])
        let expanded = lab.get("/redfish/v1/Systems?$expand=.")
        #expect(expanded["Members"]?.elements.first?["PowerState"]?.text == "Off")
        let deep = lab.get("\(system)/Memory?$expand=*($levels=2)")
        #expect(deep["Members"]?.elements.count == 8)
        #expect(deep["Members"]?.elements.last?["CapacityMiB"]?.whole == 16_384)
        #expect(lab.get("/redfish/v1/Systems?only")["PowerState"] != nil)
        let page = lab.get("\(system)/Memory?$skip=2&$top=3")
        #expect(page["Members"]?.elements.compactMap { $0["@odata.id"]?.text?.last } == ["3", "4", "5"])
        #expect(page["Members@odata.count"]?.whole == 8)
        for (query, status) in [
            ("$expand=bogus", 400), ("$expand=.($levels=99)", 400), ("$select=", 400), ("$top=x", 400), ("$top=1", 400),
            ("$top=-1", 400), ("$bogus=1", 501), ("bogus=1", 200), ("only=1", 400),
        ] {
            #expect(lab.send("GET", "\(system)?\(query)").status == status, "\(query)")
        }
    }

    @Test func logsComeInPages() throws {
        var lab = try ServiceLab()
        lab.machine.chassis.withChassis { chassis, _ in
            for number in 1...120 {
                chassis.eventLog.add("event \(number)", source: "PSU1", severity: .warning, seconds: Int64(number))
            }
        }
        var path: String? = "\(lab.service.profile.systemLogPath)/Entries"
        var seen: [String] = []
        var pages = 0
        while let next = path, pages < 10 {
            let page = lab.get(next)
            #expect(page["Members@odata.count"]?.whole == 120)
            seen += page["Members"]?.elements.compactMap { $0["Message"]?.text } ?? []
            path = page["Members@odata.nextLink"]?.text
            pages += 1
        }
        #expect(pages == 3)
        #expect(seen == (1...120).map { "event \($0)" })
        let entry = lab.get("\(lab.service.profile.systemLogPath)/Entries/7")
        #expect(entry["Severity"]?.text == "Warning" && entry["Created"]?.text == "1970-01-01T00:00:07Z")
        #expect(lab.send("POST", "\(lab.service.profile.systemLogPath)/Actions/LogService.ClearLog", [:]).status == 204)
        #expect(lab.chassis.eventLog.records.isEmpty)
    }

    @Test(arguments: [
        "/redfish/../../etc/passwd", "/redfish/v1/%00", "/redfish/v1/%2e%2e/x", "/redfish/v1/%zz", "/redfish/v1/%",
        "redfish", "", "/redfish/v1/Systems/%2F..%2F", "*", "http://", "http://x", "/redfish/v1?%ff=1",
        "/redfish/v1/Systems/%C0%AF", "/redfish/v1/Systems/1/Actions/x?a=%",
    ])
    func hostilePathsGetFourHundreds(_ path: String) throws {
        var lab = try ServiceLab()
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            #expect((400..<500).contains(lab.send(method, path, [:]).status), "\(method) \(path)")
        }
    }

    @Test func hostileBodiesGetFourHundreds() throws {
        var lab = try ServiceLab()
        let login = HTTPField("Authorization", "Basic " + ServiceLab.base64("admin:secret"))
        let bodies: [[UInt8]] = [
            [], Array("{".utf8), Array("[]".utf8), Array("null".utf8), [0xFF, 0xFE],
            Array(repeating: UInt8(ascii: "["), count: 500_000), Array(repeating: UInt8(ascii: " "), count: 2 << 20),
            Array("{\"Boot\":{\"BootSourceOverrideTarget\":{\"a\":[]}}}".utf8), Array("{\"Boot\":3}".utf8),
        ]
        for body in bodies {
            for (method, path) in [
                ("PATCH", lab.system), ("POST", "\(lab.system)/Actions/ComputerSystem.Reset"),
                ("POST", SessionTests.sessions), ("POST", "/redfish/v1/EventService/Subscriptions"),
                ("POST", "/redfish/v1/UpdateService/multipart"),
            ] {
                let request = HTTPRequest(method, path, headers: [login], body: body)
                let status = lab.service.handle(request, now: .zero).status
                #expect((400..<500).contains(status), "\(method) \(path) with \(body.count) bytes: \(status)")
            }
        }
        let text = HTTPRequest(
            "PATCH", lab.system, headers: [login, HTTPField("Content-Type", "text/plain")], body: Array("{}".utf8))
        #expect(lab.service.handle(text, now: .zero).status == 415)
        let long = HTTPRequest("GET", "/redfish/v1/" + String(repeating: "a", count: 10_000), headers: [login])
        #expect(lab.service.handle(long, now: .zero).status == 414)
    }

    @Test func randomRequestsNeverTrapAndAlwaysGetAnAnswer() throws {
        var lab = try ServiceLab()
        var random = SeededRandom(seed: 7)
        let templates = lab.service.router.routes.map(\.template)
        let methods = ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"]
        let words = ["1", "..", "%", "?$expand=*($levels=3)", "&$top=2", "Members", "{x}", "#", "?only"]
        let login = HTTPField("Authorization", "Basic " + ServiceLab.base64("admin:secret"))
        for round in 0..<4000 {
            var path = templates[Int(random.next() % UInt64(templates.count))]
            if random.next() % 3 == 0 { path += "/" + words[Int(random.next() % UInt64(words.count))] }
            if random.next() % 3 == 0 { path += words[Int(random.next() % UInt64(words.count))] }
            let body = random.next() % 2 == 0 ? [] : JSONTests.random(&random).bytes
            let request = HTTPRequest(methods[round % methods.count], path, headers: [login], body: body)
            let response = lab.service.handle(request, now: .milliseconds(round))
            #expect((200..<600).contains(response.status) && response.status != 500, "\(path)")
        }
    }
}
