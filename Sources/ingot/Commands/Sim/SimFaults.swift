// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import BMCModel
import Foundation

/// `ingot sim faults`.
struct SimFaults: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults", abstract: "List what can go wrong with a simulated BMC.")

    @Option(name: [.short, .long], help: "How to print it: table or json.")
    var output = OutputFormat.table

    func run() throws {
        switch output {
        case .table: Output.standard.line(Self.table().rendered())
        case .json, .yaml: Output.standard.line(try Self.json())
        }
    }

    static func table() -> Table {
        var table = Table(["NAME", "SCOPE", "ARGUMENTS", "WHAT HAPPENS", "MET ON"])
        for kind in FaultKind.all {
            let arguments = kind.parameters.map { "\($0.name)=\(Self.number($0.standard))" }.joined(separator: ",")
            table.add([kind.name, kind.scope.rawValue, arguments, kind.summary, kind.origin])
        }
        return table
    }

    private struct Row: Encodable {
        struct Argument: Encodable {
            var name: String
            var standard: Double
            var meaning: String
        }
        var name: String
        var scope: String
        var summary: String
        var origin: String
        var arguments: [Argument]
    }

    /// One array of objects.
    static func json() throws -> String {
        let rows = FaultKind.all.map { kind in
            Row(
                name: kind.name, scope: kind.scope.rawValue, summary: kind.summary, origin: kind.origin,
                arguments: kind.parameters.map {
                    Row.Argument(name: $0.name, standard: $0.standard, meaning: $0.meaning)
                })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(rows), as: UTF8.self)
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}
