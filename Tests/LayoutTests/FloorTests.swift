// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The house rule: a room imports only rooms on floors below its own.
@Suite("Layout")
struct FloorTests {
    static let floors: [String: Int] = [
        "PluginAPI": 0, "CLinux": 0, "PlainHTTP": 1, "PluginWire": 1, "PluginWorker": 1, "ingot-worker": 1,
        "BMCModel": 2, "PluginKit": 2, "Scaffold": 2, "Store": 2,
        "Host": 3, "PXE": 3, "IPMISimulator": 3, "RedfishSimulator": 3, "LineSimulator": 3, "OutletSimulator": 3,
        "Simulators": 4, "Trace": 4, "Control": 5, "PMONSimulator": 5, "Conformance": 6, "Server": 6, "ingot": 7,
    ]
    /// `PluginWorker` and its executable share a floor with what they are made of.
    static let sameFloor: Set<String> = ["PluginWorker>PluginWire", "ingot-worker>PluginWorker"]

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func everyRoomHasAFloor() throws {
        let rooms = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appendingPathComponent("Sources").path)
        #expect(Set(rooms.filter { !$0.hasPrefix(".") }) == Set(Self.floors.keys))
    }

    @Test func noRoomImportsOneAboveItsFloor() throws {
        var checked = 0
        for (room, floor) in Self.floors {
            for (file, imported) in try imports(below: "Sources/\(room)") {
                guard let other = Self.floors[imported], imported != room else { continue }
                checked += 1
                #expect(
                    other < floor || Self.sameFloor.contains("\(room)>\(imported)"),
                    "\(file) imports \(imported) (floor \(other)) into \(room) (floor \(floor))")
            }
        }
        #expect(checked > 50, "the search found next to nothing: is the layout still what this test thinks?")
    }

    @Test func pluginsUseOnlyTheABIAndTheKit() throws {
        for (file, imported) in try imports(below: "Plugins") where Self.floors[imported] != nil {
            #expect(["PluginAPI", "PluginKit"].contains(imported), "\(file) imports \(imported)")
        }
    }

    @Test func onlyTheIPMIPluginTouchesLibfreeipmi() throws {
        for (file, imported) in try imports(below: "Sources") + imports(below: "Plugins/Installers") {
            #expect(imported != "CFreeIPMI", "\(file) would pull GPL code into an Apache-2.0 part")
        }
    }

    @Test func everySourceFileNamesItsLicence() throws {
        for folder in ["Sources", "Plugins", "Tests", "Agent", "Demo", "Tools", "Benchmarks"] {
            for file in try files(below: folder, suffixes: ["swift", "c", "h", "sh", "py"]) {
                let head = try String(contentsOf: file, encoding: .utf8).prefix(300)
                let linksGPL = ["/Plugins/IPMI/", "/Tests/IPMITests/", "/Plugins/Loongson/", "/Tests/LoongsonTests/"]
                let wanted = linksGPL.contains(where: file.path.contains) ? "GPL-3.0-or-later" : "Apache-2.0"
                #expect(head.contains("SPDX-License-Identifier: \(wanted)"), "\(file.path)")
            }
        }
    }

    private func imports(below folder: String) throws -> [(file: String, module: String)] {
        let pattern =
            /^(?:(?:public|internal|private|fileprivate|package|@testable|@_exported) )*import (?:struct |class |enum |func )?([A-Za-z_]+)/
        return try files(below: folder, suffixes: ["swift"]).flatMap { url in
            try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap { line in
                (try? pattern.prefixMatch(in: line)).flatMap { $0 }.map { (url.path, String($0.1)) }
            }
        }
    }

    private func files(below folder: String, suffixes: Set<String>) throws -> [URL] {
        let directory = Self.root.appendingPathComponent(folder)
        guard let walker = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil) else {
            return []
        }
        return walker.compactMap { $0 as? URL }.filter { suffixes.contains($0.pathExtension) }
    }
}
