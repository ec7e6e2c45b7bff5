// SPDX-License-Identifier: Apache-2.0
import PluginAPI
import PluginKit
import PluginTesting
import Testing

@testable import Redfish

@Suite struct ConfigurationTests {
    @Test func theManifestSaysWhatTheLibrarySays() throws {
        try expectManifest("Plugins/Redfish/plugin.json.in", describes: LoadedPlugin.named("ingot-redfish"))
    }

    @Test(arguments: [
        ("10.0.0.5", "https://10.0.0.5"), ("bmc.example", "https://bmc.example"),
        ("BMC.example:8443", "https://bmc.example:8443"), ("http://10.0.0.5", "http://10.0.0.5"),
        ("https://[fe80::1]:444/", "https://[fe80::1]:444"), ("[::1]", "https://[::1]"),
        ("fe80::2", "https://[fe80::2]"),
        ("https://[fe80::1%eth0]:8443", "https://[fe80::1%eth0]:8443"),
        ("http://h:80", "http://h"),
    ])
    func addresses(text: String, url: String) throws {
        #expect(try Origin(address: text).text == url)
    }

    @Test(arguments: [
        "", "ftp://h", "https://", "https://u:p@h", "h/redfish", "h:0", "h:65536", "h:x", "http://h?x", "-h", "a b",
        "[::1",
        "https://h\r\nX: y", "[::1%]", "[fe80::1%a%b]", "[::1%a/b]",
    ])
    func whatIsNoAddress(text: String) {
        let error = #expect(throws: PluginError.self) { try Origin(address: text) }
        #expect(error?.field == "address")
    }

    @Test(arguments: [
        (#"{"username":"u"}"#, "address"), (#"{"address":"h"}"#, "username"),
        (#"{"address":"h","username":"a:b"}"#, "username"),
        (#"{"address":"h","username":"u","quirks":["etag_never","x"]}"#, "quirks[1]"),
        (#"{"address":"h","username":"u","pin":"abc"}"#, "pin"),
        (#"{"address":"h","username":"u","insecure":true,"ca_file":"/x"}"#, "ca_file"),
        (#"{"address":"h","username":"u","ca_file":"x"}"#, "ca_file"),
        (#"{"address":"h","username":"u","ca_certificates":"x"}"#, "ca_certificates"),
        (#"{"address":"http://h","username":"u","insecure":true}"#, "insecure"),
    ])
    func whatCannotBeUsedIsNamed(json: String, field: String) {
        let error = #expect(throws: PluginError.self) { try Configuration(json: json) }
        #expect(error?.field == field)
    }

    @Test func linksStayWithinTheService() throws {
        let origin = try Origin(address: "https://h:8443")
        #expect(try origin.path(of: "/redfish/v1/Chassis/1#/Fans/0") == "/redfish/v1/Chassis/1")
        #expect(try origin.path(of: "https://H:8443/redfish/v1") == "/redfish/v1")
        for link in [
            "https://h/redfish", "http://h:8443/x", "//other/x", "x", "", "/a b", "/a\r\nX:1", "https://h:8443@evil/x",
            "/\\evil", String(repeating: "/a", count: 2000),
        ] {
            #expect(throws: PluginError.self) { try origin.path(of: link) }
        }
    }

    @Test func aPinInHexIsTheSameAsInBase64() {
        let hex = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
        let base64 = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        #expect(Trust.pin(from: hex) == base64)
        #expect(Trust.pin(from: base64) == base64)
        #expect(Trust.pin(from: "sha256//AAAA;sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpA=") == nil)
    }
}
