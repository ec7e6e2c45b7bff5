// SPDX-License-Identifier: Apache-2.0
import PXE
import Simulators
import Testing

/// iPXE scripts, also those that the boot services really write.
struct IPXEInterpreterTests {
    private let install = InstallBoot(
        token: "0123456789abcdef", kernel: "/k", initrd: "/i", commandLine: "quiet ingot.token=0123456789abcdef")

    private func steps(_ text: String, problems: Set<Int> = [], limit: Int = 50) throws -> [IPXEInterpreter.Step] {
        var interpreter = try IPXEInterpreter(text, variables: ["net0/mac": "52:54:00:00:00:01"])
        var steps: [IPXEInterpreter.Step] = []
        while steps.count < limit {
            let failed = problems.contains(steps.count - 1)
            let step = interpreter.next(problem: failed ? "it failed" : nil)
            steps.append(step)
            if case .end = step { break }
        }
        return steps
    }

    @Test(arguments: Firmware.allCases)
    func runsTheInstallScript(_ firmware: Firmware) throws {
        let text = try IPXEScript.install(install, firmware: firmware, base: "http://1.2.3.4:80", script: "/s")
        let steps = try steps(text)
        let loads = steps.compactMap { if case .load(let url) = $0 { url } else { nil } }
        #expect(loads.count == 2)
        #expect(loads.first?.hasSuffix("/kernel") == true)
        guard case .end(.kernel(let commandLine)) = steps.last else {
            Issue.record("ended with \(String(describing: steps.last))")
            return
        }
        #expect(KernelCommandLine(commandLine)["ingot.token"] == "0123456789abcdef")
    }

    @Test func chainsToItselfWhenTheKernelDoesNotLoad() throws {
        let text = try IPXEScript.install(install, firmware: .bios, base: "http://1.2.3.4:80", script: "/s")
        // The first step is the echo, the second loads the kernel.
        let steps = try steps(text, problems: [1], limit: 6)
        #expect(steps.contains { if case .chain("http://1.2.3.4:80/s") = $0 { true } else { false } })
        #expect(steps.contains(.sleep(10)))
    }

    @Test(arguments: Firmware.allCases)
    func runsTheLocalScript(_ firmware: Firmware) throws {
        let last = try steps(IPXEScript.local(firmware: firmware)).last
        guard case .end(let end) = last else {
            Issue.record("does not end")
            return
        }
        switch end {
        case .exit(1), .localDisk: break
        default: Issue.record("ends with \(end)")
        }
    }

    @Test(arguments: [
        ("#!ipxe\nfrobnicate\n", IPXEInterpreter.Step.end(.failed("frobnicate: command not found"))),
        ("#!ipxe\nfrobnicate || exit 3\n", .end(.exit(3))),
        ("#!ipxe\n# nothing\n", .end(.exit(0))),
        ("#!ipxe\niseq a a && sanboot --no-describe --drive 0x80\n", .end(.localDisk)),
        ("#!ipxe\niseq a b && sanboot ||\nexit 2", .end(.exit(2))),
        ("#!ipxe\ngoto x\nexit 1\n:x\nreboot\n", .end(.reboot)),
        ("#!ipxe\n:x\ngoto x\n", .end(.failed("the script does not end"))),
        ("#!ipxe\nboot\n", .end(.failed("boot: no kernel was loaded"))),
        ("#!ipxe\nkernel ftp://x/y\n", .end(.failed("kernel: no http URL"))),
        ("#!ipxe\nset a b\niseq ${a} b && poweroff\n", .end(.powerOff)),
    ])
    func runsCommands(_ text: String, _ expected: IPXEInterpreter.Step) throws {
        #expect(try steps(text).last == expected)
    }

    @Test func expandsSettings() throws {
        #expect(try steps("#!ipxe\necho I am ${net0/mac}.\n").first == .echo("I am 52:54:00:00:00:01."))
    }

    @Test(arguments: ["", "<html>", "#!ipxefoo\n", "#!ipxe\n" + String(repeating: "x", count: 1 << 17)])
    func refusesWhatIsNoScript(_ text: String) {
        #expect(throws: IPXEInterpreter.SyntaxError.self) { try IPXEInterpreter(text) }
    }
}
