// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Conformance
import Foundation

/// `ingot driver verify`.
struct DriverVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a driver's certificate: signature, file and verdict. Needs no network.")

    @Argument(help: "The certificate.")
    var certificate: String

    @Option(help: ArgumentHelp("Who must have signed it: an Ed25519 public key.", valueName: "PEM file"))
    var publicKey: String?

    @Option(help: ArgumentHelp("The library it must be about.", valueName: "file"))
    var plugin: String?

    func run() throws {
        let text = try LocalFile.text(certificate, limit: 64 << 20, purpose: "certificate")
        let key = try publicKey.map { try LocalFile.text($0, limit: 65_536, purpose: "public key") }
        let library = try plugin.map { Array(try LocalFile.bytes($0, limit: 1 << 30, purpose: "plugin")) }
        let verification: Verification
        do { verification = try Verification(certificate: text, publicKeyPEM: key, plugin: library) } catch let error
            as KitError
        { throw CommandError(.local, error.description) }
        for line in verification.lines {
            Output.standard.line("\(line.isGood ? "ok  " : "BAD ") \(Terminal.printable(line.text))")
        }
        guard verification.holds else { throw CommandError(.failed, "the certificate does not hold") }
    }
}
