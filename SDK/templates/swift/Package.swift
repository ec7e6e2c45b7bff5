// swift-tools-version: 6.2
// SPDX-License-Identifier: 0BSD
import PackageDescription

// Where Ingot's SDK has PluginKit, and the script that exports the entry point only; the Makefile asks pkg-config.
let kit = Context.environment["INGOT_PLUGIN_KIT"] ?? "/usr/local/share/ingot/ingot-plugin-kit"

let package = Package(
    name: "skeleton",
    products: [.library(name: "driver", type: .dynamic, targets: ["Driver"])],
    dependencies: [.package(path: kit)],
    targets: [
        .target(
            name: "Driver",
            dependencies: [
                .product(name: "PluginAPI", package: "ingot-plugin-kit"),
                .product(name: "PluginKit", package: "ingot-plugin-kit"),
            ],
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--version-script=\(kit)/../plugin.map", "-Xlinker", "--as-needed"])
            ])
    ]
)
