// SPDX-License-Identifier: Apache-2.0
import PluginAPI
import Synchronization
import Testing

@Suite struct MediaTests {
    /// The password of the media server reaches the service as it is, and the trace as stars.
    @Test func theMediaServersPasswordIsSentAndNotShown() async throws {
        let slot = "/redfish/v1/Systems/1/VirtualMedia/CD"
        let sent = Mutex<[[String: String]]>([])
        let machine = Machine(resources: [
            "/redfish/v1/Systems/1/VirtualMedia": #"{"Members":[{"@odata.id":"\#(slot)"}]}"#,
            slot: #"""
            {"@odata.id":"\#(slot)","Id":"CD","MediaTypes":["CD"],"Inserted":false,
             "Actions":{"#VirtualMedia.InsertMedia":{"target":"\#(slot)/Insert"}}}
            """#,
        ]) { _, request in
            guard request.title == "POST \(slot)/Insert" else { return nil }
            sent.withLock { $0.append(request.json.compactMapValues { $0 as? String }) }
            return ScriptedService.Answer(status: 204)
        }
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        let named = await device.begin(INGOT_MEDIA, #"{"url":"http://192.0.2.1/x.iso","username":"u"}"#)
        #expect(named.status == INGOT_OK, "\(named.message)")
        #expect(named.wire.contains(#""Password":"***""#))
        #expect(!named.wire.contains("canary-M3dia"))
        // Without a user there is nobody whose password it is.
        let nameless = await device.begin(INGOT_MEDIA, #"{"url":"http://192.0.2.1/x.iso"}"#)
        #expect(nameless.status == INGOT_OK, "\(nameless.message)")
        #expect(
            sent.withLock { $0 } == [
                ["Image": "http://192.0.2.1/x.iso", "UserName": "u", "Password": "canary-M3dia"],
                ["Image": "http://192.0.2.1/x.iso"],
            ])
    }
}
