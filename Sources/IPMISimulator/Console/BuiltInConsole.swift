// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// The serial line of a machine that prints what firmware prints, then shows a login prompt that echoes.
struct BuiltInConsole {
    private let echoesOnly: Bool
    private var powerOns = 0
    private var resets = 0
    private var bootedAt: Duration?
    private var wasOn = false

    init(echoesOnly: Bool) { self.echoesOnly = echoesOnly }

    /// What was printed since the last call.
    mutating func output(_ machine: Chassis) -> [UInt8] {
        guard !echoesOnly else { return [] }
        var text = ""
        if machine.counts.powerOns != powerOns || machine.counts.resets != resets {
            (powerOns, resets) = (machine.counts.powerOns, machine.counts.resets)
            let hardware = machine.hardware
            text += "\u{1B}[2J\u{1B}[H\r\n\(machine.identity.vendor) firmware \(machine.identity.biosVersion)\r\n"
            text += "\(machine.identity.model), serial number \(machine.identity.serial)\r\n"
            text += "\(hardware.processors) x \(hardware.processorModel)\r\n"
            text += "\(hardware.memoryBytes >> 20) MiB of memory\r\n"
        }
        if let boot = machine.boots.last, boot.at != bootedAt {
            bootedAt = boot.at
            text += "Booting from \(boot.target.rawValue) (\(boot.mode.rawValue))\r\n"
            if boot.target == .setup { text += "Setup\r\n" } else { text += prompt(machine) }
        }
        if wasOn, machine.power == .off { text += "\r\n" }
        wasOn = machine.power == .on
        return Array(text.utf8)
    }

    /// What typing prints: itself, and a new prompt after each line.
    mutating func type(_ bytes: [UInt8], _ machine: Chassis) -> [UInt8] {
        if echoesOnly { return bytes }
        guard machine.power == .on, machine.isBooted else { return [] }
        let newPrompt = Array(prompt(machine).utf8)
        return bytes.flatMap { $0 == 0x0D ? newPrompt : [$0] }
    }

    private func prompt(_ machine: Chassis) -> String { "\r\n\(machine.identity.serial.lowercased()) login: " }
}
