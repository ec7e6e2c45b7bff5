// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `ingot machine doctor` through command line, API, worker and driver, at BMCs that Ingot did not write.
@Suite("Doctor", .serialized, .timeLimit(.minutes(3)))
struct DoctorTests {
    private func finding(_ id: String, _ json: String) throws -> [String: Any]? {
        let diagnosis = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        return (diagnosis["findings"] as? [[String: Any]])?.first { $0["id"] as? String == id }
    }

    @Test func anOpenBMCIsToldWithRemedies() async throws {
        let site = try Site(subnet: "127.74.1.0/24")
        defer { site.close() }
        try await site.startServe()
        try await site.startMachines(1)
        let machine = try #require(site.machines.first)
        #expect(try site.enrol(machine).code == 0, "\(site.logTail)")

        // OpenIPMI's BMC offers cipher suite 0.
        let text = try site.ingot(["machine", "doctor", machine.name])
        #expect(text.code == 1, "\(text.output)")
        #expect(text.output.contains("critical  cipher-zero") && text.output.contains("    remedy: "), "\(text.output)")
        let json = try site.ingot(["machine", "doctor", machine.name, "--output", "json"])
        let found = try #require(try finding("cipher-zero", json.output))
        #expect(found["severity"] as? String == "critical" && found["driver"] as? String == "dev.ingot.ipmi")
        #expect(json.code == 1 && json.output.contains("cipher_suites"))

        // Afterwards the machine is as it was, and a BMC that is gone is a finding and no error.
        #expect(try site.ingot(["machine", "power", machine.name, "status"]).code == 0)
        site.simulator?.terminate()
        site.simulator?.waitUntilExit()
        let gone = try site.ingot(["machine", "doctor", machine.name, "--output", "json"])
        let failed = try #require(try finding("driver-failed", gone.output), "\(gone.output)")
        #expect(gone.code == 1 && (failed["remedy"] as? String)?.contains("address") == true, "\(failed)")

        #expect(try site.ingot(["machine", "doctor", "nobody"]).code == 3)
    }
}
