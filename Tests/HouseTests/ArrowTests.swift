import Foundation
import Testing

@Suite("Arrows between rooms point one way")
struct ArrowTests {
    private let manifest: PackageManifest
    private let files: [SourceFile]

    init() throws {
        manifest = PackageManifest(try Repository.text("Package.swift"))
        files = try Repository.swiftFiles(under: "Sources")
    }

    @Test("Every folder of the pipeline is a room with a place in the order")
    func everyRoomHasAPlace() throws {
        let folders = Set(files.map(\.room))
        #expect(folders == Set(House.rooms))
        #expect(folders.isSubset(of: Set(manifest.arrows.keys)))
    }

    @Test("In Package.swift no room depends on one above it")
    func manifestArrows() {
        for (room, others) in manifest.arrows where House.rooms.contains(room) {
            for other in others where House.rooms.contains(other) {
                #expect(House.allows(room, toKnow: other), "Package.swift: \(room) must not depend on \(other)")
            }
        }
    }

    @Test("No file imports a room above its own, or one that Package.swift does not give it")
    func imports() {
        for file in files {
            for (module, line) in file.imports where House.rooms.contains(module) {
                #expect(
                    House.allows(file.room, toKnow: module), "\(file.path):\(line): \(file.room) imports \(module)")
                #expect(
                    manifest.arrows[file.room]?.contains(module) == true,
                    "\(file.path):\(line): Package.swift lacks the arrow from \(file.room) to \(module)")
            }
        }
    }

    @Test("Package.swift has no arrow that no import uses")
    func unusedArrows() {
        for room in House.rooms {
            let imported = Set(files.filter { $0.room == room }.flatMap { $0.imports.map(\.module) })
            let unused = (manifest.arrows[room] ?? []).intersection(House.rooms).subtracting(imported)
            #expect(unused.isEmpty, "Package.swift: \(room) never imports \(unused.sorted())")
        }
    }

    @Test("Each C library is imported in one room only")
    func cLibraries() {
        var seen: [String: Set<String>] = [:]
        for file in files {
            for (module, line) in file.imports {
                guard let allowed = House.cModules[module] else { continue }
                seen[module, default: []].insert(file.room)
                #expect(
                    allowed.contains(file.room), "\(file.path):\(line): only \(allowed.sorted()) may import \(module)")
            }
        }
        #expect(seen == House.cModules)
    }

    @Test("The enqueuer reaches no room that knows a database")
    func enqueuerNeedsNoDatabase() {
        let reached = manifest.reached(from: "Enqueue")
        #expect(reached.isSuperset(of: ["Queue", "Cutting", "Operations"]))
        #expect(reached.isDisjoint(with: House.databaseRooms.union(["CPQ", "CSQLite"])))
    }
}

@Suite("What the arrow tests read")
struct ArrowReaderTests {
    @Test("A manifest's targets and what they depend on")
    func manifest() {
        let text = """
            let package = Package(
                targets: [
                    .target(name: "Low", path: "Sources/Low"),
                    room("Middle", ["Low", crypto]),
                    .executableTarget(
                        name: "High",
                        dependencies: [
                            "Middle",
                            logging,
                        ],
                        path: "Sources/High", exclude: ["README.md"]),
                ])
            """
        let manifest = PackageManifest(text)
        #expect(manifest.arrows == ["Low": [], "Middle": ["Low"], "High": ["Middle"]])
        #expect(manifest.reached(from: "High") == ["Middle", "Low"])
    }

    @Test(
        "The forms of an import",
        arguments: [
            ("import Queue", "Queue"), ("public import Queue", "Queue"), ("@testable import Queue", "Queue"),
            ("@preconcurrency internal import CPQ", "CPQ"), ("    import Queue", "Queue"),
        ])
    func imports(line: String, module: String) {
        #expect(SourceFile(path: "Sources/Worker/A.swift", lines: [line]).imports.map(\.module) == [module])
    }

    @Test(
        "A sentence that begins with import is not an import",
        arguments: ["import succeeds or nothing", "// import Queue"])
    func noImports(line: String) {
        #expect(SourceFile(path: "Sources/Worker/A.swift", lines: [line]).imports.isEmpty)
    }

    @Test("A room may know those below it only, and a narrow one fewer")
    func order() {
        #expect(House.allows("Cutting", toKnow: "ExportFormat"))
        #expect(!House.allows("ExportFormat", toKnow: "Cutting"))
        #expect(!House.allows("Queue", toKnow: "Queue"))
        #expect(!House.allows("Queue", toKnow: "Catalogue"))
        #expect(!House.allows("Cutting", toKnow: "Cellar"))
    }
}
