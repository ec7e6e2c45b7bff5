// SPDX-License-Identifier: Apache-2.0
import Control
import Foundation
import FoundationNetworking
import Testing

@testable import ingot

/// `ingot sim bmc --kind redfish` and what goes with it.
@Suite(.timeLimit(.minutes(1)))
struct SimRedfishTests {
    @Test(arguments: [
        (["sim", "bmc", "--kind", "redfish", "--profile", "vax"], CommandExit.usage),
        (["sim", "bmc", "--kind", "redfish", "--behaviour", "cipher_3_only"], .usage),
        (["sim", "bmc", "--kind", "redfish", "--fault", "gremlins"], .usage),
        (["sim", "bmc", "--kind", "redfish", "--certificate", "/nonexistent"], .usage),
        (["sim", "bmc", "--kind", "redfish", "--certificate", "/nonexistent", "--key", "/nonexistent"], .local),
        (["sim", "bmc", "--kind", "line", "--profile", "x"], .usage), (["sim", "profiles"], .ok),
    ])
    func exitCodes(_ arguments: [String], _ expected: CommandExit) async throws {
        let result = try await Binary.run(arguments)
        #expect(result.status == expected.rawValue, "\(result.error)")
    }

    @Test func twoMachinesOfOneVendorAnswerAndTakeCommands() async throws {
        let process = try Binary.prepare(
            ["sim", "bmc", "--kind", "redfish", "--http", "--profile", "huawei-ibmc", "--count", "2"], environment: [:])
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        var lines = Self.lines(of: output.fileHandleForReading).makeAsyncIterator()
        var urls: [URL] = []
        for index in 0..<2 {
            let line = try #require(await lines.next())
            let bmc = try #require(JSONValue(parsing: Data(line.utf8)))
            #expect(bmc["kind"].text == "redfish" && bmc["name"].text == "bmc-\(index)")
            #expect(bmc["profile"].text == "huawei-ibmc")
            #expect(bmc["quirks"].elements?.compactMap(\.text) == ["etag_fresh"])
            urls.append(try #require(bmc["url"].text.flatMap { URL(string: $0) }))
        }
        for url in urls {
            var request = URLRequest(url: url.appendingPathComponent("redfish/v1/Systems/1"))
            request.setValue(
                "Basic " + Data("admin:secret".utf8).base64EncodedString(), forHTTPHeaderField: "Authorization")
            let (body, _) = try await URLSession.shared.data(for: request)
            #expect(JSONValue(parsing: body)?["Manufacturer"].text == "Huawei")
        }
        try input.fileHandleForWriting.write(contentsOf: Data("fault status:code=418\npower\n".utf8))
        #expect(await lines.next() == #"{"bmc-0":"off","bmc-1":"off"}"#)
        let (_, response) = try await URLSession.shared.data(from: urls[1].appendingPathComponent("redfish/v1"))
        #expect((response as? HTTPURLResponse)?.statusCode == 418)
        try input.fileHandleForWriting.write(contentsOf: Data("quit\n".utf8))
        #expect(await lines.next() == nil)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// The lines that come, read on a thread of their own.
    private static func lines(of handle: FileHandle) -> AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                var rest = Data()
                while true {
                    let more = handle.availableData
                    guard !more.isEmpty else { break }
                    rest += more
                    while let end = rest.firstIndex(of: 0x0A) {
                        continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
                        rest = Data(rest[(end + 1)...])
                    }
                }
                continuation.finish()
            }
        }
    }
}
