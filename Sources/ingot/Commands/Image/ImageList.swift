// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Control

/// `ingot image list`.
struct ImageList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all images.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let images = try await options.client().list(["images"], key: "images")
        Output.standard.print(images, options.output) { Self.table(images).rendered() }
    }

    /// The images as a table.
    static func table(_ images: JSONValue) -> Table {
        var table = Table(["NAME", ">SIZE", "COMPRESSION", "INSTALLER", "SHA256", "ADDED"])
        for image in images.elements ?? [] {
            let size = image["size_bytes"].whole
            table.add([
                image["name"].text, size.map(Units.bytes), image["compression"].text, image["installer"].text,
                image["sha256"].text.map { String($0.prefix(16)) },
                Timestamp.date(image["added"]).map(Timestamp.text),
            ])
        }
        return table
    }
}
