import Foundation
import TestSupport
import Testing

/// Every command of the documentation runs, and prints what the documentation says.
@Suite struct DocumentationTests {
    private static let files = [
        "README.md", "deploy/README.md", "docs/comparison.md", "docs/configuration.md", "docs/guarantees.md",
        "docs/how-it-works.md", "docs/http.md", "docs/page.md", "docs/runbook.md", "docs/security.md",
        "docs/traces.md", "docs/tutorial.md",
        "docs/upgrade.md",
        "docs/versions.md",
    ]
    private static let withoutCommands: Set = [
        "docs/comparison.md", "docs/configuration.md", "docs/guarantees.md", "docs/how-it-works.md", "docs/versions.md",
    ]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: files.filter { !withoutCommands.contains($0) })
    func everyCommandRuns(_ file: String) throws {
        let redis = try RedisServer()
        var environment: [String: String?] = [
            "PATH": Tool.path, "TEST_ROOT": Tool.root, "TEST_FOLDER": folder.path, "TEST_REDIS_URL": redis.url,
            "TEST_HTTP_ADDRESS": "127.0.0.1:\(try freePort())",
            "TEST_DATABASE_URL": "sqlite://" + folder.file("destination.sqlite"), "RELOCATION_DESTINATION": nil,
            "SUDO_USER": nil,
        ]
        if try Tool.text(file).contains("berlin.example") {
            environment["TEST_DATABASE_A"] = try PostgresServer.shared().createDatabase()
            environment["TEST_DATABASE_B"] = try PostgresServer.shared().createDatabase()
        }
        let migrate = try Tool(
            "relocation-worker", ["migrate", "--database-url", "sqlite://" + folder.file("destination.sqlite")],
            in: folder, environment: ["PATH": Tool.path])
        try #require(migrate.code == 0, "\(migrate.output)")
        let run = try Tool(":Tests/Documentation/run", [":" + file], in: folder, environment: environment)
        #expect(run.code == 0, "\(run.output)")
    }

    /// What the runner does not see: a command with another output, an exit code that is not the expected one.
    @Test func theRunnerNoticesWhatIsWrong() throws {
        let file = try folder.write(
            """
            ```console
            $ echo one
            two
            $ printf 'a\\nb\\nc\\n'
            a
            …
            c
            $ (exit 3)
            [exit 4]
            ```
            ```sh
            false
            ```
            <!-- test: elsewhere -->
            ```sh
            echo here
            ```
            """, to: "wrong.md")
        let run = try Tool(
            ":Tests/Documentation/run", [file], in: folder,
            environment: [
                "TEST_ROOT": Tool.root, "TEST_FOLDER": folder.path, "TEST_REDIS_URL": "", "TEST_DATABASE_URL": "",
            ])
        #expect(run.code == 1 && run.output.hasSuffix("5 commands, 4 failures\n"), "\(run.output)")
    }

    @Test func noFileIsForgotten() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Tool.root + "/docs").filter {
            $0.hasSuffix(".md")
        }
        #expect(Set(names.map { "docs/" + $0 }).isSubset(of: Self.files))
        for file in Self.withoutCommands {
            let text = try Tool.text(file)
            #expect(!text.contains("```") && !text.contains("\n    "), "\(file) has a block that no test runs")
        }
        #expect(try Tool.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
    }

    @Test(arguments: files) func everyLinkLeadsSomewhere(_ file: String) throws {
        let folder = URL(fileURLWithPath: Tool.root + "/" + file).deletingLastPathComponent()
        for link in try Tool.text(file).matches(of: #/\]\(([^)#:]*)(?:#([^)]*))?\)/#) {
            let target = link.1.isEmpty ? Tool.root + "/" + file : folder.appendingPathComponent(String(link.1)).path
            #expect(FileManager.default.fileExists(atPath: target), "\(file): \(link.0)")
            guard let anchor = link.2 else { continue }
            let headings = try String(contentsOfFile: target, encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("#") }
                .map {
                    $0.drop { $0 == "#" || $0 == " " }.lowercased().filter {
                        $0.isLetter || $0.isNumber || " -".contains($0)
                    }
                    .replacing(" ", with: "-")
                }
            #expect(headings.contains(String(anchor)), "\(file): \(link.0)")
        }
    }

    @Test func theConfigurationTableIsThatOfThePrograms() throws {
        let check = try Tool(":docs/generate-configuration", ["--check", Programs.folder], in: folder)
        #expect(check.code == 0, "\(check.output)")
        let table = try Tool.text("docs/configuration.md")
        for name in try Tool.text("deploy/relocation.env").matches(of: #/(?m)^#?(RELOCATION_[A-Z_]+)=/#) {
            let hasFile = name.1.hasSuffix("URL_FILE") || name.1.hasSuffix("TOKEN_FILE")
            let variable = hasFile ? name.1.dropLast(5) : name.1
            #expect(table.contains("| `\(variable)` |"), "deploy/relocation.env: \(name.1)")
        }
    }

    @Test func thePicturesAreThoseOfTheirTexts() throws {
        let check = try Tool(":docs/pictures/draw", ["--check"], in: folder)
        #expect(check.code == 0, "\(check.output)")
        #expect(try Tool.text("docs/how-it-works.md").matches(of: #/!\[[^\]]+\]\(pictures/#).count == 5)
    }

    @Test func theDemoRuns() throws {
        let demo = try Tool(
            ":deploy/demo", [], in: folder, environment: ["PROGRAMS": Programs.folder, "RELOCATION_DESTINATION": nil])
        #expect(demo.code == 0 && demo.output.contains("SUCCESS"), "\(demo.output)")
    }

    @Test func theDemoOnPostgresFailsRetriesAndShowsThePage() throws {
        let demo = try Tool(
            ":deploy/demo-postgres", [], in: folder,
            environment: ["PROGRAMS": Programs.folder, "RELOCATION_DESTINATION": nil])
        #expect(demo.code == 0, "\(demo.output)")
        for words in ["violates the check no_websites", "SUCCESS, COMPLETED", "<title>", "retried", "website"] {
            #expect(demo.output.contains(words), "\(words): \(demo.output)")
        }
        // Two screens.
        #expect(demo.output.split(separator: "\n").count <= 110)
    }
}
