// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    // Rooms are modules, and rows pass through several: what they call in each other is inlined as within one. Debug
    // builds, which all tests run, check exclusive access to class members; for releases that is up to a fifth of the time.
    .unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A room of the pipeline: a target of its own, so that the compiler keeps the rooms apart.
///
/// - Parameter embedded: folders of files that are compiled into the program
func room(_ name: String, _ dependencies: [Target.Dependency], embedded: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Pipeline/\(name)",
        resources: embedded.map { .embedInCode($0) }, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

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
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(name: "CHiredis", path: "Sources/CHiredis"),
        .systemLibrary(name: "CSQLite", path: "Sources/CSQLite"),
        .systemLibrary(name: "CPQ", path: "Sources/CPQ", pkgConfig: "libpq"),
        .systemLibrary(name: "CArchive", path: "Sources/CArchive"),
        .systemLibrary(name: "CZstd", path: "Sources/CZstd"),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib"),
        .systemLibrary(name: "CRdKafka", path: "Sources/CRdKafka"),
        .systemLibrary(name: "CMalloc", path: "Sources/CMalloc"),
        .systemLibrary(name: "COpenSSL", path: "Sources/COpenSSL"),
        .target(name: "CSimdJSON", path: "Sources/CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

        // The rooms, from the bottom up: each knows only rooms above it in this list.
        room("TextForms", []),
        room("Catalogue", ["TextForms"]),
        .target(
            name: "Failpoints", path: "Sources/Pipeline/Failpoints",
            swiftSettings: strict + [.define("FAILPOINTS", .when(configuration: .debug))]),
        room("ExportFormat", ["TextForms", "Catalogue", "CArchive", "CSimdJSON", "CZlib", crypto, cryptoExtras]),
        room("EventFormat", ["TextForms", "ExportFormat", crypto]),
        room("Adaptation", ["TextForms", "Catalogue", "ExportFormat"]),
        room("TaskFormat", ["TextForms", "CZstd", crypto]),
        room("Comparison", ["TextForms", "Catalogue", "ExportFormat"]),
        room("Sanitizing", ["TextForms", "Catalogue", "ExportFormat", crypto]),
        room("Cutting", ["Catalogue", "ExportFormat", "Adaptation", "TaskFormat"]),
        room("TLS", ["COpenSSL"]),
        room("Sockets", ["TLS"]),
        room("Traces", ["TextForms", "Sockets", tracing]),
        room("Queue", ["TLS", "CHiredis", "Failpoints", crypto]),
        room("Flow", ["Queue"]),
        room("Reporting", ["TextForms", "Catalogue", "Queue", "Flow"]),
        room(
            "Intake",
            ["Catalogue", "ExportFormat", "Adaptation", "TaskFormat", "Cutting", "Queue", "Flow", "Reporting"]),
        room("Storage", ["TextForms", "Catalogue", "CSQLite", "CPQ"]),
        room("Extraction", ["TextForms", "Catalogue", "ExportFormat", "Storage"]),
        room("Ledger", ["Catalogue", "Storage"]),
        room("Import", ["TextForms", "Catalogue", "Storage", "Ledger", "Failpoints", crypto]),
        room("Events", ["Catalogue", "ExportFormat", "EventFormat", "Storage", "Ledger"]),
        room("EventSinks", ["ExportFormat", "EventFormat", "Queue", "Events", "CRdKafka"]),
        room("Verification", ["Catalogue", "ExportFormat", "Comparison", "Storage", "Import"]),
        room("Undo", ["Catalogue", "Storage", "Ledger", "Import"]),
        room(
            "Relocation",
            [
                "Catalogue", "ExportFormat", "EventFormat", "TaskFormat", "Cutting", "Queue", "Flow", "Import",
                "Verification",
            ]),
        room(
            "Steps",
            [
                "Catalogue", "ExportFormat", "Comparison", "TaskFormat", "Cutting", "Queue", "Flow", "Storage",
                "Extraction", "Import", "Verification",
            ]),
        room("Notification", ["TextForms", "TLS", "Sockets", crypto, mustache]),
        room(
            "WorkerRuntime",
            [
                "Notification", "Traces", "TextForms", "Catalogue", "Comparison", "TaskFormat", "Queue", "Flow",
                "Storage",
                "Ledger", "Import", "Verification", "Undo", "Relocation", "Steps", "Failpoints", "ExportFormat",
                "Cutting", "Intake", "Extraction", "EventFormat", "Events", "EventSinks", logging, metrics,
            ]),
        room(
            "Operations",
            [
                "TextForms", "Catalogue", "ExportFormat", "EventFormat", "Adaptation", "TaskFormat", "Cutting", "Queue",
                "Flow", "Reporting", "Intake", "Traces", "Failpoints",
            ]),
        room(
            "CommandLine",
            [
                "Catalogue", "ExportFormat", "TaskFormat", "Sockets", "Queue", "Traces", "Reporting", "Operations",
                argumentParser,
                logging,
            ]),
        room(
            "Page", ["TextForms", "Catalogue", "Queue", "Reporting", crypto, mustache],
            embedded: ["Assets", "Templates"]),
        room(
            "Server",
            [
                "TextForms", "Catalogue", "ExportFormat", "Comparison", "Sanitizing", "TaskFormat", "Cutting", "Queue",
                "Flow", "Reporting", "Operations", "CommandLine", "Page", "Traces", hummingbird, hummingbirdCore,
                httpTypes, nio, logging, metrics,
                lifecycle,
                crypto,
            ]),
        .executableTarget(
            name: "Enqueue",
            dependencies: [
                "Catalogue", "ExportFormat", "Comparison", "Sanitizing", "Adaptation", "TaskFormat", "Cutting", "Queue",
                "Flow", "Operations",
                "Traces", "Reporting", "CommandLine", argumentParser,
            ],
            path: "Sources/Enqueue", swiftSettings: strict),
        .executableTarget(
            name: "Worker",
            dependencies: [
                "Catalogue", "ExportFormat", "TaskFormat", "Cutting", "Queue", "Storage", "Extraction", "Ledger",
                "Import", "Relocation", "Notification", "EventFormat", "Events", "EventSinks", "WorkerRuntime",
                "Traces", "Reporting", "CommandLine", "Server", "CMalloc", argumentParser, logging, signals, lifecycle,
            ],
            path: "Sources/Worker", swiftSettings: strict),

        // The torture program: no product to ship.
        .executableTarget(
            name: "Torture",
            dependencies: ["TestSupport", "Storage", "Catalogue", "CPQ", "CSQLite", argumentParser],
            path: "Tests/Torture", exclude: ["README.md"], swiftSettings: strict),
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "ExportFormat", "Cutting", "TaskFormat", "Queue", "Catalogue", "CHiredis", crypto, cryptoExtras,
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .executableTarget(
            name: "relocation-fuzz", dependencies: ["FuzzTargets", "CLibFuzzer"], path: "Tests/Fuzz/Runner",
            swiftSettings: strict),
        .target(name: "TestSupport", dependencies: [], path: "Tests/Support", swiftSettings: strict),
        // Both programs with servers of their own, for tests that run them.
        .target(
            name: "ProgramSupport", dependencies: ["TestSupport", "Storage", "Catalogue"],
            path: "Tests/ProgramSupport", swiftSettings: strict),
        // librdkafka's own mock cluster.
        .target(
            name: "KafkaSupport", dependencies: ["CRdKafka"], path: "Tests/KafkaSupport", swiftSettings: strict),
        tests("HouseTests", ["TestSupport"]),
        tests("TextFormsTests", ["TextForms"]),
        tests("CatalogueTests", ["Catalogue"]),
        tests(
            "ExportFormatTests",
            [
                "ExportFormat", "CSimdJSON", "Cutting", "TaskFormat", "TextForms", "Catalogue", "TestSupport", crypto,
                cryptoExtras,
            ]),
        tests(
            "AdaptationTests",
            ["Adaptation", "Cutting", "ExportFormat", "TaskFormat", "Catalogue", "TestSupport"]),
        tests("EventFormatTests", ["EventFormat", "ExportFormat", "TextForms", "TestSupport"]),
        tests("EventSinksTests", ["EventSinks", "Events", "EventFormat", "Queue", "KafkaSupport", "TestSupport"]),
        tests("EventsTests", ["Events", "EventFormat", "ExportFormat", "Storage", "Catalogue", "TestSupport"]),
        tests("ComparisonTests", ["Comparison", "ExportFormat", "Catalogue", "TestSupport"]),
        tests("SanitizingTests", ["Sanitizing", "ExportFormat", "TextForms", "Catalogue", "TestSupport", crypto]),
        tests("QueueTests", ["Queue", "TLS", "Reporting", "TestSupport"], exclude: ["Fixtures"]),
        tests("ReportingTests", ["Reporting", "TaskFormat", "Queue", "Catalogue", "TestSupport"]),
        tests("OperationsTests", ["Operations", "Reporting", "TaskFormat", "Queue", "Catalogue", "TestSupport"]),
        tests(
            "CommandLineTests",
            ["CommandLine", "ExportFormat", "Reporting", "Queue", "TestSupport", argumentParser, logging]),
        tests(
            "FlowTests",
            [
                "Flow", "Intake", "Operations", "ExportFormat", "TaskFormat", "Queue", "Catalogue", "TestSupport",
                cryptoExtras,
            ]),
        tests(
            "StepsTests",
            [
                "Steps", "Import", "Storage", "ExportFormat", "Cutting", "TaskFormat", "Flow", "Queue", "Catalogue",
                "TestSupport",
            ]),
        tests("StorageTests", ["Storage", "TextForms", "Catalogue", "TestSupport"]),
        tests("ExtractionTests", ["Extraction"]),
        tests(
            "ImportTests",
            [
                "Undo", "Import", "Ledger", "Storage", "ExportFormat", "Cutting", "Adaptation", "TaskFormat",
                "Catalogue",
                "TestSupport",
            ]),
        tests(
            "WorkerRuntimeTests",
            [
                "WorkerRuntime", "Notification", "Relocation", "ExportFormat", "Cutting", "TaskFormat", "Queue",
                "Storage",
                "Ledger", "Import", "Catalogue", "Failpoints", "TestSupport",
            ]),
        tests("PageTests", ["Page", "Reporting", "Queue", "Catalogue"]),
        // The page in a headless Chromium.
        tests("BrowserTests", ["ProgramSupport", "TestSupport"], exclude: ["drive.py"]),
        tests("TracesTests", ["Traces", "TestSupport", tracing]),
        tests("NotificationTests", ["Notification", "TLS", "TextForms", "TestSupport", crypto]),
        tests("FuzzTests", ["FuzzTargets", "TestSupport"]),
        // Packages, containers and the documentation: what runs scripts and foreign tools.
        tests("PackageTests", ["TestSupport"], exclude: ["throwaway", "dockerfile", "deb-life"]),
        tests(
            "FaultTests",
            [
                "Operations", "WorkerRuntime", "Relocation", "ExportFormat", "Cutting", "TaskFormat",
                "Queue",
                "CommandLine", "EventSinks", "Reporting", "Storage", "Ledger", "Import", "Catalogue", "Failpoints",
                "TestSupport",
                logging,
            ]),
        tests("TortureTests", ["TestSupport"]),
        tests(
            "EndToEndTests",
            ["ProgramSupport", "KafkaSupport", "TestSupport", "Storage", "Catalogue", crypto, cryptoExtras]),
        tests(
            "ServerTests",
            ["Server", "Operations", "Queue", "Reporting", "CommandLine", "ProgramSupport", "TestSupport", httpTypes],
            exclude: ["schemathesis.toml", "relocation.test.yml"]),
        tests(
            "SafetyTests",
            [
                "WorkerRuntime", "Relocation", "ExportFormat", "Cutting", "TaskFormat", "Queue", "CommandLine",
                "Reporting", "Storage", "Catalogue", "ProgramSupport", "TestSupport", argumentParser,
            ]),
    ],
    cxxLanguageStandard: .cxx17
)
