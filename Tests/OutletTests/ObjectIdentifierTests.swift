// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Outlet

@Suite("Object identifiers")
struct ObjectIdentifierTests {
    @Test(arguments: ["1.3.6.1.2.1.1.3.0", ".1.3.6.1.4.1.318", "2.999.4294967295"])
    func takes(_ text: String) throws {
        let object = try #require(ObjectIdentifier(text))
        #expect(object.description == (text.hasPrefix(".") ? String(text.dropFirst()) : text))
    }

    @Test(arguments: [
        "", ".", "1", "1..3", "1.3.", "..1.3", "3.1", "1.40", "1.3.4294967296", "1.3.06", "1.3.-1", "1.3.+1", "1.3. 1",
        "sysUpTime.0", "1.3.6.٣", String(repeating: "1.", count: 200) + "1",
    ])
    func refuses(_ text: String) {
        #expect(ObjectIdentifier(text) == nil)
    }

    @Test func anIndexThatMakesItTooLongIsRefused() throws {
        let base = try #require(ObjectIdentifier("1" + String(repeating: ".3", count: ObjectIdentifier.limit - 2)))
        #expect(base.appending([1])?.parts.count == ObjectIdentifier.limit)
        #expect(base.appending([1, 2]) == nil)
    }
}
