// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "queue-rate",
    dependencies: [.package(name: "relocation", path: "../..")],
    targets: [
        .executableTarget(
            name: "QueueRate", dependencies: [.product(name: "Queue", package: "relocation")],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
    ]
)
