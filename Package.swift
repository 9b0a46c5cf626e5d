// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A room of the pipeline: a target of its own, so that the compiler keeps the rooms apart.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/Pipeline/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "relocation",
    products: [
        .executable(name: "relocation-enqueue", targets: ["Enqueue"]),
        .executable(name: "relocation-worker", targets: ["Worker"]),
        // For Benchmarks/queue, a package of its own.
        .library(name: "Queue", targets: ["Queue"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CHiredis", path: "Sources/CHiredis"),
        .systemLibrary(name: "CSQLite", path: "Sources/CSQLite"),
        .systemLibrary(name: "CPQ", path: "Sources/CPQ", pkgConfig: "libpq"),
        .systemLibrary(name: "CArchive", path: "Sources/CArchive"),
        .systemLibrary(name: "CZstd", path: "Sources/CZstd"),
        .systemLibrary(name: "CMalloc", path: "Sources/CMalloc"),
        .target(name: "CSimdJSON", path: "Sources/CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

        room("Catalogue", []),
        .target(
            name: "Failpoints", path: "Sources/Pipeline/Failpoints",
            swiftSettings: strict + [.define("FAILPOINTS", .when(configuration: .debug))]),
        room("Export", ["Catalogue", "CArchive", "CSimdJSON", "CZstd", crypto, cryptoExtras]),
        room("Queue", ["CHiredis", "Failpoints"]),
        room("Storage", ["Catalogue", "CSQLite", "CPQ"]),
        room("Import", ["Catalogue", "Storage", "Failpoints", crypto]),
        room("Console", ["Catalogue", "Queue", argumentParser, logging]),
        room("Flow", ["Catalogue", "Export", "Queue", "Storage", "Import", "Failpoints", logging, metrics]),
        .executableTarget(
            name: "Enqueue",
            dependencies: ["Catalogue", "Export", "Queue", "Console", "Failpoints", argumentParser, logging],
            path: "Sources/Enqueue", swiftSettings: strict),
        .executableTarget(
            name: "Worker",
            dependencies: [
                "Flow", "Export", "Console", "Queue", "Storage", "Import", "Catalogue", "CMalloc", argumentParser,
                logging, signals,
            ],
            path: "Sources/Worker", swiftSettings: strict),

        // The torture program: no product to ship.
        .executableTarget(
            name: "Torture", dependencies: ["TestSupport", "Storage", "Catalogue", "CPQ", argumentParser],
            path: "Tests/Torture", exclude: ["README.md"], swiftSettings: strict),
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .target(
            name: "FuzzTargets", dependencies: ["Export", "Queue", "Catalogue", "CHiredis", crypto, cryptoExtras],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .executableTarget(
            name: "relocation-fuzz", dependencies: ["FuzzTargets", "CLibFuzzer"], path: "Tests/Fuzz/Runner",
            swiftSettings: strict),
        .target(name: "TestSupport", dependencies: [], path: "Tests/Support", swiftSettings: strict),
        tests("CatalogueTests", ["Catalogue"]),
        tests("ExportTests", ["Export", "Catalogue", "TestSupport", crypto, cryptoExtras]),
        tests("QueueTests", ["Queue", "Console", "Catalogue", "TestSupport", argumentParser, logging]),
        tests("StorageTests", ["Storage", "Catalogue", "TestSupport"]),
        tests("ImportTests", ["Import", "Storage", "Export", "Catalogue", "TestSupport"]),
        tests("FlowTests", ["Flow", "Export", "Queue", "Storage", "Import", "Catalogue", "TestSupport"]),
        tests("FuzzTests", ["FuzzTargets", "TestSupport"]),
        tests(
            "FaultTests",
            [
                "Enqueue", "Flow", "Export", "Queue", "Console", "Storage", "Import", "Catalogue", "Failpoints",
                "TestSupport", logging,
            ]),
        tests("TortureTests", ["TestSupport"]),
        tests("EndToEndTests", ["TestSupport", "Storage", "Catalogue", crypto, cryptoExtras]),
        tests(
            "SafetyTests",
            ["Flow", "Export", "Queue", "Console", "Storage", "Catalogue", "TestSupport", argumentParser]),
    ],
    cxxLanguageStandard: .cxx17
)
