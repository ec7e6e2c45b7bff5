// SPDX-License-Identifier: Apache-2.0
private import Foundation

/// A trace together with how its calls are to end: as recorded, unless a test says otherwise.
public struct ReplayTest: Sendable {
    /// How one call is to end.
    public struct Expectation: Sendable, Equatable, Codable {
        public var function: String
        /// Which of the calls of that function, from 1.
        public var number: Int
        public var status: String

        public init(function: String, number: Int, status: String) {
            self.function = function
            self.number = number
            self.status = status
        }
    }

    public let trace: TraceFile
    public var expectations: [Expectation]

    static let traceName = "trace.jsonl"
    static let expectationsName = "expect.json"

    /// Reads a trace, a support bundle or the directory of a replay test.
    /// - Throws: `TraceError` that names the file.
    public init(path: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw TraceError(message: "there is no \(path)")
        }
        if isDirectory.boolValue {
            trace = try Self.read(path + "/" + Self.traceName)
            let text = FileManager.default.contents(atPath: path + "/" + Self.expectationsName) ?? Data("[]".utf8)
            do { expectations = try JSONDecoder().decode([Expectation].self, from: text) } catch {
                throw TraceError(message: "\(path)/\(Self.expectationsName) is no list of expectations")
            }
        } else {
            trace = path.hasSuffix(".tar.gz") ? try SupportBundle.trace(in: path) : try Self.read(path)
            expectations = []
        }
    }

    private static func read(_ path: String) throws -> TraceFile {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
        guard size <= TraceFile.limit, let text = FileManager.default.contents(atPath: path) else {
            throw TraceError(message: "cannot read \(path), or it has more than \(TraceFile.limit) bytes")
        }
        do { return try TraceFile(text) } catch { throw TraceError(message: "\(path): \(error.message)") }
    }

    /// The test that wants every call to end well that failed, or as the words `FUNCTION=STATUS` say.
    public func expecting(_ words: [String]) throws -> ReplayTest {
        var test = self
        var wanted: [String: String] = [:]
        for word in words {
            let parts = word.split(separator: "=").map(String.init)
            guard parts.count == 2 else { throw TraceError(message: "\(word) is not FUNCTION=STATUS") }
            wanted[parts[0]] = parts[1]
        }
        test.expectations = []
        var numbers: [String: Int] = [:]
        for call in RecordedCall.all(in: trace) where call.isReplayed {
            numbers[call.function, default: 0] += 1
            let status = wanted[call.function] ?? (words.isEmpty ? "ok" : call.status)
            if status != call.status {
                test.expectations.append(
                    Expectation(function: call.function, number: numbers[call.function] ?? 1, status: status))
            }
        }
        if let unknown = wanted.keys.first(where: { numbers[$0] == nil }) {
            throw TraceError(message: "the trace has no call of \(unknown)")
        }
        return test
    }

    /// Writes the directory of the test.
    public func write(to directory: String) throws {
        guard !FileManager.default.fileExists(atPath: directory) else {
            throw TraceError(message: "\(directory) exists already")
        }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try trace.encoded().write(to: URL(filePath: directory + "/" + Self.traceName))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(expectations).write(to: URL(filePath: directory + "/" + Self.expectationsName))
    }

    /// What a replay did otherwise than it should.
    public func judge(_ replay: Replay) -> [Comparison.Row] {
        let calls = RecordedCall.all(in: replay.trace).filter(\.isReplayed)
        var numbers: [String: Int] = [:]
        return replay.comparison.rows.enumerated().map { index, row in
            guard index < calls.count else { return row }
            let call = calls[index]
            numbers[call.function, default: 0] += 1
            let number = numbers[call.function] ?? 1
            guard let expected = expectations.first(where: { $0.function == call.function && $0.number == number })
            else {
                return row
            }
            guard call.status != expected.status else { return .init(title: row.title, differences: []) }
            let reason = call.message.isEmpty ? "" : " (\(call.message))"
            return .init(title: row.title, differences: ["expected \(expected.status), got \(call.status)\(reason)"])
        }
    }
}
