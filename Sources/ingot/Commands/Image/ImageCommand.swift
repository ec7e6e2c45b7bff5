// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `ingot image …`.
struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Whole-disk images in the repository.",
        subcommands: [ImageAdd.self, ImageList.self, ImageDelete.self])
}
