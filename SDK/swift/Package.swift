// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
// The part of Ingot that a plugin in Swift is built with. `SDK/install.sh` puts the sources beside this file.
import PackageDescription

let package = Package(
    name: "ingot-plugin-kit",
    products: [
        .library(name: "PluginAPI", targets: ["PluginAPI"]),
        .library(name: "PluginKit", targets: ["PluginKit"]),
    ],
    targets: [
        .target(name: "PluginAPI"),
        .target(
            name: "PluginKit", dependencies: ["PluginAPI"],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]),
    ]
)
