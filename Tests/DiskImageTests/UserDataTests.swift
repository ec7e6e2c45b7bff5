// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import DiskImage

@Suite struct UserDataTests {
    private struct Part {
        var headers: [String: String]
        var body: String
    }

    /// Reads a multipart message by its boundary, as a mail reader does.
    private func parts(_ message: String) throws -> [Part] {
        let boundary = try #require(
            message.split(separator: "\n").first?.split(separator: "\"").dropFirst().first.map(String.init))
        let sections = message.components(separatedBy: "--" + boundary)
        #expect(sections.last == "--\n")
        return try sections.dropFirst().dropLast().map { section in
            let halves = section.components(separatedBy: "\n\n")
            var headers: [String: String] = [:]
            for line in halves[0].split(separator: "\n") {
                let colon = try #require(line.firstIndex(of: ":"))
                headers[String(line[..<colon])] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
            let data = try #require(Data(base64Encoded: halves[1], options: .ignoreUnknownCharacters))
            return Part(headers: headers, body: String(decoding: data, as: UTF8.self))
        }
    }

    @Test(arguments: [
        ("#cloud-config\npackages: [vim]\n", "text/cloud-config"),
        ("#!/bin/sh\necho \"\u{e9}\"\r\n", "text/x-shellscript"),
        ("#cloud-boothook\n#!/bin/sh\n", "text/cloud-boothook"), ("#include\nhttp://a/b\n", "text/x-include-url"),
        ("#include-once\nhttp://a/b\n", "text/x-include-once-url"),
        ("## template: jinja\n#cloud-config\n", "text/jinja2"), ("#part-handler\n", "text/part-handler"),
        ("#!/bin/sh\n--==ingot-part==--\n", "text/x-shellscript"),
    ])
    func theUsersDataArrivesByteForByte(text: String, type: String) throws {
        let request = try RenderRequest(json: RequestBuilder().with("user_data", text).json)
        let parts = try parts(CloudInit(request: request).userData)
        try #require(parts.count == 3)
        #expect(parts[0].body == text)
        #expect(parts[0].headers["Content-Type"] == "\(type); charset=\"utf-8\"")
        #expect(parts[1].body.hasPrefix("#cloud-config\n\"hostname\": \"node1\""))
        #expect(parts[1].headers["Merge-Type"] == "list(append)+dict(no_replace,recurse_list)+str()")
        #expect(parts[2].body.hasPrefix("#cloud-config\n\"phone_home\":"))
    }

    @Test func withoutACallHomeTheUsersOwnStays() throws {
        let request = RequestBuilder().with("user_data", "#cloud-config\n{}\n").with("phone_home", NSNull())
        let parts = try parts(CloudInit(request: RenderRequest(json: request.json)).userData)
        #expect(parts.count == 2)
    }

    @Test func aLimitOnTheUsersData() throws {
        let text = "#!/bin/sh\n" + String(repeating: "a", count: UserData.limit)
        #expect(throws: (any Error).self) { try RenderRequest(json: RequestBuilder().with("user_data", text).json) }
    }
}
