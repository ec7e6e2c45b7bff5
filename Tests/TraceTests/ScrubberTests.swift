// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Trace

@Suite struct ScrubberTests {
    /// Twenty secrets in twenty places and spellings; none may be left.
    @Test func twentyCanariesAreGone() throws {
        func canary(_ number: Int) -> String { "Canary\(number)x7Qz!&\"p/" }
        func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        let percent = canary(2).addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let quoted = String(decoding: try JSONEncoder().encode(canary(3)), as: UTF8.self)
        let hexadecimal = Array(canary(6).utf8).map { String($0, radix: 16) }.joined()
        // By their values…
        let known = [
            "plain \(canary(1)) text", "GET /x?y=\(percent)", "{\"note\": \(quoted)}",
            "Basic \(base64("admin:" + canary(4)))", base64("ab:" + canary(5) + ":tail"), hexadecimal,
            hexadecimal.uppercased(), base64("x" + canary(7)), "login admin \(canary(8))",
            "https://admin:\(canary(9))@bmc/redfish",
        ]
        // … and by their places alone.
        let unknown = [
            "X-Auth-Token: tok-canary-11\r\nAccept: */*", "Authorization: Bearer canary-12-abc",
            "Set-Cookie: sid=canary-13; Path=/", #"{"Password": "canary-14 \" x", "Name": "n"}"#,
            #"{"UserName":"u","OldPassword":"canary-15"}"#, #"{"snmp_community" : "canary-16"}"#,
            #"{"@Oem.PrivateKey":"canary-17"}"#, "GET /boot?token=canary-18&x=1", "ftp://user:canary-19@host/file",
            "cookie: canary-20",
        ]
        let scrubber = Scrubber(secrets: (1...9).map { Array(canary($0).utf8) })
        for text in known + unknown {
            let cleaned = scrubber.clean(text)
            #expect(cleaned != text, "\(text)")
            #expect(cleaned.contains(Scrubber.mark), "\(cleaned)")
            #expect(!cleaned.lowercased().contains("canary"), "\(cleaned)")
            #expect(!cleaned.contains("x7Qz") && !cleaned.contains("78375"), "\(cleaned)")
            for lead in 0..<3 {
                let aligned = base64(String(repeating: "\0", count: lead) + canary(4)).dropFirst(lead + 1).prefix(12)
                #expect(!cleaned.contains(aligned), "\(cleaned)")
            }
        }
        #expect(known.count + unknown.count == 20)
    }

    @Test func whatIsNoSecretStays() {
        let scrubber = Scrubber(secrets: [Array("hunter22".utf8)])
        for text in [
            "GET /redfish/v1/Systems/1 HTTP/1.1\r\nHost: bmc\r\n\r\n",
            #"{"PasswordExpiration": null, "Name": "Token"}"#,
            "power on", #"{"Tokens": 3}"#,
        ] { #expect(scrubber.clean(text) == text) }
        let binary: [UInt8] = [0x18, 0x01, 0xFF, 0xFE, 0x00]
        #expect(scrubber.clean(binary, protocolName: "ipmi") == binary)
    }

    /// Set User Password has the password in its data, padded.
    @Test func anIPMIPasswordIsCutOff() {
        let scrubber = Scrubber(secrets: [])
        let message: [UInt8] = [0x18, 0x47, 0x02, 0x02] + Array("opensesame".utf8) + [0, 0, 0]
        let cleaned = scrubber.clean(message, protocolName: "ipmi")
        #expect(cleaned == [0x18, 0x47] + Array(Scrubber.mark.utf8))
    }
}
