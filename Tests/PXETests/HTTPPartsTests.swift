// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PXE

@Suite struct HTTPPartsTests {
    /// RFC 9110 section 14.1.2 and 14.2, for a file of 1000 octets.
    @Test(arguments: [
        ("bytes=0-499", ByteRange.part(0..<500)), ("bytes=500-999", .part(500..<1000)),
        ("bytes=500-", .part(500..<1000)), ("bytes=-200", .part(800..<1000)), ("bytes=-5000", .part(0..<1000)),
        ("bytes=999-", .part(999..<1000)), ("bytes=0-99999999999999999999999", .part(0..<1000)),
        ("BYTES=0-0", .part(0..<1)), ("bytes= 1 - 2", .part(1..<3)), ("bytes=1000-", .unsatisfiable),
        ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=1000-2000", .unsatisfiable),
        ("bytes=-0", .unsatisfiable), ("bytes=5-2", .whole), ("bytes=", .whole), ("bytes=-", .whole),
        ("bytes=a-b", .whole), ("bytes=0-1,5-6", .whole), ("lines=0-1", .whole), ("0-1", .whole), ("", .whole),
        ("bytes=--1", .whole), ("bytes=1-2-3", .whole), ("bytes=+1-2", .whole),
    ])
    func ranges(field: String, expected: ByteRange) {
        #expect(ByteRange(range: field, ifRange: nil, entityTag: "\"a\"", size: 1000) == expected)
    }

    @Test func ifRangeHoldsForTheSameTagOnly() {
        func range(_ ifRange: String) -> ByteRange {
            ByteRange(range: "bytes=0-1", ifRange: ifRange, entityTag: "\"a\"", size: 10)
        }
        #expect(range("\"a\"") == .part(0..<2))
        #expect(range("\"b\"") == .whole)
        #expect(range("W/\"a\"") == .whole)
        #expect(range("Sun, 06 Nov 1994 08:49:37 GMT") == .whole)
    }

    @Test func emptyFilesHaveNoRanges() {
        #expect(ByteRange(range: "bytes=0-", ifRange: nil, entityTag: "\"a\"", size: 0) == .unsatisfiable)
        #expect(ByteRange(range: "bytes=-1", ifRange: nil, entityTag: "\"a\"", size: 0) == .unsatisfiable)
        #expect(ByteRange(range: nil, ifRange: nil, entityTag: "\"a\"", size: 0) == .whole)
    }

    @Test func datesHaveTheRightForm() {
        #expect(HTTPDate.string(Timestamp(milliseconds: 784_111_777_000)) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test(arguments: [
        ("/a/b?x=1", "/a/b", "x=1"), ("/a%2Fb", "/a/b", ""), ("http://host:8080/p?q", "/p", "q"),
        ("http://host", "/", ""), ("/boot/52%3A54/x", "/boot/52:54/x", ""), ("/?a?b", "/", "a?b"),
    ])
    func targetsParse(uri: String, path: String, query: String) throws {
        let target = try #require(HTTPTarget(uri))
        #expect(target.path == path && target.query == query)
    }

    @Test(arguments: [
        "", "a", "*", "/%", "/%4", "/%zz", "/%00", "/a%0ab", "/%ff", "/%7f", "ftp://host/",
        "/" + String(repeating: "a", count: 3000),
    ])
    func targetsRefuse(uri: String) {
        #expect(HTTPTarget(uri) == nil)
    }

    @Test(arguments: [
        ("/boot/52:54:00:12:34:56/script.ipxe", BootRoute?.some(.script(Fixture.mac))),
        ("/boot/52-54-00-12-34-56/script.ipxe", .script(Fixture.mac)), ("/boot/abc/kernel", .kernel(token: "abc")),
        ("/boot/52:54:00:12:34:56/local", .local(Fixture.mac)), ("/boot/x/local", nil),
        ("/boot/abc/initrd", .initrd(token: "abc")), ("/programs/ipxe.efi", .program("ipxe.efi")),
        ("/agent/v1/begin", .agent), ("/agent/", .agent), ("/hello/x", .hello), ("/", nil), ("/boot", nil),
        ("/boot/abc/other", nil), ("/boot/abc/kernel/", nil), ("/boot/x/script.ipxe", nil), ("/agent", nil),
        ("/programs/../etc/passwd", nil), ("/agentx/", nil), ("//agent/", nil),
    ])
    func routes(path: String, expected: BootRoute?) {
        #expect(BootRoute(path) == expected)
    }

    @Test func bearerTokens() {
        func token(_ value: String) -> String? {
            AgentRequest(
                method: "GET", path: "/agent/", query: "", headers: [("AUTHORIZATION", value)], body: [],
                remote: .loopback, client: nil
            ).bearerToken
        }
        #expect(token("Bearer abc") == "abc")
        #expect(token("bearer  abc") == "abc")
        #expect(token("Basic abc") == nil)
        #expect(token("Bearer ") == nil)
        #expect(token("") == nil)
    }
}
