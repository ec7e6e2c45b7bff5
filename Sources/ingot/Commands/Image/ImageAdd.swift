// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOHTTP1

/// `ingot image add`.
struct ImageAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Upload a disk image: raw, or raw compressed with gzip or zstd.")

    @Argument(help: "The image's name.")
    var name: String

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp(
            "The file's SHA-256, as its publisher gives it; else it is computed here.", valueName: "hex"))
    var sha256: String?

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard let sha256 else { return }
        guard sha256.count == 64, sha256.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw ValidationError("--sha256 must be 64 hexadecimal digits")
        }
    }

    func run() async throws {
        let client = try options.client()
        let digest = try FileDigest.sha256(file)
        if let sha256, sha256.lowercased() != digest.hex {
            throw CommandError(
                .local, "\(file) has the SHA-256 \(digest.hex), not \(sha256.lowercased())", field: "sha256")
        }
        let answer = try await client.upload(
            .PUT, ["images", name], query: [("sha256", digest.hex)], file: file)
        Output.standard.print(answer, options.output) {
            "image \(Terminal.printable(name)) added: \(Units.bytes(digest.size)), sha256 \(digest.hex)"
        }
    }
}
