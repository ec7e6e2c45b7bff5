// SPDX-License-Identifier: Apache-2.0
import PXE
import Testing

@Suite struct BootTableTests {
    @Test func findsByEveryKeyAndForgetsOldOnes() throws {
        let table = BootTable()
        try table.set(Fixture.client(Fixture.install))
        #expect(table.client(for: Fixture.mac)?.hostname == "node-1")
        #expect(table.client(at: Fixture.address)?.mac == Fixture.mac)
        #expect(table.client(token: Fixture.token)?.mac == Fixture.mac)

        var moved = Fixture.client(.local)
        moved.address = IPv4Address(192, 168, 77, 11)
        try table.set(moved)
        #expect(table.client(at: Fixture.address) == nil)
        #expect(table.client(token: Fixture.token) == nil)
        #expect(table.client(at: moved.address) == moved)

        #expect(table.remove(Fixture.mac))
        #expect(!table.remove(Fixture.mac))
        #expect(table.clients.isEmpty)
    }

    @Test func oneAddressNeverBelongsToTwo() throws {
        let table = BootTable()
        try table.set(Fixture.client(.local))
        #expect(throws: BootTableError.addressTaken(Fixture.address, by: Fixture.mac)) {
            try table.set(Fixture.client(.local, mac: Fixture.stranger))
        }
        #expect(table.client(at: Fixture.address)?.mac == Fixture.mac)
    }

    @Test func oneTokenNeverBelongsToTwo() throws {
        let table = BootTable()
        try table.set(Fixture.client(Fixture.install))
        var other = Fixture.client(Fixture.install, mac: Fixture.stranger)
        other.address = IPv4Address(192, 168, 77, 12)
        #expect(throws: BootTableError.tokenTaken(by: Fixture.mac)) { try table.set(other) }
        #expect(table.client(for: Fixture.stranger) == nil)
    }

    @Test(arguments: ["", "a_b", "a b", "a\nb", "é", String(repeating: "a", count: 64)])
    func refusesHostNames(name: String) throws {
        var client = Fixture.client(.local)
        client.hostname = name
        let final = client
        #expect(throws: BootTableError.malformedHostname(name)) { try BootTable().set(final) }
    }

    @Test func refusesGroupAndEmptyAddresses() {
        let group = MACAddress(value: 0x0100_5E00_0001)
        #expect(throws: BootTableError.notAPortAddress(group)) {
            try BootTable().set(Fixture.client(.local, mac: group))
        }
        #expect(throws: BootTableError.notAHostAddress(.broadcast)) {
            try BootTable().set(EnrolledClient(mac: Fixture.mac, address: .broadcast))
        }
    }

    @Test func directiveChangesAreAtomic() throws {
        let table = BootTable()
        #expect(try !table.setDirective(.local, for: Fixture.mac))
        try table.set(Fixture.client(Fixture.install))
        #expect(try table.setDirective(.local, for: Fixture.mac))
        #expect(table.client(for: Fixture.mac)?.directive == .local)
        #expect(table.client(token: Fixture.token) == nil)
    }
}
