// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Host

/// What drivers say about a device, read and judged.
@Suite struct CapabilityTests {
    static let all = DeviceInterface.allCases.map(\.id)

    private static let sample = #"""
        {"identity": {"vendor": "Dell Inc.", "model": "PowerEdge R640", "serial": 7, "firmware": "4.40.00.00"},
         "power": {"answer": "yes", "evidence": "Get Chassis Status: 21 10 40", "actions": ["on", "off", "soft-off", "x"]},
         "boot": {"answer": "yes", "targets": ["pxe", "disk"], "persistent": "no", "modes": [], "limit_seconds": 240},
         "eventlog": {"answer": "yes", "clear": false, "limit_seconds": 0.5},
         "sensors": {"answer": "perhaps", "evidence": 4},
         "console": {"answer": "no", "evidence": "Get SOL Configuration: completion code C1h"},
         "media": {"answer": "yes", "slots": ["cd"]},
         "inventory": true, "firmware": [1], "later": {"answer": "yes"}}
        """#

    @Test func readsWhatItKnowsAndPassesOverTheRest() throws {
        let read = try Capabilities(driverJSON: Self.sample, extensions: Self.all)
        #expect(read.identity == .init(vendor: "Dell Inc.", model: "PowerEdge R640", firmware: "4.40.00.00"))
        #expect(read[.power].actions == [.on, .off, .softOff])
        #expect(read[.power].evidence == "Get Chassis Status: 21 10 40")
        #expect(read[.boot].targets == [.pxe, .disk])
        #expect(read[.boot].modes == [])
        #expect(read[.boot].persistent == .no)
        #expect(read[.boot].limitSeconds == 240)
        #expect(read[.eventlog].limitSeconds == nil)
        #expect(read[.sensors].answer == .unknown)
        #expect(read[.sensors].evidence == nil)
        #expect(read[.console].answer == .no)
        #expect(read[.inventory].answer == .yes)
        #expect(read[.firmware].answer == .unknown)
        #expect(read[.vendor].answer == .unknown)
    }

    @Test(arguments: [
        ("https://10.0.0.5/", true), ("http://bmc-7.example:8443/ui?x=1#y", true), ("HTTPS://[2001:db8::1]/", true),
        ("javascript:alert(1)", false), ("https://", false), ("https:///x", false), ("https://user@host/", false),
        ("https://host/@x", true), ("https://ho st/", false), ("https://h/\"><script>", false), ("ftp://host/", false),
        ("https://höst/", false), ("https://host/" + String(repeating: "x", count: 600), false),
    ])
    func aPageIsSomethingToClickOn(text: String, isPage: Bool) throws {
        #expect((WebPage(text) != nil) == isPage)
        let json = String(decoding: try JSONEncoder().encode(["web": text]), as: UTF8.self)
        let read = try Capabilities(driverJSON: json, extensions: Self.all)
        #expect(read.web?.url == (isPage ? text : nil))
        #expect(try Capabilities(driverJSON: read.json, extensions: Self.all) == read)
    }

    @Test func whatTheManifestDoesNotListIsNot() throws {
        let read = try Capabilities(driverJSON: Self.sample, extensions: ["ingot.driver/1", "ingot.power/1"])
        #expect(read[.power].answer == .yes)
        #expect(read[.boot].answer == .no)
        #expect(read[.boot].evidence == "the driver has no ingot.boot/1")
    }

    @Test func survivesBeingWrittenAndRead() throws {
        let read = try Capabilities(driverJSON: Self.sample, extensions: Self.all)
        #expect(try Capabilities(driverJSON: read.json, extensions: Self.all) == read)
        let report = DriverReport(
            driver: "d", at: Date(timeIntervalSince1970: 5), capabilities: read,
            quirks: [AppliedQuirk(quirk: "q", state: .applied, row: "r", reason: "why")])
        #expect(try JSONDecoder().decode(DriverReport.self, from: JSONEncoder().encode(report)) == report)
    }

    @Test(arguments: ["", "[]", "7", "{\"power\":", "{\"a\":1,\"a\":2}", String(repeating: "[", count: 5000)])
    func nonsenseIsAProtocolError(text: String) {
        #expect { try Capabilities(driverJSON: text, extensions: Self.all) } throws: { error in
            (error as? DriverError)?.status == .protocol
        }
    }

    @Test(arguments: [
        ("1", 1), ("3600", 3600), ("3601", 3600), ("1e300", 3600), ("2.0", 2), ("0", nil), ("-5", nil), ("1.5", nil),
        ("1e999", nil), ("\"60\"", nil), ("null", nil),
    ])
    func aTimeIsWholeSecondsOfAnHourAtMost(text: String, seconds: Int?) throws {
        let read = try? Capabilities(driverJSON: #"{"power": {"limit_seconds": \#(text)}}"#, extensions: Self.all)
        #expect(read?[.power].limitSeconds == seconds)
    }

    @Test func textsAreOneBoundedLine() throws {
        let long = String(repeating: "x", count: 10_000)
        let read = try Capabilities(
            driverJSON:
                #"{"power": {"answer": "yes", "evidence": "a\n\u001b[31m\#(long)"}, "identity": {"vendor": " \t "}}"#,
            extensions: Self.all)
        let evidence = try #require(read[.power].evidence)
        #expect(evidence.count == 400)
        #expect(evidence.hasPrefix("a  [31mx"))
        #expect(read.identity.vendor == nil)
        let many = (0..<5_000).map { "\"s\($0)\"" }.joined(separator: ",")
        let slots = try Capabilities(driverJSON: #"{"media":{"slots":[\#(many)]}}"#, extensions: Self.all)
        #expect(slots[.media].slots?.count == 64)
        #expect(throws: DriverError.self) {
            try Capabilities(driverJSON: #"{"a":"\#(String(repeating: "x", count: 70_000))"}"#, extensions: Self.all)
        }
    }

    @Test(
        arguments: [
            (.readPower, .yes, "Get Chassis Status"), (.power(.on), .yes, "Get Chassis Status"),
            (.power(.nmi), .no, "the device has no nmi, only on, off, soft-off (Get Chassis Status: 21 10 40)"),
            (.boot(BootSetting(target: .pxe)), .yes, ""),
            (.boot(BootSetting(target: .none)), .yes, ""),
            (.boot(BootSetting(target: .cd)), .no, "no boot target cd, only pxe, disk"),
            (.boot(BootSetting(target: .disk, persistent: true)), .no, "for one boot only"),
            (.boot(BootSetting(target: .disk, mode: .uefi)), .no, "cannot be told to boot in uefi mode"),
            (.readEvents, .yes, ""), (.clearEvents, .no, "the event log cannot be cleared"),
            (.sensors, .unknown, ""), (.console, .no, "completion code C1h"),
            (.media(slot: "usb"), .no, "no slot usb, only cd"), (.media(slot: nil), .yes, ""),
            (.vendor(method: "raw"), .unknown, ""), (.firmware, .unknown, "does not tell"),
        ] as [(DeviceRequest, Answer, String)])
    func judges(request: DeviceRequest, answer: Answer, reason: String) throws {
        let verdict = try Capabilities(driverJSON: Self.sample, extensions: Self.all).verdict(on: request)
        #expect(verdict.answer == answer)
        #expect(reason.isEmpty || verdict.reason.contains(reason), "\(verdict.reason)")
    }

    @Test func theFirstYesIsChosenThenTheFirstUnknown() throws {
        func report(_ driver: String, _ json: String) throws -> DriverReport {
            DriverReport(driver: driver, capabilities: try Capabilities(driverJSON: json, extensions: Self.all))
        }
        let no = try report("a", #"{"power":{"answer":"no","evidence":"e1"}}"#)
        let unknown = try report("b", "{}")
        let yes = try report("c", #"{"power":{"answer":"yes","actions":["on"]}}"#)
        #expect([no, unknown, yes].offer(.readPower).driver == "c")
        #expect([no, unknown].offer(.readPower).driver == "b")
        #expect([yes, unknown].offer(.power(.nmi)).driver == "b")
        let none = [no, no].offer(.readPower)
        #expect(!none.isAllowed)
        #expect(none.reason == "a: e1; a: e1")
        #expect(none.refusals.map(\.message) == ["e1", "e1"])
        #expect([no].offer(.readPower).reason == "e1")
        #expect(![DriverReport]().offer(.readPower).isAllowed)
    }

    @Test func answersExpireAndUnknownOnesSooner() throws {
        let at = Date(timeIntervalSince1970: 1_000_000)
        let report = DriverReport(
            driver: "d", at: at,
            capabilities: try Capabilities(driverJSON: #"{"power":{"answer":"no"}}"#, extensions: Self.all))
        let expiry = CapabilityExpiry(known: 800)
        #expect(report.isFresh(.power, at: at + 799, expiry))
        #expect(!report.isFresh(.power, at: at + 801, expiry))
        #expect(report.isFresh(.sensors, at: at + 99, expiry))
        #expect(!report.isFresh(.sensors, at: at + 101, expiry))
        // A clock that was set back an hour.
        #expect(!report.isFresh(.power, at: at - 3600, expiry))
        #expect(!DriverReport(driver: "d").isFresh(.power, at: at, expiry))
    }
}
