// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
private import Foundation
private import Synchronization

/// OpenIPMI's `ipmi_sim`, a BMC somebody else has written, as a target. It has no faults; its machine is a script.
final class OpenIPMITarget: SimulatedTarget {
    let name = "openipmi"
    let features = OpenIPMITarget.entry.features
    let endpoint: Endpoint
    let faults = FaultInjector()
    let isProcess = true
    private let machine: SharedChassis
    private let directory: String
    private let child: KitChild
    private let seen = Mutex<(power: String, effects: Int)>(("0", 0))

    static let entry = TargetCatalogue.Entry(
        features: [.datagram, .ipmi, .truth, .overrides, .readers], start: { try await OpenIPMITarget($0) })

    /// The machine as the script has left it.
    var chassis: SharedChassis {
        let lines = Self.lines(directory + "/events")
        machine.withChassis { chassis, now in
            let known = self.seen.withLock { $0.effects }
            for line in lines.dropFirst(known) {
                let words = line.split(separator: " ").map(String.init)
                switch (words.first, words.dropFirst().first) {
                case ("power", "1"): _ = chassis.perform(.on, at: now)
                case ("power", "0"): chassis.losePower(at: now)
                case ("shutdown", _):
                    _ = chassis.perform(.softOff, at: now)
                    chassis.losePower(at: now)
                case ("reset", _): _ = chassis.perform(.reset, at: now)
                case ("boot", let word?):
                    let target: BootTarget =
                        switch word {
                        case "pxe": .pxe
                        case "default": .disk
                        case "cdrom": .cd
                        case "bios": .setup
                        default: .none
                        }
                    chassis.setBoot(BootOverride(target), at: now)
                default: break
                }
            }
            self.seen.withLock { $0.effects = lines.count }
        }
        return machine
    }

    private init(_ options: TargetOptions) async throws {
        let programs: [String] = ["/usr/bin/ipmi_sim", "/usr/local/bin/ipmi_sim"]
        guard let program = programs.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw CheckStop.skipped("ipmi_sim (package openipmi) is not installed")
        }
        var chassis = options.chassis
        chassis.timing = ChassisTiming(on: .zero, off: .zero, cyclePause: .zero, post: .seconds(3_600))
        machine = SharedChassis(chassis)
        directory = FileManager.default.temporaryDirectory.appending(path: "ingot-kit-\(UUID().uuidString)")
            .path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: directory + "/state", withIntermediateDirectories: true)
        let port = try Self.freePort(options.host)
        let power = options.chassis.power == .on ? "1" : "0"
        seen.withLock { $0.power = power }
        for (name, text) in [
            ("power", power), ("boot", "none"), ("events", ""),
            ("chassis.sh", Self.script(directory)), ("lan.conf", Self.lan(options, port, directory)),
            ("machine.emu", Self.emulator),
        ] { try Data(text.utf8).write(to: URL(filePath: directory + "/" + name)) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory + "/chassis.sh")
        child = try KitChild(
            path: program,
            arguments: [
                "-c", directory + "/lan.conf", "-f", directory + "/machine.emu", "-s", directory + "/state", "-n",
            ], environment: ["PATH=/usr/bin:/bin"])
        endpoint = Endpoint(host: options.host, port: port, user: options.user, password: options.password)
        try await Task.sleep(for: .milliseconds(700))
    }

    func operate(_ action: PowerAction) {
        guard action == .on || action == .off else { return }
        let word = action == .on ? "1" : "0"
        try? Data(word.utf8).write(to: URL(filePath: directory + "/power"))
        _ = chassis.perform(action)
    }

    func losePower() { operate(.off) }

    func statistics() async -> TargetStatistics { TargetStatistics() }

    func stop() async {
        child.kill()
        _ = await child.wait(within: .seconds(5))
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func lines(_ path: String) -> [String] {
        (FileBytes.text(path, limit: 1 << 20) ?? "").split(separator: "\n").map(String.init)
    }

    private static func freePort(_ host: String) throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw CheckStop.trouble("no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw CheckStop.notApplicable("ipmi_sim is started on IPv4 addresses only")
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw CheckStop.trouble("no UDP port on \(host)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Takes orders as `ipmi_sim` gives them: the words `get` or `set` and pairs of a name and a value.
    private static func script(_ directory: String) -> String {
        """
        #!/bin/sh
        cd "\(directory)" || exit 1
        verb=$1
        shift
        case $verb in
        get)
            for name; do
                case $name in
                power) echo "power:$(cat power)" ;;
                boot) echo "boot:$(cat boot)" ;;
                *) echo "$name:0" ;;
                esac
            done ;;
        set)
            while [ $# -ge 2 ]; do
                case $1 in
                power | boot) printf '%s' "$2" >"$1"; echo "$1 $2" >>events ;;
                reset) [ "$(cat power)" = 1 ] && echo "reset 1" >>events ;;
                shutdown) printf 0 >power; echo "shutdown 1" >>events ;;
                esac
                shift 2
            done ;;
        esac

        """
    }

    private static func lan(_ options: TargetOptions, _ port: Int, _ directory: String) -> String {
        """
        name "kit"
        set_working_mc 0x20
          startlan 1
            addr \(options.host) \(port)
            priv_limit admin
            allowed_auths_callback none md2 md5 straight
            allowed_auths_user none md2 md5 straight
            allowed_auths_operator none md2 md5 straight
            allowed_auths_admin none md2 md5 straight
            guid a123456789abcdefa123456789abcdef
          endlan
          chassis_control "\(directory)/chassis.sh"
          user 1 true "" "" user 10 none md2 md5 straight
          user 2 true "\(options.user)" "\(options.password)" admin 10 none md2 md5 straight

        """
    }

    private static let emulator = """
        mc_setbmc 0x20
        mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
        sel_enable 0x20 1000 0x0a
        mc_enable 0x20

        """
}
