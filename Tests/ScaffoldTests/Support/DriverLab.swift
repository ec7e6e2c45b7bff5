// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Logging
import Scaffold
import Synchronization

/// The SDK in a prefix of its own, and each template built once with it.
final class DriverLab: Sendable {
    /// The package's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)
    /// What was built along with the tests.
    static let products: URL = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: program).deletingLastPathComponent()
    }()
    static let workerPath = products.appending(path: "ingot-worker").path

    static let shared = Result { try DriverLab() }

    let directory: String
    /// What finds the SDK.
    let environment: [String: String]
    private let built = Mutex<[DriverLanguage: Result<String, any Error>]>([:])

    private init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "ingot-sdk-\(getpid())").path
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        environment = [
            "PKG_CONFIG_PATH": directory + "/sdk/lib/pkgconfig", "CARGO_NET_OFFLINE": "true", "CONFIG": "debug",
        ]
        try Command.run("sh '\(Self.root)/SDK/install.sh' '\(directory)/sdk'")
        atexit { DriverLab.cleanUp() }
    }

    private static func cleanUp() {
        if case .success(let lab) = shared { try? FileManager.default.removeItem(atPath: lab.directory) }
    }

    /// Builds the template of a language, once; returns the directory of the plugins.
    func plugins(_ language: DriverLanguage) throws -> String {
        try built.withLock { built in
            if let result = built[language] { return try result.get() }
            let result = Result {
                let tree = directory + "/" + language.rawValue
                try DriverScaffold(name: "\(language.rawValue)-driver", language: language).write(to: tree)
                let log = try Command.run("umask 022; make", in: tree, environment: environment)
                try log.write(toFile: tree + ".log", atomically: false, encoding: .utf8)
                return tree + "/build/plugins"
            }
            built[language] = result
            return try result.get()
        }
    }

    /// Whether the tools of a language are here.
    static func has(_ language: DriverLanguage) -> Bool {
        let compiler = ["c": "cc", "cpp": "c++", "rust": "cargo", "swift": "swift"][language.rawValue]
        return Command.exists("make", "pkg-config", compiler ?? "")
    }

    static let languages = DriverLanguage.allCases.filter(has)
}
