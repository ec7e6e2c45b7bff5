// SPDX-License-Identifier: GPL-3.0-or-later
import Outlet
public import PluginKit

extension LoongsonDevice {
    /// Asks the BMC, or the outlets and the console server, and emits what the machine can do.
    public func probe(_ call: borrowing Call) throws(PluginError) {
        switch kind {
        case .ls2k(let device): try device.probe(call)
        case .pmon(let device):
            let targets = BootTarget.allCases.filter { $0 == .none || device.configuration.plan(for: $0) != nil }
            let boot =
                targets.count > 1
                ? Item("yes", "PMON's prompt at \(device.console.name), with the next power-on") {
                    $0.targets = targets.map { "\($0)" }
                    $0.persistent = "yes"
                    $0.modes = ["legacy"]
                } : Item("no", "neither network_boot nor disk_boot is configured")
            try report(
                device.path, boot: boot, console: try console(device.console, call), limit: device.longestStart, call)
        case .uefi(let device):
            let boot = Item("no", "the PXE server's answer decides")
            let console = try device.console.map { port throws(PluginError) in try self.console(port, call) }
            try report(device.path, boot: boot, console: console ?? Item("no", "console is not configured"), call)
        }
    }

    private func report(
        _ path: PowerPath, boot: Item, console: Item, limit: Int? = nil, _ call: borrowing Call
    ) throws(PluginError) {
        var evidence = path.summary
        if path.canReadState { evidence += "; the outlet reads \(try path.state(call))" }
        let power = Item("yes", evidence) {
            $0.actions = path.actions.map(\.name)
            $0.limitSeconds = limit
        }
        try call.emit(
            "capabilities",
            json: Capabilities(
                identity: ["vendor": "Loongson", "model": kind.name], power: power, boot: boot, console: console))
    }

    /// Connects and hangs up again; a console server that is away may come back.
    private func console(_ port: ConsolePort, _ call: borrowing Call) throws(PluginError) -> Item {
        do throws(PluginError) {
            _ = try port.open(call)
            return Item("yes", "\(port.name): connected")
        } catch {
            guard error.status != .cancelled else { throw error }
            return Item(error.status == .unsupported ? "no" : "unknown", error.message)
        }
    }

    private struct Item: Encodable {
        var answer: String
        var evidence: String
        var actions: [String]?
        var targets: [String]?
        var persistent: String?
        var modes: [String]?
        var limitSeconds: Int?

        init(_ answer: String, _ evidence: String, _ more: (inout Item) -> Void = { _ in }) {
            self.answer = answer
            self.evidence = evidence
            more(&self)
        }

        static let needsBMC = Item("no", "the machine has no BMC")
    }

    private struct Capabilities: Encodable {
        var identity: [String: String]
        var power: Item
        var boot: Item
        var console: Item
        var sensors = Item.needsBMC
        var eventlog = Item.needsBMC
        var inventory = Item.needsBMC
        var vendor = Item.needsBMC
    }
}
