// SPDX-License-Identifier: Apache-2.0
import Control

/// What a machine's drivers told, as lines for people.
enum CapabilityText {
    /// Drivers, capabilities and quirks of a machine.
    static func lines(_ machine: JSONValue) -> [String] {
        var lines: [String] = []
        for driver in machine["drivers"].elements ?? [] {
            var details = Details()
            details.add("driver", driver["driver"].text)
            if case .object(let config) = driver["configuration"] {
                for (key, value) in config.sorted(by: { $0.key < $1.key }) {
                    details.add("  " + Terminal.printable(key), value.text ?? value.rendered(indented: false))
                }
            }
            let secrets = driver["secrets"].elements?.compactMap(\.text) ?? []
            details.add("  secrets", secrets.isEmpty ? nil : secrets.joined(separator: ", ") + " (sealed)")
            details.add("  found", identity(driver["capabilities"]["identity"]))
            let age = driver["expired"].flag == true ? ", asked anew before it is relied on" : ""
            details.add("  probed", Timestamp.date(driver["probed"]).map { Timestamp.text($0) + age } ?? "never")
            let failure = driver["failure"]
            details.add(
                "  last probe failed",
                failure["message"].text.map { "\(failure["status"].text ?? "error"): \($0)" })
            lines += ["", details.rendered()]
        }
        if case .object(let capabilities) = machine["capabilities"], !capabilities.isEmpty {
            lines += ["", "capabilities:", table(machine["capabilities"]).rendered()]
        }
        let quirks = quirkTable(machine)
        if !quirks.rows.isEmpty { lines += ["", "quirks:", quirks.rendered()] }
        return lines
    }

    private static func identity(_ json: JSONValue) -> String? {
        let name = [json["vendor"].text, json["model"].text].compactMap { $0 }.joined(separator: " ")
        let parts = [
            name.isEmpty ? nil : name, json["serial"].text.map { "serial \($0)" },
            json["firmware"].text.map { "firmware \($0)" },
        ]
        let text = parts.compactMap { $0 }.joined(separator: ", ")
        return text.isEmpty ? nil : text
    }

    /// One row for each interface.
    static func table(_ capabilities: JSONValue) -> Table {
        var table = Table(["INTERFACE", "ANSWER", "DRIVER", "TAKES", "EVIDENCE"])
        for interface in order where !capabilities[interface].isNull {
            let capability = capabilities[interface]
            var takes = ["actions", "targets", "modes", "slots", "methods"].compactMap { member -> String? in
                let names = capability[member].elements?.compactMap(\.text) ?? []
                return names.isEmpty ? nil : names.joined(separator: ", ")
            }
            if let persistent = capability["persistent"].text { takes.append("persistent: \(persistent)") }
            if let clear = capability["clear"].flag { takes.append(clear ? "clear" : "no clear") }
            table.add([
                interface, capability["answer"].text, capability["driver"].text, takes.joined(separator: "; "),
                capability["evidence"].text,
            ])
        }
        return table
    }

    private static let order = [
        "power", "boot", "sensors", "eventlog", "inventory", "console", "media", "firmware", "vendor", "sweep",
    ]

    /// One row for each quirk that came up, and for an operator's word about one that did not.
    static func quirkTable(_ machine: JSONValue) -> Table {
        var table = Table(["QUIRK", "STATE", "DRIVER", "ROW", "REASON"])
        var named: Set<String> = []
        for driver in machine["drivers"].elements ?? [] {
            for quirk in driver["quirks"].elements ?? [] {
                named.insert(quirk["quirk"].text ?? "")
                table.add([
                    quirk["quirk"].text, quirk["state"].text, driver["driver"].text, quirk["row"].text,
                    quirk["reason"].text,
                ])
            }
        }
        for name in machine["quirks"]["remove"].elements?.compactMap(\.text) ?? [] where !named.contains(name) {
            table.add([name, "removed", nil, nil, "not to be used for this machine; no row asks for it now"])
        }
        return table
    }
}
