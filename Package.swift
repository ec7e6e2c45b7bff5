// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let warnings: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

/// AES-CBC, which RMCP+ asks for, is in swift-crypto's extras.
let aes: [Target.Dependency] = [.product(name: "CryptoExtras", package: "swift-crypto")]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

/// A plugin exports its entry point and nothing else.
let exportsOnlyEntry: [LinkerSetting] = [
    .unsafeFlags([
        "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/plugin.map", "-Xlinker", "--as-needed",
    ])
]

let package = Package(
    name: "ingot",
    products: [
        .executable(name: "ingot", targets: ["ingot"]),
        .executable(name: "ingot-worker", targets: ["ingot-worker"]),
        .library(name: "ingot-ipmi", type: .dynamic, targets: ["IPMIEntry"]),
        .library(name: "ingot-redfish", type: .dynamic, targets: ["RedfishEntry"]),
        .library(name: "ingot-outlet", type: .dynamic, targets: ["OutletEntry"]),
        .library(name: "ingot-manual", type: .dynamic, targets: ["ManualEntry"]),
        .library(name: "ingot-loongson", type: .dynamic, targets: ["LoongsonEntry"]),
        .library(name: "ingot-diskimage", type: .dynamic, targets: ["DiskImageEntry"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    ],
    targets: [
        // Floor 0
        .target(name: "PluginAPI", cSettings: warnings),
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")] + warnings),
        // Floor 1
        .target(name: "PluginWire", swiftSettings: strict),
        .target(name: "PluginWorker", dependencies: ["PluginAPI", "CLinux", "PluginWire"], swiftSettings: strict),
        .executableTarget(name: "ingot-worker", dependencies: ["PluginWorker"], swiftSettings: strict),
        .target(name: "PlainHTTP", dependencies: nio, swiftSettings: strict),
        // Floor 2
        .target(
            name: "Store",
            dependencies: [
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(name: "PluginKit", dependencies: ["PluginAPI"], swiftSettings: strict),
        .target(name: "BMCModel", swiftSettings: strict),
        .target(name: "Scaffold", swiftSettings: strict),
        // Floor 3
        .target(
            name: "Host",
            dependencies: [
                "PluginAPI", "CLinux", "PluginWire", "PluginWorker",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .target(
            name: "PXE",
            dependencies: ["CLinux"] + nio,
            swiftSettings: strict),
        .target(
            name: "IPMISimulator",
            dependencies: ["BMCModel", "CLinux", .product(name: "Crypto", package: "swift-crypto")] + nio + aes,
            swiftSettings: strict),
        .target(
            name: "RedfishSimulator",
            dependencies: [
                "BMCModel",
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Crypto", package: "swift-crypto"),
            ] + nio,
            swiftSettings: strict),
        .target(name: "LineSimulator", dependencies: ["BMCModel"] + nio, swiftSettings: strict),
        .target(name: "OutletSimulator", dependencies: ["BMCModel"] + nio, swiftSettings: strict),
        // Floor 4
        .target(
            name: "Simulators",
            dependencies: [
                "BMCModel", "CLinux", "IPMISimulator", "PXE", "PlainHTTP",
                .product(name: "Crypto", package: "swift-crypto"),
            ] + nio,
            swiftSettings: strict),
        .target(
            name: "Trace",
            dependencies: [
                "BMCModel", "Host", "IPMISimulator", "LineSimulator", "RedfishSimulator",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // Floor 5
        .target(
            name: "PMONSimulator",
            dependencies: ["BMCModel", "OutletSimulator", "PXE", "Simulators"] + nio, swiftSettings: strict),
        .target(
            name: "Control",
            dependencies: [
                "Host", "PXE", "Store",
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        // Floor 6
        .target(
            name: "Server",
            dependencies: [
                "Control", "Host", "PXE", "Store",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "Conformance",
            dependencies: [
                "BMCModel", "CLinux", "Host", "IPMISimulator", "LineSimulator", "OutletSimulator",
                "PMONSimulator", "PXE", "PluginAPI", "PluginWorker", "RedfishSimulator", "Trace",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // Floor 7
        .executableTarget(
            name: "ingot",
            dependencies: [
                "BMCModel", "Conformance", "Control", "Host", "IPMISimulator", "LineSimulator",
                "OutletSimulator", "PMONSimulator", "PlainHTTP", "PXE", "RedfishSimulator", "Scaffold", "Server",
                "Simulators", "Store",
                "Trace",
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        // Measures what isolation costs; `make bench`.
        .executableTarget(
            name: "ingot-bench",
            dependencies: ["Host", "PluginAPI", .product(name: "Logging", package: "swift-log")], path: "Benchmarks",
            exclude: ["ipmi-sweep", "redfish-sweep"], swiftSettings: strict),
        // The BMCs that Benchmarks/ipmi-sweep sweeps.
        .executableTarget(
            name: "ipmi-farm", dependencies: ["BMCModel", "IPMISimulator"], path: "Benchmarks/ipmi-sweep/Farm",
            swiftSettings: strict),

        // Plugins. The code is in Core, so that tests can use it; Entry is the one exported function.
        .target(
            name: "DiskImage", dependencies: ["PluginKit"], path: "Plugins/Installers/DiskImage/Core",
            swiftSettings: strict),
        .target(
            name: "DiskImageEntry", dependencies: ["PluginAPI", "PluginKit", "DiskImage"],
            path: "Plugins/Installers/DiskImage/Entry", swiftSettings: strict, linkerSettings: exportsOnlyEntry),
        .systemLibrary(
            name: "CFreeIPMI", path: "Plugins/IPMI/CFreeIPMI", pkgConfig: "libfreeipmi",
            providers: [.apt(["libfreeipmi-dev"])]),
        .systemLibrary(
            name: "CGcrypt", path: "Plugins/IPMI/CGcrypt", pkgConfig: "libgcrypt",
            providers: [.apt(["libgcrypt20-dev"])]),
        .target(
            name: "CIPMIDatagrams", path: "Plugins/IPMI/CDatagrams", cSettings: [.define("_GNU_SOURCE")] + warnings),
        .target(
            name: "IPMI", dependencies: ["CFreeIPMI", "CGcrypt", "CIPMIDatagrams", "PluginKit"],
            path: "Plugins/IPMI/Core",
            swiftSettings: strict),
        .target(
            name: "IPMIEntry", dependencies: ["PluginAPI", "PluginKit", "IPMI"], path: "Plugins/IPMI/Entry",
            swiftSettings: strict, linkerSettings: exportsOnlyEntry),

        .systemLibrary(
            name: "CCurl", path: "Plugins/Redfish/CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "Redfish", dependencies: ["CCurl", "PluginKit"], path: "Plugins/Redfish/Core",
            swiftSettings: strict),
        .target(
            name: "RedfishEntry", dependencies: ["PluginAPI", "PluginKit", "Redfish"], path: "Plugins/Redfish/Entry",
            swiftSettings: strict, linkerSettings: exportsOnlyEntry),

        .target(
            name: "CNetSNMP", path: "Plugins/Outlet/CNetSNMP", cSettings: [.define("_GNU_SOURCE")] + warnings,
            linkerSettings: [.linkedLibrary("netsnmp")]),
        .target(
            name: "Outlet", dependencies: ["CNetSNMP", "PluginKit"], path: "Plugins/Outlet/Core",
            swiftSettings: strict),
        .target(
            name: "OutletEntry", dependencies: ["PluginAPI", "PluginKit", "Outlet"], path: "Plugins/Outlet/Entry",
            swiftSettings: strict, linkerSettings: exportsOnlyEntry),

        .target(name: "Manual", dependencies: ["PluginKit"], path: "Plugins/Manual/Core", swiftSettings: strict),
        .target(
            name: "ManualEntry", dependencies: ["PluginAPI", "PluginKit", "Manual"],
            path: "Plugins/Manual/Entry", swiftSettings: strict, linkerSettings: exportsOnlyEntry),

        .target(
            name: "Loongson", dependencies: ["IPMI", "Outlet", "PluginKit"], path: "Plugins/Loongson/Core",
            swiftSettings: strict),
        .target(
            name: "LoongsonEntry", dependencies: ["PluginAPI", "PluginKit", "Loongson"],
            path: "Plugins/Loongson/Entry", swiftSettings: strict, linkerSettings: exportsOnlyEntry),

        .target(
            name: "PluginTesting", dependencies: ["PluginAPI"], path: "Tests/PluginTesting", swiftSettings: strict),
        .testTarget(
            name: "CLITests",
            dependencies: ["ingot", .product(name: "ArgumentParser", package: "swift-argument-parser")] + nio,
            swiftSettings: strict),
        .testTarget(
            name: "ControlTests",
            dependencies: ["Control", "Host", "PXE", "Store", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .testTarget(
            name: "DiskImageTests", dependencies: ["PluginAPI", "PluginKit", "DiskImage", "Yams"], swiftSettings: strict
        ),
        .testTarget(
            name: "HostTests",
            dependencies: [
                "BMCModel", "CLinux", "Host", "IPMISimulator", "PluginAPI", "PluginWorker", "RedfishSimulator",
                "ingot-worker",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IPMITests",
            dependencies: [
                "BMCModel", "CFreeIPMI", "IPMI", "IPMISimulator", "PluginAPI", "PluginKit", "PluginTesting",
            ],
            swiftSettings: strict),
        .testTarget(name: "BMCModelTests", dependencies: ["BMCModel"], swiftSettings: strict),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["BMCModel", "Conformance", "Host", "PluginWorker", "ingot", "ingot-worker"],
            swiftSettings: strict),
        .testTarget(
            name: "IPMISimulatorTests", dependencies: ["BMCModel", "IPMISimulator"] + nio, swiftSettings: strict),
        .testTarget(
            name: "LineSimulatorTests", dependencies: ["BMCModel", "LineSimulator"] + nio, swiftSettings: strict),
        .testTarget(
            name: "OutletSimulatorTests", dependencies: ["BMCModel", "OutletSimulator"] + nio, swiftSettings: strict),
        .testTarget(
            name: "RedfishSimulatorTests", dependencies: ["BMCModel", "RedfishSimulator"] + nio, swiftSettings: strict),
        .testTarget(
            name: "RedfishTests",
            dependencies: ["BMCModel", "PluginAPI", "PluginKit", "PluginTesting", "Redfish", "RedfishSimulator"],
            swiftSettings: strict),
        .testTarget(
            name: "ScaffoldTests",
            dependencies: [
                "BMCModel", "Host", "LineSimulator", "Scaffold", "ingot", "ingot-worker",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TraceTests", dependencies: ["BMCModel", "Host", "Trace", "ingot-worker"], swiftSettings: strict),
        .testTarget(name: "LayoutTests", swiftSettings: strict),
        .testTarget(
            name: "PMONSimulatorTests",
            dependencies: ["BMCModel", "OutletSimulator", "PMONSimulator", "PXE"] + nio, swiftSettings: strict),
        .testTarget(
            name: "PluginKitTests", dependencies: ["PluginAPI", "PluginKit", "PluginTesting"], swiftSettings: strict),
        .testTarget(
            name: "OutletTests", dependencies: ["CNetSNMP", "Outlet", "PluginAPI", "PluginKit", "PluginTesting"],
            exclude: ["pdu.sh"],
            swiftSettings: strict),
        .testTarget(
            name: "LoongsonTests",
            dependencies: [
                "BMCModel", "Host", "IPMISimulator", "Loongson", "OutletSimulator", "PMONSimulator", "PXE", "PluginAPI",
                "PluginKit", "PluginTesting", "ingot-worker", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(name: "PluginWireTests", dependencies: ["PluginWire"], swiftSettings: strict),
        .testTarget(name: "PXETests", dependencies: ["PXE"] + nio, swiftSettings: strict),
        .testTarget(
            name: "SimulatorsTests",
            dependencies: ["Simulators", "PXE", .product(name: "Crypto", package: "swift-crypto")] + nio,
            swiftSettings: strict),
        .testTarget(name: "StoreTests", dependencies: ["Store"], swiftSettings: strict),
        .testTarget(
            name: "SystemTests", dependencies: ["BMCModel", "OutletSimulator", "ingot", "ingot-worker"],
            swiftSettings: strict),
    ]
)
