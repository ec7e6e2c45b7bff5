// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// A BMC: an ipmi_sim process of Debian's package openipmi with its chassis script, in a machine's state directory.
final class SimulatedBMC: MachineBMC {
    /// The user name that every simulated BMC has.
    static let user = "admin"
    private static let programs = ["/usr/bin/ipmi_sim", "/usr/local/bin/ipmi_sim"]

    /// Address that it listens on.
    let host: String
    /// UDP port that it listens on.
    let port: Int
    /// The file with the password, readable by its owner only.
    let passwordFile: String
    private let directory: String
    private let child: ChildProcess
    private let pipe: EventPipe

    /// Prepares the state directory and starts ipmi_sim; returns when it answers.
    ///
    /// - Parameters:
    ///   - port: 0 picks a free one.
    ///   - onEvent: called for each thing that was set, in order, on one queue.
    static func start(
        name: String, directory: String, host: String, port: Int, serial: String,
        onEvent: @escaping @Sendable (ChassisEvent) -> Void
    ) async throws -> SimulatedBMC {
        guard let program = programs.first(where: { access($0, X_OK) == 0 }) else {
            throw SimulatorError.missingProgram("ipmi_sim", package: "openipmi")
        }
        let plain = directory.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'\\$`*?[];&|<>()#".utf8.contains($0) }
        guard directory.hasPrefix("/"), plain else {
            throw SimulatorError.invalid(
                field: "state directory", reason: "\(directory) must be absolute and without blanks and quotes")
        }
        let pipe = try prepare(directory: directory, serial: serial, onEvent: onEvent)
        let password = try makePassword(directory + "/bmc.password")
        let reservation = try PortReservation(host: host, port: port)
        try StateFile.write(
            IPMISimFiles.lan(
                name: name, host: host, port: reservation.port, user: user, password: password,
                chassis: "\(directory)/chassis.sh"),
            to: directory + "/bmc/lan.conf", mode: 0o600)
        let child = try ChildProcess(
            path: program,
            arguments: [
                "-c", directory + "/bmc/lan.conf", "-f", directory + "/bmc/machine.emu", "-s",
                directory + "/bmc/state", "-n",
            ], directory: directory, output: directory + "/bmc/ipmi_sim.log")
        guard await answers(child, host: host, port: reservation.port) else {
            await child.terminate()
            throw SimulatorError.child(program: program, reason: "does not answer; see \(directory)/bmc/ipmi_sim.log")
        }
        return SimulatedBMC(host: host, port: reservation.port, directory: directory, child: child, pipe: pipe)
    }

    /// Whether the process answers within ten seconds; false as soon as it has ended.
    private static func answers(_ child: ChildProcess, host: String, port: Int) async -> Bool {
        for _ in 0..<40 where child.isRunning {
            let answered = try? await IPMIProbe(attempts: 5).hold(local: host, server: host, port: port)
            if answered == true { return child.isRunning }
        }
        return false
    }

    private init(host: String, port: Int, directory: String, child: ChildProcess, pipe: EventPipe) {
        self.host = host
        self.port = port
        self.directory = directory
        self.child = child
        self.pipe = pipe
        passwordFile = directory + "/bmc.password"
    }

    var user: String { Self.user }
    var quirks: [String] { ["open_session_privilege", "boot_selector_only"] }

    /// The process id of ipmi_sim.
    var pid: Int32 { child.pid }

    /// Whether ipmi_sim runs.
    var isRunning: Bool { child.isRunning }

    /// Ends ipmi_sim and stops listening to its script.
    func stop() async {
        await child.terminate()
        pipe.close()
    }

    /// Kills ipmi_sim as a crash would.
    func vanish() {
        child.send(SIGKILL)
    }

    /// The boot override. A request for the network is used up by reading it, as firmware does.
    func takeBootOverride() -> BootOverride {
        StateFile.withLock(directory + "/lock") {
            let value = StateFile.word(directory + "/boot").flatMap(BootOverride.init(rawValue:)) ?? .none
            if value == .pxe { try? StateFile.write("none\n", to: directory + "/boot") }
            return value
        }
    }

    /// Records that the machine has switched itself off, unless the BMC has changed the power after the event with this
    /// number.
    func recordPowerDown(after sequence: Int) {
        StateFile.withLock(directory + "/lock") {
            guard StateFile.word(directory + "/sequence").flatMap(Int.init) ?? 0 == sequence else { return }
            try? StateFile.write("0\n", to: directory + "/power")
        }
    }

    private static func prepare(
        directory: String, serial: String, onEvent: @escaping @Sendable (ChassisEvent) -> Void
    ) throws -> EventPipe {
        try StateFile.makeDirectory(directory)
        // What a BMC process kept of its last life would come back doubled.
        try? FileManager.default.removeItem(atPath: directory + "/bmc")
        try StateFile.makeDirectory(directory + "/bmc/state")
        try StateFile.write("0\n", to: directory + "/power")
        try StateFile.write("0\n", to: directory + "/sequence")
        if StateFile.word(directory + "/boot").flatMap(BootOverride.init(rawValue:)) == nil {
            try StateFile.write("none\n", to: directory + "/boot")
        }
        try StateFile.write(ChassisScript.text, to: directory + "/chassis.sh", mode: 0o755)
        let fru = FRUImage.make(vendor: "Ingot", product: "Simulated machine", serial: serial)
        try StateFile.write(bytes: fru, to: directory + "/bmc/fru.bin", mode: 0o644)
        try StateFile.write(
            IPMISimFiles.emulator(fru: directory + "/bmc/fru.bin"), to: directory + "/bmc/machine.emu")
        return try EventPipe(path: directory + "/events", onEvent: onEvent)
    }

    /// Sixteen characters, the most that IPMI 1.5 allows; kept over restarts.
    static func makePassword(_ path: String) throws -> String {
        if let known = StateFile.word(path), known.utf8.count == 16 { return known }
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
        let password = String((0..<16).map { _ in alphabet.randomElement(using: &random) ?? "a" })
        try StateFile.write(password + "\n", to: path, mode: 0o600)
        return password
    }
}
