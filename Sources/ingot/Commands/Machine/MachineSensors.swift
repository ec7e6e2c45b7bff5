// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation

/// `ingot machine sensors`.
struct MachineSensors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sensors", abstract: "Read a machine's sensors from its BMC now.")

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let sensors = try await options.client().list(["machines", name, "sensors"], key: "sensors")
        Output.standard.print(sensors, options.output) { Self.table(sensors).rendered() }
    }

    /// The sensors as a table.
    static func table(_ sensors: JSONValue) -> Table {
        var table = Table(["NAME", "KIND", ">VALUE", "UNIT", "STATE", "THRESHOLDS"])
        for sensor in sensors.elements ?? [] {
            let states = sensor["states"].elements?.compactMap(\.text).joined(separator: ", ")
            let limits = ["lower_critical", "lower_warning", "upper_warning", "upper_critical"].compactMap { name in
                number(sensor["thresholds"][name]).map {
                    "\(name.replacingOccurrences(of: "_", with: " ")) \($0)"
                }
            }
            table.add([
                sensor["name"].text ?? sensor["id"].text, sensor["kind"].text, number(sensor["value"]) ?? states,
                sensor["unit"].text, sensor["state"].text, limits.joined(separator: ", "),
            ])
        }
        return table
    }

    private static func number(_ value: JSONValue) -> String? {
        switch value {
        case .integer(let number): String(number)
        case .number(let number): number == number.rounded() ? value.whole.map(String.init) ?? "\(number)" : "\(number)"
        default: nil
        }
    }
}
