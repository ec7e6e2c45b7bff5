// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import PluginKit
import Testing

@testable import Redfish

/// Random resources that are made of Redfish's own words: whatever the service says, the model neither traps nor says what
/// is no JSON.
@Suite struct HostileModelTests {
    private static let names = [
        "@odata.id", "@odata.etag", "Id", "Name", "Members", "Status", "State", "Health", "Reading", "ReadingType",
        "ReadingUnits", "ReadingCelsius", "Thresholds", "UpperCritical", "LowerCaution", "UpperThresholdCritical",
        "Boot",
        "BootSourceOverrideTarget", "BootSourceOverrideEnabled", "BootSourceOverrideMode",
        "BootSourceOverrideTarget@Redfish.AllowableValues", "CapacityMiB", "CapacityBytes", "SpeedMbps", "MACAddress",
        "Identifiers", "DurableName", "DurableNameFormat", "MediaTypes", "Image", "Inserted", "TaskState",
        "PercentComplete", "Messages", "Message", "MessageId", "error", "@Message.ExtendedInfo", "code", "Created",
        "Severity", "SensorNumber", "Links", "OriginOfCondition", "Actions", "target", "Protocol", "MediaType",
    ]
    private static let texts = [
        "", " ", "On", "Off", "OK", "Critical", "Once", "Pxe", "UEFI", "Temperature", "RPM", "Percent", "/redfish/v1/x",
        "NVMe",
        "NAA", "CD", "Running", "Completed", "2026-02-30T25:61:61+99:99", "2026-03-01T10:00:00Z",
        "2024-02-29T23:59:60-12:00",
        "00:11:22:33:44:55", "\u{0}\u{1F600}", "NaN", "1e308", "-9223372036854775808", "Base.1.8.X",
    ]

    private static func value(_ random: inout SystemRandomNumberGenerator, _ depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 4 ? 6 : 9), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer([0, 1, -1, .max, .min, 1 << 40, 7].randomElement(using: &random) ?? 0)
        case 3: return .number([0.5, -1e308, 1e308, 3.7e18, -0.0].randomElement(using: &random) ?? 0)
        case 4, 5: return .string(texts.randomElement(using: &random) ?? "")
        case 6:
            return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth + 1) })
        default:
            return .object(
                (0..<Int.random(in: 0..<10, using: &random)).reduce(into: [:]) { members, _ in
                    members[names.randomElement(using: &random) ?? ""] = value(&random, depth + 1)
                })
        }
    }

    @Test func theModelStandsWhateverTheServiceSays() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let json = Self.value(&random, 0)
            let resource = Resource(path: "/redfish/v1/x", json: json)
            var said = [
                Component.system(resource, architecture: nil, secureBoot: nil), Component.chassis(resource),
                Component.bmc(resource, interface: resource), Component.processor(resource), Component.memory(resource),
                Component.nic(resource), Component.drive(resource), Component.firmware(resource),
                SensorReport(sensor: resource).json, LogEntry(json).event,
            ]
            if let report = SensorReport(legacy: json, path: "x", kind: "fan", unit: "rpm", reading: "Reading") {
                said.append(report.json)
            }
            if let report = SensorReport(discrete: json, path: "x") { said.append(report.json) }
            for value in said {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(value.encoded.utf8)) }
            }
            let boot = BootOverride(json["Boot"] ?? json)
            _ = boot.setting
            _ = try? boot.change(to: .init(target: .pxe, persistent: true, firmware: .legacy), Set(Quirk.allCases))
            _ = MediaSlot(resource: resource).kinds([.mediaUSBCD])
            let answer = HTTPResponse(
                status: Int.random(in: 100..<600),
                headers: [HTTPField(name: "Retry-After", value: json["Name"]?.text ?? "9")],
                body: Array(json.encoded.utf8))
            _ = ServiceError(answer).pluginError("GET /x", Set(Quirk.allCases))
            _ = try? TaskReport(answer, [])
            _ = WireText.text(of: answer)
        }
    }

    @Test func everyByteOfASystemMayBeAnother() throws {
        var random = SystemRandomNumberGenerator()
        let original = Array(Machine().system.utf8)
        for _ in 0..<2_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1..<6) {
                bytes[Int.random(in: 0..<bytes.count)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let json = try? JSONReader.read(bytes) else { continue }
            let system = Resource(path: "/redfish/v1/Systems/1", json: json)
            _ = try? RedfishDevice.powerState(of: system)
            _ = BootOverride(system["Boot"] ?? .null).setting
        }
    }

    @Test(arguments: [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"), ("2026-03-01T10:00:00+01:00", "2026-03-01T09:00:00Z"),
        ("2024-02-29T23:30:00.123-0130", "2024-03-01T01:00:00Z"), ("2000-01-01T00:00:00", "2000-01-01T00:00:00Z"),
    ])
    func times(text: String, utc: String) {
        #expect(Timestamp.utc(text) == utc)
    }

    @Test func timesAgreeWithFoundation() {
        let formatter = ISO8601DateFormatter()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: 946_684_800..<7_258_118_400, using: &random)
            let text = Timestamp.format(seconds)
            #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
            #expect(Timestamp.seconds(text) == seconds)
        }
        for text in ["", "yesterday", "1970-01-01T00:00:00Z", "2026-13-01T00:00:00Z"] {
            #expect(Timestamp.utc(text) == nil)
        }
    }

    @Test(arguments: [
        (401, "", INGOT_E_AUTH), (403, "", INGOT_E_FORBIDDEN), (404, "", INGOT_E_UNSUPPORTED),
        (405, "", INGOT_E_UNSUPPORTED),
        (501, "", INGOT_E_UNSUPPORTED), (409, "", INGOT_E_STATE), (412, "", INGOT_E_STATE), (428, "", INGOT_E_PROTOCOL),
        (429, "", INGOT_E_BUSY), (500, "", INGOT_E_INTERNAL), (503, "", INGOT_E_BUSY), (413, "", INGOT_E_INVALID),
        (400, "", INGOT_E_PROTOCOL), (400, "Base.1.8.PropertyValueNotInList", INGOT_E_UNSUPPORTED),
        (400, "iLO.2.14.UnableToModifyDuringSystemPOST", INGOT_E_STATE),
        (400, "Base.1.8.SessionLimitExceeded", INGOT_E_BUSY),
        (503, "Base.1.8.GeneralError", INGOT_E_BUSY), (400, "Base.1.0.ResourceInUse", INGOT_E_BUSY),
        (403, "Base.1.8.InsufficientPrivilege", INGOT_E_FORBIDDEN),
    ])
    func theStatusTable(status: Int, id: String, expected: Int32) {
        let body = JSON.object(["error": .object(["@Message.ExtendedInfo": [.object(["MessageId": .string(id)])]])])
        let response = HTTPResponse(status: status, body: id.isEmpty ? [] : Array(body.encoded.utf8))
        let error = ServiceError(response).pluginError("PATCH /x", [])
        #expect(error.status.rawValue == expected)
        #expect(error.vendorCode == Int32(status))
        if error.status == .busy { #expect(error.retryAfter != nil) }
    }
}
