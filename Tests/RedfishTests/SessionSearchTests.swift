// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Redfish

/// The search for left-over sessions without sockets: answers in, requests out.
@Suite struct SessionSearchTests {
    private static let collection = "/redfish/v1/SessionService/Sessions"
    private static let dead = SessionMark(host: 1, process: 7, start: 0, login: 1)
    private static let alive = SessionMark(host: 1, process: 8, start: 0, login: 2)

    private static func search(
        _ own: SessionSearch.Own? = .init(mark: alive.text, path: "\(collection)/own"), lost: Set<String> = []
    ) throws -> SessionSearch {
        SessionSearch(collection, try Origin(address: "bmc"), user: "admin", own: own, lost: lost) { $0 == dead }
    }

    private static func session(
        _ id: String, _ context: String? = nil, user: String = "admin", address: String? = nil
    ) -> JSON {
        .members([
            "@odata.id": .string("\(collection)/\(id)"), "UserName": .string(user), "Context": .text(context),
            "ClientOriginIPAddress": .text(address),
        ])
    }

    private static func link(_ id: String) -> JSON { .object(["@odata.id": .string("\(collection)/\(id)")]) }

    private static func answer(_ json: JSON) -> HTTPResponse {
        HTTPResponse(status: 200, headers: [], body: Array(json.encoded.utf8))
    }

    private static func page(_ members: [JSON], next: String? = nil) -> HTTPResponse {
        answer(.members(["Members": .array(members), "Members@odata.nextLink": .text(next)]))
    }

    /// Runs a search to its end against a table; what is not in it is answered with 404, a DELETE with `deleted`.
    private static func run(
        _ search: inout SessionSearch, _ table: [String: HTTPResponse], deleted: Int = 204
    ) -> [String] {
        var titles: [String] = []
        var request: HTTPRequest? = search.first
        while let next = request, titles.count < 10_000 {
            titles.append(next.title)
            let response = table[next.path] ?? HTTPResponse(status: 404)
            request = search.next(after: next.method == .delete ? HTTPResponse(status: deleted) : response)
        }
        return titles
    }

    @Test func onlyWhatIsOursAndDeadIsDeleted() throws {
        var search = try Self.search()
        let titles = Self.run(
            &search,
            [
                Self.collection: Self.page([
                    Self.session("own", Self.alive.text), Self.session("d1", Self.dead.text),
                    Self.session("other-user", Self.dead.text, user: "root"), Self.session("person"),
                    Self.session("stranger", "my tool"), Self.link("d2"), Self.link("gone"),
                ]),
                "\(Self.collection)/d2": Self.answer(Self.session("d2", Self.dead.text)),
            ])
        #expect(
            titles.filter { $0.hasPrefix("DELETE") }.sorted() == [
                "DELETE \(Self.collection)/d1", "DELETE \(Self.collection)/d2",
            ])
        #expect(search.count == .init(closed: 2, left: 0) && search.isAllowed)
    }

    @Test func whatComesFromAnotherAddressIsLeft() throws {
        var search = try Self.search(.init(mark: Self.alive.text, path: "\(Self.collection)/own", address: "10.0.0.1"))
        let titles = Self.run(
            &search,
            [
                Self.collection: Self.page([
                    Self.session("a", Self.dead.text, address: "10.0.0.2"),
                    Self.session("b", Self.dead.text, address: "10.0.0.1"),
                ])
            ])
        #expect(titles == ["GET \(Self.collection)", "DELETE \(Self.collection)/b"])
    }

    @Test func aLoginThatWasLostIsDeletedAlthoughItsProcessLives() throws {
        let lost = SessionMark(host: 1, process: 8, start: 0, login: 3).text
        var search = try Self.search(lost: [lost])
        let titles = Self.run(&search, [Self.collection: Self.page([Self.session("lost", lost)])])
        #expect(titles.last == "DELETE \(Self.collection)/lost")
    }

    @Test func ownPathIsFoundByMarkOrBecauseThereIsNoOther() throws {
        var byMark = try Self.search(.init(mark: Self.alive.text))
        let sessions = [Self.session("1"), Self.session("2", Self.alive.text)]
        _ = Self.run(&byMark, [Self.collection: Self.page(sessions)])
        #expect(byMark.own?.path == "\(Self.collection)/2")
        var alone = try Self.search(.init(mark: nil))
        _ = Self.run(&alone, [Self.collection: Self.page([Self.session("1"), Self.session("2", user: "root")])])
        #expect(alone.own?.path == "\(Self.collection)/1")
        var several = try Self.search(.init(mark: nil))
        _ = Self.run(&several, [Self.collection: Self.page([Self.session("1"), Self.session("2")])])
        #expect(several.own?.path == nil)
    }

    @Test func refusalsAreCountedAndEnded() throws {
        var search = try Self.search()
        _ = Self.run(&search, [Self.collection: Self.page([Self.session("d", Self.dead.text)])], deleted: 403)
        #expect(search.count == .init(closed: 0, left: 1))
        var forbidden = try Self.search()
        #expect(Self.run(&forbidden, [:]) == ["GET \(Self.collection)"])
        #expect(!forbidden.isAllowed)
    }

    @Test func aHostileListEnds() throws {
        // Pages without end, members without end, links to other hosts.
        var search = try Self.search()
        let many = (0..<5000).map { Self.link("\($0)") } + [.object(["@odata.id": "http://elsewhere/redfish/v1/x"]), 1]
        let titles = Self.run(&search, [Self.collection: Self.page(many, next: Self.collection)])
        #expect(titles.count < 200)
        #expect(!titles.contains { $0.contains("elsewhere") })
    }

    @Test(arguments: [
        "", "ingot-redfish", "ingot-redfish:1:2:3", "ingot-redfish:x:2:3:4", "ingot-redfish:1:-2:3:4",
        "ingot-redfish:1:0:3:4", "other:1:2:3:4", "ingot-redfish:1:99999999999:3:4", "ingot-redfish:1:2:3:4:5",
    ])
    func whatIsNoMark(_ text: String) { #expect(SessionMark(text) == nil) }

    @Test func marksSayWhoIsAlive() throws {
        let own = SessionMark()
        #expect(try SessionMark(#require(SessionMark(own.text)).text) == own)
        #expect(!own.isDead && own.start > 0 && own != SessionMark())
        var other = own
        other.start += 1
        #expect(other.isDead, "the process id is used again")
        other.process = Int32.max
        #expect(other.isDead, "there is no such process")
        other.process = 1
        #expect(!other.isDead)
        other.process = Int32.max
        other.host ^= 1
        #expect(!other.isDead, "of another host nothing is known")
    }
}
