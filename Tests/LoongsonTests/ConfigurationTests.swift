// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit
import Testing

@testable import Loongson

@Suite("Loongson configuration")
struct ConfigurationTests {
    private static let outlet = #""outlet":{"host":"127.0.0.1","model":"apc-rpdu","outlets":["5"]}"#

    private func field(_ json: String) -> String? {
        do throws(PluginError) {
            _ = try LoongsonConfiguration(json: json)
            return nil
        } catch {
            return error.field
        }
    }

    @Test func eachKindTakesItsOwn() throws {
        let pmon = #"{"kind":"pmon","console":"tcp://127.0.0.1:4005",\#(Self.outlet)}"#
        #expect(field(pmon) == nil)
        #expect(field(#"{"kind":"uefi",\#(Self.outlet)}"#) == nil)
        #expect(field(#"{"kind":"uefi","wake_on_lan":{"mac":"52:54:00:12:34:56"}}"#) == nil)
        #expect(field(#"{"kind":"ls2k","host":"10.0.0.9","username":"admin"}"#) == nil)
    }

    @Test(arguments: [
        ("{}", "kind"), (#"{"kind":"mips"}"#, "kind"),
        (#"{"kind":"pmon",\#(outlet)}"#, "console"), (#"{"kind":"pmon","console":"tcp://127.0.0.1:1"}"#, "outlet"),
        (#"{"kind":"pmon","console":"ssh://127.0.0.1:22",\#(outlet)}"#, "console"),
        (#"{"kind":"pmon","console":"tcp://console:4005",\#(outlet)}"#, "console"),
        (#"{"kind":"pmon","console":"tcp://127.0.0.1:99999",\#(outlet)}"#, "console"),
        (#"{"kind":"pmon","console":"tcp://127.0.0.1:1","serial":{},\#(outlet)}"#, "serial"),
        (#"{"kind":"pmon","console":"rfc2217://127.0.0.1:1","serial":{"baud":1},\#(outlet)}"#, "serial.baud"),
        (#"{"kind":"pmon","console":"tcp://127.0.0.1:1","host":"10.0.0.9",\#(outlet)}"#, "host"),
        (#"{"kind":"ls2k","host":"10.0.0.9","username":"a",\#(outlet)}"#, "outlet"),
        (#"{"kind":"uefi","console":"tcp://127.0.0.1:1","pmon":{},\#(outlet)}"#, "pmon"),
        (#"{"kind":"pmon","console":"tcp://127.0.0.1:1","pmon":{"abort_key":"enter"},\#(outlet)}"#, "pmon.abort_key"),
        (#"{"kind":"pmon","console":"tcp://127.0.0.1:1","pmon":{"prompt":"*"},\#(outlet)}"#, "pmon.prompt"),
        (
            #"{"kind":"pmon","console":"tcp://127.0.0.1:1","network_boot":{"kernel":"tftp://a/b;reboot"},\#(outlet)}"#,
            "network_boot.kernel"
        ),
        (
            #"{"kind":"pmon","console":"tcp://127.0.0.1:1","network_boot":{"kernel":"k","address":"1.2.3.4"},\#(outlet)}"#,
            "network_boot.interface"
        ),
        (
            #"{"kind":"ls2k","host":"h","username":"a","commands":[{"name":"x","netfn":7,"command":1}]}"#,
            "commands[0]"
        ),
    ])
    func whatIsWrongIsNamed(_ json: String, _ member: String) {
        #expect(field(json) == member)
    }

    @Test func aLineThatPMONWouldCutIsRefused() {
        let arguments = String(repeating: "a", count: 160)
        #expect(
            field(
                #"{"kind":"pmon","console":"tcp://127.0.0.1:1","disk_boot":{"kernel":"k","arguments":"\#(arguments)"},\#(Self.outlet)}"#
            ) == "disk_boot")
    }
}
