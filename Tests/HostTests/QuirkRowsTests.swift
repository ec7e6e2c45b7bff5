// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Host

/// The rows that come with Ingot: sound, sourced, known to their drivers and to the simulators.
@Suite struct QuirkRowsTests {
    private static let root = URL(filePath: PluginLab.root)
    private static let drivers = ["dev.ingot.ipmi": "Plugins/IPMI", "dev.ingot.redfish": "Plugins/Redfish"]
    private static let simulators = ["dev.ingot.ipmi": "IPMISimulator", "dev.ingot.redfish": "RedfishSimulator"]

    private static func rows() throws -> [QuirkRow] {
        let folder = root.appending(path: "quirks")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        return try files.sorted().flatMap { file in
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            let (rows, errors) = QuirkFile.read(text, file: file)
            #expect(errors == [])
            return rows
        }
    }

    @Test func soundAndUnique() throws {
        let rows = try Self.rows()
        #expect(rows.count >= 25)
        #expect(Set(rows.map(\.quirk)).count >= 25)
        #expect(try QuirkBook(rows).rows.count == rows.count)
        for row in rows {
            let source = row.source
            #expect(source.hasPrefix("https://") || source.split(separator: "/").count >= 3, "\(row.id): \(source)")
            for other in row.excludes {
                #expect(rows.contains { $0.quirk == other && $0.driver == row.driver }, "\(row.id) excludes \(other)")
            }
        }
    }

    @Test func eachQuirkIsOneOfItsDriver() throws {
        for (driver, folder) in Self.drivers {
            let schema = try Self.quirks(of: folder)
            let rows = try Self.rows().filter { $0.driver == driver }
            #expect(!rows.isEmpty)
            for row in rows {
                #expect(schema.contains(row.quirk), "\(row.id): \(row.quirk) is none of \(schema)")
            }
        }
    }

    private static func quirks(of folder: String) throws -> [String] {
        let file = root.appending(path: folder + "/plugin.json.in").path
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return [] }
        let manifest = try JSONParser.parse(text)
        guard case .array(let names)? = manifest["config_schema"]?["properties"]?["quirks"]?["items"]?["enum"] else {
            return []
        }
        return names.compactMap(\.string)
    }

    /// A row's simulator is a behaviour, or a profile, whose name stands in the simulator's source.
    @Test func eachRowHasASimulatorThatFailsWithoutIt() throws {
        for (driver, room) in Self.simulators {
            let source = try Self.source("Sources/" + room)
            for row in try Self.rows() where row.driver == driver {
                #expect(source.contains("\"\(row.simulator)\""), "\(row.id): \(room) has no \(row.simulator)")
                #expect(source.contains("\"\(row.quirk)\""), "\(row.id): \(room) has no behaviour \(row.quirk)")
            }
        }
    }

    private static func source(_ folder: String) throws -> String {
        let walker = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        let files = walker?.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
        return try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    }

    @Test(
        arguments: [
            (
                "Dell Inc.", "PowerEdge R640", "6.10.30.00",
                ["etag_not_on_actions", "job_running_busy", "not_ready_retry"]
            ),
            (
                "Dell Inc.", "PowerEdge R670", "1.20.25.00",
                [
                    "accept_identity", "boot_via_settings", "etag_not_on_actions", "job_running_busy",
                    "not_ready_retry", "on_after_off_conflict",
                ]
            ),
            (
                "HPE", "ProLiant DL380 Gen10", "iLO 5 v2.78",
                ["boot_locked_in_post", "eject_needs_body", "no_accept_identity"]
            ),
            ("Lenovo", "ThinkSystem SR650", "CDI3A4E 9.20", ["boot_once_only", "media_by_patch"]),
            ("Lenovo", "ThinkSystem SR650 V2", "AFBT20N 3.40", ["boot_once_only"]),
            ("Lenovo", "ThinkSystem SR655", "AMBT42N 5.10", ["etag_required"]),
            (
                "Supermicro", "SYS-1029P-WTR", "01.74.13",
                ["boot_enabled_always", "boot_mode_resend", "etag_never", "media_image_only", "media_usb_cd"]
            ),
            ("Huawei", "2288H V5", "6.41", ["etag_fresh"]), ("Contoso", "Something", "1.0", []),
            ("Sushy Emulator", "", "", ["basic_only"]),
        ] as [(String, String, String, [String])])
    func knownMachinesGetTheirQuirks(vendor: String, model: String, firmware: String, expected: [String]) throws {
        let book = try QuirkBook(Self.rows())
        let matches = book.matches(
            driver: "dev.ingot.redfish", identity: .init(vendor: vendor, model: model, firmware: firmware))
        let used = matches.filter { $0.overruledBy == nil && $0.row.apply }.map(\.row.quirk)
        #expect(used.sorted() == expected)
    }
}
