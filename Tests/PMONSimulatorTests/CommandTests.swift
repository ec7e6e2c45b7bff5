// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

@testable import PMONSimulator

/// What is typed at the prompt.
@Suite struct CommandTests {
    @Test func editsLines() {
        var board = Board.atPrompt()
        #expect(
            board.command("sex\u{8}\u{7F}\u{7F}h nope") == "sex\u{8} \u{8}\u{8} \u{8}\u{8} \u{8}h nope\n"
                + "nope: Command not found. Try 'h' for help!\nPMON> ")
        #expect(board.command("abc\u{15}") == "abc\u{8} \u{8}\u{8} \u{8}\u{8} \u{8}\nPMON> ")
        board.type("load \u{3}")
        #expect(board.text.hasSuffix("load  break!\nPMON> "))
        board.type("\u{1}")
        #expect(board.text.hasSuffix("\u{7}"))
        // What does not fit on a line is not echoed and not taken.
        board = Board.atPrompt()
        let answer = board.command(String(repeating: "a", count: 100) + String(repeating: "b", count: 100))
        #expect(answer.prefix { $0 != "\n" }.count == 161)
    }

    @Test func tellsErrors() {
        var board = Board.atPrompt()
        #expect(board.command("frob") == "frob\nfrob: Command not found. Try 'h' for help!\nPMON> ")
        #expect(
            board.command("ifaddr eth0")
                == "ifaddr eth0\nifaddr: not enough arguments\nusage: ifaddr <interface> <ipaddr>\nPMON> ")
        #expect(board.command("initrd a b c").contains("initrd: too many arguments\nusage: initrd"))
        #expect(board.command("set \"x").contains("unbalanced \""))
        #expect(board.command("load").contains("boot what?"))
        #expect(board.command("g").contains("Exception"))
        #expect(board.command("").hasSuffix("\nPMON> "))
        #expect(board.command("devls -x").contains("usage: devls [-an]"))
        #expect(board.command("load gopher://a/b").contains("gopher://a/b: Protocol not supported"))
        #expect(board.command("ifaddr eth9 10.0.0.1").contains("NOTICE: No network interface available"))
        #expect(board.command("load tftp://10.0.0.1/k").contains("Network is unreachable"))
        #expect(board.effects.isEmpty)
    }

    @Test func knowsItsEnvironment() {
        var board = Board.atPrompt()
        #expect(board.command("set al1") == "set al1\n       al1 = /dev/fs/ext2@wd0/boot/vmlinux\nPMON> ")
        #expect(board.command("set append").contains("    append = \"console=tty root=/dev/sda1\"\n"))
        #expect(board.command("set nope").contains("nope: not found\n"))
        _ = board.command("set al1 tftp://10.0.0.1/vmlinux")
        _ = board.command("set append \"console=ttyS0,115200 quiet\"")
        _ = board.command("set -t karg temporary")
        #expect(board.command("unset al; unset al").contains("al: no match"))
        #expect(board.command("set prompt \"PMON !> \"").hasSuffix("PMON 9> "))
        guard case .save(let saved)? = board.effects.last else { return #expect(Bool(false), "nothing was saved") }
        #expect(saved["al1"] == "tftp://10.0.0.1/vmlinux" && saved["al"] == nil)
        #expect(saved["append"] == "console=ttyS0,115200 quiet")
        #expect(PMONEnvironment(text: saved.text) == saved)
        // It is there after a power cycle.
        board.handle(.powerOff)
        board.handle(.powerOn)
        board.wait(.seconds(4))
        #expect(board.text.contains("loading image:tftp://10.0.0.1/vmlinux\n"))
        board.type("x")
        #expect(board.command("env append").contains("\"console=ttyS0,115200 quiet\""))
        // There is no room for everything.
        board = Board.atPrompt()
        let long = String(repeating: "v", count: 140)
        for index in 0..<40 { _ = board.command("set n\(index) \(long)") }
        #expect(board.text.contains("n39: cannot set"))
        #expect(board.firmware.environment.text.utf8.count <= PMONEnvironment.capacity)
    }

    @Test func loadsAndStarts() throws {
        var board = Board.atPrompt()
        #expect(
            board.command("devls")
                == "devls\nDevice name  Type\neth0         IFNET\neth1         IFNET\nwd0          DISK\nPMON> ")
        _ = board.command("ifaddr eth0 127.77.0.21")
        #expect(board.command("ifconfig eth0").contains("ip:127.77.0.21\nnetmask:255.0.0.0\n"))
        #expect(board.command("load tftp://127.0.0.1/boot/vmlinux").hasSuffix("load tftp://127.0.0.1/boot/vmlinux\n"))
        let source = PMONFetch.Source.tftp(
            server: .init(127, 0, 0, 1), name: "boot/vmlinux", from: .init(127, 77, 0, 21))
        #expect(board.effects == [.fetch(PMONFetch(number: 1, source: source))])
        #expect(board.fetched(.success(StandInKernel.bytes)).hasSuffix("\nEntry address is 80200000\nPMON> "))
        _ = board.command("initrd tftp://127.0.0.1/initrd.gz")
        #expect(board.fetched(.success([1, 2, 3])).hasSuffix("PMON> "))
        _ = board.command("g -s -- console=ttyS0,115200 rdinit=/bin/sh")
        let launch = PMONLaunch(
            kernel: StandInKernel.bytes, initrd: [1, 2, 3], commandLine: "console=ttyS0,115200 rdinit=/bin/sh")
        #expect(board.effects.last == .start(launch))
    }

    @Test func failuresOfLoading() {
        var board = Board.atPrompt()
        _ = board.command("ifaddr eth0 127.77.0.21")
        _ = board.command("load tftp://127.0.0.1/k; g")
        #expect(
            board.fetched(.failure(.notOpened("No such file or directory")))
                == "tftp://127.0.0.1/k: No such file or directory\nPMON> ")
        _ = board.command("load tftp://127.0.0.1/k")
        #expect(board.fetched(.failure(.brokenOff)).hasSuffix("tftp://127.0.0.1/k: boot failed\nPMON> "))
        _ = board.command("load tftp://127.0.0.1/k")
        #expect(board.fetched(.success(Array("#!/bin/sh".utf8))).hasSuffix("invalid file format\nPMON> "))
        for length in 1..<StandInKernel.bytes.count {
            _ = board.command("load tftp://127.0.0.1/k")
            let answer = board.fetched(.success(Array(StandInKernel.bytes.prefix(length))))
            #expect(answer.hasSuffix("boot failed\nPMON> ") || answer.hasSuffix("invalid file format\nPMON> "))
        }
        _ = board.command("load tftp://127.0.0.1/k")
        board.type("\u{3}")
        guard case .cancel? = board.effects.last else { return #expect(Bool(false), "the transfer goes on") }
        #expect(board.text.hasSuffix(" break!\nPMON> "))
    }

    @Test func aCommandThatCallsItselfEnds() {
        var board = Board.atPrompt()
        _ = board.command("set autocmd boot")
        #expect(board.command("boot").hasSuffix("PMON> "))
    }
}
