// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control
import Foundation
import Testing

@testable import ingot

/// Tables, units, YAML and the terminal.
struct OutputTests {
    @Test func tablesAreAligned() {
        var table = Table(["NAME", ">SIZE", "ABOUT"])
        table.add(["a", "1 B", "x"])
        table.add(["longer", "100 GiB", nil])
        table.add(["机器", "", "y"])
        #expect(
            table.rendered() == """
                NAME       SIZE  ABOUT
                a           1 B  x
                longer  100 GiB  -
                机器          -  y
                """)
    }

    @Test func foreignTextCannotSteerTheTerminal() {
        var table = Table(["NAME"])
        table.add(["a\u{1B}[2Jb\nc\u{202E}d"])
        #expect(table.rendered() == "NAME\na [2Jb c d")
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (1_023, "1023 B"), (1_024, "1 KiB"), (1_536, "1.5 KiB"), (32 << 30, "32 GiB"),
        (7 << 60, "7 EiB"),
    ])
    func bytes(_ count: Int64, _ text: String) {
        #expect(Units.bytes(count) == text)
    }

    @Test(arguments: [
        ("5", Int64(5)), ("20G", 20 << 30), ("20GiB", 20 << 30), ("20 GB", 20_000_000_000), ("1t", 1 << 40), ("", nil),
        ("G", nil), ("-1", nil), ("1X", nil), ("99999999999T", nil),
    ])
    func parsesBytes(_ text: String, _ count: Int64?) {
        #expect(Units.parseBytes(text) == count)
    }

    @Test(arguments: [(4.4, "4 s"), (125, "2 min 5 s"), (11_400, "3 h 10 min"), (187_200, "2 d 4 h"), (-3, "0 s")])
    func durations(_ seconds: Double, _ text: String) {
        #expect(Units.duration(seconds) == text)
    }

    @Test func yamlKeepsTypes() {
        let value = JSONValue.object([
            "a": .string("on"), "b": .string("017"), "c": .integer(5), "d": .bool(true), "e": .null,
            "f": .array([.string("x: y"), .string("")]), "g": .string("two\nlines\n"), "h": .string("plain"),
            "i": .string("null"), "j": .string("1.5"),
        ])
        #expect(
            value.renderedYAML() == """
                a: "on"
                b: "017"
                c: 5
                d: true
                e: null
                f:
                - 'x: y'
                - ""
                g: |
                  two
                  lines
                h: plain
                i: "null"
                j: "1.5"
                """)
    }

    @Test func colourNeedsATerminalAndNoNoColor() {
        #expect(Terminal(interactive: true, width: 80, environment: [:]).hasColour)
        #expect(Terminal(interactive: true, width: 80, environment: ["NO_COLOR": ""]).hasColour)
        #expect(!Terminal(interactive: true, width: 80, environment: ["NO_COLOR": "1"]).hasColour)
        #expect(!Terminal(interactive: false, width: 80, environment: [:]).hasColour)
    }

    @Test func listsAndDetails() throws {
        let machine = JSONValue(
            parsing: Data(
                """
                {"name":"m1","driver":"dev.ingot.ipmi","drivers":[{"driver":"dev.ingot.ipmi",
                 "configuration":{"host":"h","port":623},"secrets":["password"],"probed":"2026-11-23T03:00:00Z","expired":true,
                 "failure":{"driver":"dev.ingot.ipmi","status":"timeout","message":"no answer"},
                 "capabilities":{"identity":{"vendor":"Dell Inc.","model":"R640","firmware":"4.40"}},
                 "quirks":[{"quirk":"q","state":"applied","row":"r","reason":"because"}]}],
                 "capabilities":{"power":{"answer":"yes","driver":"dev.ingot.ipmi","actions":["on","off"],"evidence":"e"},
                                 "console":{"answer":"no","evidence":"C1h"}},
                 "quirks":{"add":[],"remove":["other"]},
                 "actions":[{"action":"power.status","allowed":true},{"action":"power.on","allowed":true},
                            {"action":"power.nmi","allowed":false}],"mac":"52:54:00:00:00:01",
                 "address":"10.0.0.1","firmware":"uefi","state":"available","power":{"state":"on","at":"2026-11-23T03:00:00Z"},
                 "hold":false,"instance":null,"job":"j1","boot_verdict":"verified",
                 "inventory":{"memory_bytes":17179869184,"disks":[{"name":"sda","size_bytes":34359738368}]}}
                """.utf8))
        let json = try #require(machine)
        #expect(
            MachineList.table(.array([json])).rendered() == """
                NAME  STATE      POWER  MAC                ADDRESS   DRIVER          INSTANCE  JOB  HOLD
                m1    available  on     52:54:00:00:00:01  10.0.0.1  dev.ingot.ipmi  -         j1   -
                """)
        let text = MachineShow.text(json)
        #expect(text.contains("power:         on (seen 2026-11-23T03:00:00Z)\n"))
        #expect(text.contains("  port:               623\n"))
        #expect(text.contains("  found:              Dell Inc. R640, firmware 4.40\n"))
        #expect(text.contains("  last probe failed:  timeout: no answer\n"))
        #expect(
            text.contains(
                "\npower      yes     dev.ingot.ipmi  on, off  e\nconsole    no      -               -        C1h\n"))
        #expect(text.contains("\nq      applied  dev.ingot.ipmi  r    because\nother  removed  -"))
        #expect(Offers.allowed("power", in: json) == "on")
        #expect(Offers.allowed("boot", in: json) == "")
        #expect(text.contains("  disks: name sda, size 32 GiB"))
        #expect(text.contains("  memory 16 GiB"))
    }

    @Test func exitCodesAreStable() {
        #expect(CommandExit.allCases.map(\.rawValue) == Array(0...9))
        #expect(ProcessEnd(CommandError(.refused, "no", field: "mac")).text == "error: no (mac)")
        #expect(ProcessEnd(ValidationError("x")).code == CommandExit.usage.rawValue)
        #expect(ProcessEnd(CancellationError()).code == CommandExit.failed.rawValue)
    }
}
