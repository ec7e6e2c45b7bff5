// SPDX-License-Identifier: Apache-2.0
import PluginKit
import PluginTesting
import Testing

@testable import Outlet

@Suite("Outlet configuration")
struct ConfigurationTests {
    @Test func theTableHasEveryModelOfTheSchema() {
        #expect(
            OutletModel.table.keys.sorted() == [
                "apc-masterswitch", "apc-rpdu", "apc-rpdu2", "cyberpower", "eaton-epdu", "raritan-pdu2",
                "servertech-sentry3", "servertech-sentry4",
            ])
        for (name, model) in OutletModel.table {
            #expect(model.onValues.isDisjoint(with: model.offValues), "\(name)")
            #expect(model.on != model.off, "\(name)")
            #expect(OutletDriver.descriptor.configSchema.contains("\"\(name)\""))
        }
    }

    @Test func manifestAndLibraryAgree() throws {
        try expectManifest("Plugins/Outlet/plugin.json.in", describes: LoadedPlugin.named("ingot-outlet"))
    }

    @Test func aBareNumberGetsTheModelsPrefix() throws {
        func indices(_ model: String, _ outlet: String) throws -> [[UInt32]]? {
            try PowerConfiguration(json: outletJSON(161, "\"\(outlet)\"", "\"model\":\"\(model)\"")).outlet?.outlets
        }
        #expect(try indices("apc-rpdu", "5") == [[5]])
        #expect(try indices("raritan-pdu2", "5") == [[1, 5]])
        #expect(try indices("raritan-pdu2", "2.5") == [[2, 5]])
        #expect(try indices("servertech-sentry3", "5") == [[1, 1, 5]])
        #expect(try indices("servertech-sentry3", "2.1.5") == [[2, 1, 5]])
        #expect(try indices("eaton-epdu", "3") == [[0, 3]])
    }

    @Test(arguments: [
        ("{}", "outlet"),
        (outletJSON(161, ""), "outlet.outlets"),
        (outletJSON(161, "\"0\""), "outlet.outlets"),
        (outletJSON(161, "\"5\",\"5\""), "outlet.outlets"),
        (outletJSON(161, "\"5.\""), "outlet.outlets"),
        (outletJSON(161, "\"1.2.5\"", "\"model\":\"raritan-pdu2\""), "outlet.outlets"),
        (outletJSON(161, "\"5\"", "\"model\":\"acme\""), "outlet.model"),
        (outletJSON(161, "\"5\"", "\"off_seconds\":3"), "outlet.model"),
        (outletJSON(161, "\"5\"", "\"model\":\"apc-rpdu\",\"off_seconds\":0"), "outlet.off_seconds"),
        (outletJSON(161, "\"5\"", "\"model\":\"apc-rpdu\",\"version\":\"3\""), "outlet.username"),
        (outletJSON(161, "\"5\"", "\"model\":\"apc-rpdu\",\"username\":\"u\""), "outlet.username"),
        (
            outletJSON(161, "\"5\"", "\"model\":\"apc-rpdu\",\"version\":\"3\",\"username\":\"u\",\"privacy\":\"aes\""),
            "outlet.privacy"
        ),
        (
            outletJSON(
                161, "\"5\"", "\"oids\":{\"command\":\"1.3.x\",\"on\":1,\"off\":2,\"state_on\":[1],\"state_off\":[2]}"),
            "outlet.oids.command"
        ),
        (
            outletJSON(
                161, "\"5\"", "\"oids\":{\"command\":\"1.3.6\",\"on\":1,\"off\":2,\"state_on\":[1],\"state_off\":[1]}"),
            "outlet.oids.state_off"
        ),
        (
            outletJSON(
                161, "\"5\"",
                "\"pdu_reboot\":true,\"oids\":{\"command\":\"1.3.6\",\"on\":1,\"off\":2,\"state_on\":[1],\"state_off\":[2]}"
            ),
            "outlet.pdu_reboot"
        ),
        ("{\"outlet\":{\"host\":\"pdu.example\",\"outlets\":[\"1\"],\"model\":\"apc-rpdu\"}}", "outlet.host"),
        ("{\"wake_on_lan\":{\"mac\":\"01:00:5e:00:00:01\"}}", "wake_on_lan.mac"),
        ("{\"wake_on_lan\":{\"mac\":\"02:00:5e:00:00\"}}", "wake_on_lan.mac"),
        ("{\"wake_on_lan\":{\"mac\":\"02:00:5e:00:00:01\",\"broadcast\":\"lan\"}}", "wake_on_lan.broadcast"),
        ("{\"wake_on_lan\":{\"mac\":\"02:00:5e:00:00:01\",\"interface\":\"a/b\"}}", "wake_on_lan.interface"),
    ])
    func aMistakeIsNamed(_ json: String, _ field: String) throws {
        #expect {
            try PowerConfiguration(json: json)
        } throws: { error in
            let error = error as? PluginError
            return error?.status == .invalid && error?.field == field
        }
    }

    @Test func outletsCountTogether() {
        #expect(Outlets.combined([.on, .on]) == .on)
        #expect(Outlets.combined([.off, .off]) == .off)
        #expect(Outlets.combined([.on, .off]) == .unknown)
        #expect(Outlets.combined([.off, .changing]) == .changing)
        #expect(Outlets.combined([.on, .unknown]) == .unknown)
        #expect(Outlets.combined([]) == .unknown)
    }
}
