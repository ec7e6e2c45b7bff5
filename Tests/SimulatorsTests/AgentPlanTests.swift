// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Simulators

/// The agent's plan, its choice of a disk, and what an operating system reads from its seed.
struct AgentPlanTests {
    private let digest = String(repeating: "ab", count: 32)

    @Test func readsAWholePlan() throws {
        let plan = try AgentPlan(
            """
            plan=1
            image.size=4096
            image.sha256=\(digest)
            image.compression=zstd
            disk.serial=S=1
            disk.min_bytes=10
            later=unknown
            seed.files=user-data meta-data
            """)
        #expect(plan.imageSize == 4_096)
        #expect(plan.compression == .zstd)
        #expect(plan.disk == DiskRule(serial: "S=1", minimumBytes: 10))
        #expect(plan.seedFiles == ["user-data", "meta-data"])
    }

    @Test(arguments: [
        ("plan", ["plan": "2"]), ("image.size", ["image.size": "-1"]), ("image.size", ["image.size": "9e99"]),
        ("image.sha256", ["image.sha256": "abc"]), ("image.compression", ["image.compression": "xz"]),
        ("disk.min_bytes", ["disk.min_bytes": "much"]), ("seed.files", ["seed.files": "../etc/passwd"]),
    ])
    func namesTheWrongKey(_ field: String, _ change: [String: String]) {
        var values = ["plan": "1", "image.size": "1", "image.sha256": digest]
        values.merge(change) { $1 }
        let text = values.map { "\($0)=\($1)" }.joined(separator: "\n")
        #expect(throws: AgentPlan.InvalidPlan(field: field)) { try AgentPlan(text) }
    }

    private let disks = [
        SimulatedDisk(name: "sda", sizeBytes: 100, serial: "A", wwn: "w1"),
        SimulatedDisk(name: "sdb", sizeBytes: 200, serial: "B", wwn: "w2"),
    ]

    @Test(arguments: [
        (DiskRule(serial: "B"), 1), (DiskRule(wwn: "w1"), 0), (DiskRule(minimumBytes: 150), 1),
        (DiskRule(maximumBytes: 150), 0), (DiskRule(serial: "B", minimumBytes: 1, maximumBytes: 200), 1),
    ])
    func choosesTheOnlyDisk(_ rule: DiskRule, _ expected: Int) throws {
        #expect(try rule.choose(from: disks) == expected)
    }

    @Test(arguments: [
        (DiskRule(), DiskRule.Refusal.ambiguous), (DiskRule(serial: "A", wwn: "w2"), .unmatched),
        (DiskRule(minimumBytes: 201), .unmatched),
    ])
    func refusesToGuess(_ rule: DiskRule, _ expected: DiskRule.Refusal) {
        #expect(throws: expected) { try rule.choose(from: disks) }
    }

    @Test(arguments: [
        ("version: 2\nethernets:\n  a:\n    dhcp4: true\n", true),
        ("version: 2\nethernets:\n  a:\n    addresses: [\"127.0.0.9/8\"]\n", false),
        ("{\"version\": 2, \"ethernets\": {\"a\": {\"dhcp4\": false, \"addresses\": []}}}", false),
    ])
    func seesDHCP(_ text: String, _ expected: Bool) {
        #expect(SeedFacts(files: ["network-config": text]).usesDHCP == expected)
    }

    @Test(arguments: [
        "#cloud-config\nphone_home:\n  url: http://s/hello/t\n  post: all\n",
        "#cloud-config\nphone_home:\n  post: all\n  url: \"http://s/hello/t\"\n",
        "#cloud-config\n{\"phone_home\": {\"post\": \"all\", \"url\": \"http://s/hello/t\"}}",
    ])
    func findsPhoneHome(_ text: String) {
        #expect(SeedFacts(files: ["user-data": text]).phoneHome == "http://s/hello/t")
    }

    @Test func emptySeedMeansDHCP() {
        let facts = SeedFacts(files: [:])
        #expect(facts.usesDHCP)
        #expect(facts.phoneHome == nil)
    }
}
