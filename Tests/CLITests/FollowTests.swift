// SPDX-License-Identifier: Apache-2.0
import Control
import Synchronization
import Testing

@testable import ingot

/// Following an event log.
struct FollowTests {
    private static func page(_ ids: [String], cursor: String, lost: Bool = false) -> JSONValue {
        .object([
            "events": .array(ids.map { .object(["id": .string($0), "message": .string("m\($0)")]) }),
            "cursor": .string(cursor), "lost": .bool(lost),
        ])
    }

    @Test func printsWhatComesAndWaitsForAServerThatIsAway() async throws {
        let asked = Mutex<[String?]>([])
        let printed = Mutex("")
        let output = Output(terminal: Terminal(interactive: false, width: 80, environment: [:])) { text in
            printed.withLock { $0 += text }
        }
        struct End: Error {}
        await #expect(throws: End.self) {
            try await MachineEvents.follow(Self.page(["1"], cursor: "a"), .table, output, pause: .zero) { cursor in
                let number = asked.withLock {
                    $0.append(cursor)
                    return $0.count
                }
                switch number {
                case 1: return Self.page([], cursor: "a")
                case 2: throw CommandError(.unreachable, "away")
                case 3: return Self.page(["2", "3"], cursor: "c")
                case 4: return Self.page(["9"], cursor: "d", lost: true)
                default: throw End()
                }
            }
        }
        #expect(asked.withLock { $0 } == ["a", "a", "a", "c", "d"])
        let text = printed.withLock { $0 }
        #expect(text.contains("m2") && text.contains("m3") && text.contains("gone from the log"))
        #expect(!text.contains("MESSAGE") && !text.contains("m1"))
        #expect(text.hasSuffix("m9\n"))
    }
}
