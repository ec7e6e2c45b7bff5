// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot instance show`.
struct InstanceShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one instance.")

    @Argument(help: "The instance's name.")
    var name: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let instance = try await options.client().show(["instances", name])
        Output.standard.print(instance, options.output) { Self.text(instance) }
    }

    /// The instance as lines for people.
    static func text(_ instance: JSONValue) -> String {
        var details = Details()
        for key in ["name", "state", "machine", "image", "hostname", "job", "console"] {
            details.add(key, instance[key].text ?? instance[key]["id"].text)
        }
        details.add("created", Timestamp.date(instance["created"]).map(Timestamp.text))
        details.add("updated", Timestamp.date(instance["updated"]).map(Timestamp.text))
        for network in instance["networks"].elements ?? [] {
            let dns = (network["dns"].elements ?? []).compactMap(\.text).joined(separator: " ")
            let parts = [
                network["mac"].text, network["address"].text, network["gateway"].text.map { "gateway \($0)" },
                dns.isEmpty ? nil : "dns \(dns)",
            ]
            details.add("network", parts.compactMap { $0 }.joined(separator: ", "))
        }
        let disk = instance["disk"]
        let rules = [
            disk["serial"].text.map { "serial \($0)" }, disk["wwn"].text.map { "wwn \($0)" },
            disk["min_bytes"].whole.map { "at least \(Units.bytes($0))" },
            disk["max_bytes"].whole.map { "at most \(Units.bytes($0))" },
        ]
        details.add("disk", rules.compactMap { $0 }.joined(separator: ", "))
        if let keys = instance["ssh_keys"].elements, !keys.isEmpty { details.add("SSH keys", String(keys.count)) }
        details.add("error", instance["error"].text)
        return details.rendered()
    }
}
