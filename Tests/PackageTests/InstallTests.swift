import Foundation
import TestSupport
import Testing

/// What `make install` puts in place.
@Suite struct InstallTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func install() throws -> String {
        let root = folder.file("root")
        let run = try Tool(
            ":deploy/package/install", [], in: folder,
            environment: ["PROGRAMS": Programs.folder, "DESTDIR": root, "PREFIX": "/opt/relocation"])
        try #require(run.code == 0, "\(run.output)")
        return root + "/opt/relocation"
    }

    @Test func everythingIsInItsPlace() throws {
        let prefix = try install()
        let files = try FileManager.default.subpathsOfDirectory(atPath: prefix)
        for file in [
            "bin/relocation-enqueue", "bin/relocation-worker", "bin/relocation-backup", "bin/relocation-worker-env",
            "share/man/man1/relocation-enqueue-retry.1.gz", "share/man/man1/relocation-worker-export-global.1.gz",
            "share/bash-completion/completions/relocation-enqueue", "share/zsh/site-functions/_relocation-worker",
            "share/fish/vendor_completions.d/relocation-enqueue.fish", "lib/systemd/system/relocation-worker@.service",
            "share/doc/relocation/examples/prometheus/relocation.rules.yml",
            "share/doc/relocation/examples/grafana/relocation.json",
            "share/doc/relocation/examples/relocation.env", "share/doc/relocation/examples/redis.conf",
        ] { #expect(files.contains(file), "\(file)") }
        let unit = try String(
            contentsOfFile: prefix + "/lib/systemd/system/relocation-worker@.service", encoding: .utf8)
        #expect(unit.contains("ExecStart=/opt/relocation/bin/relocation-worker run"))
        let symbols = try Tool("nm", [prefix + "/bin/relocation-enqueue"], in: folder)
        #expect(symbols.output.contains("no symbols"), "the programs are stripped")
        let outside = try FileManager.default.contentsOfDirectory(atPath: folder.file("root"))
        #expect(outside == ["opt"], "nothing lies outside of the prefix")
    }

    @Test func theManualPagesAreSound() throws {
        for program in ["relocation-enqueue", "relocation-worker"] {
            let made = try Tool(
                ":deploy/package/man-pages", [Programs.folder + "/" + program, folder.file("man")], in: folder)
            #expect(made.code == 0, "\(made.output)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("man")).sorted()
        let pages =
            names.map { folder.file("man/\($0)") }
            + ["relocation-backup", "relocation-worker-env"].map { ":deploy/package/\($0).1" }
        // Links to other pages are no errors: they are not installed here.
        let lint = try Tool("mandoc", ["-T", "lint", "-W", "warning"] + pages, in: folder)
        #expect(lint.code == 0, "\(lint.output)")
        for page in ["relocation-enqueue.1", "relocation-enqueue-verify.1"] {
            let shown = try Tool(
                "man", ["--warnings", "-E", "ascii", "-l", folder.file("man/\(page)")], in: folder,
                environment: ["MANROFFOPT": "", "MANWIDTH": "100", "LC_ALL": "C.UTF-8"])
            #expect(shown.code == 0 && !shown.output.contains("warning"), "\(shown.output)")
        }
        // Every command has its page, and every option its line.
        let help = try Tool("relocation-enqueue", ["--help"], in: folder, environment: ["PATH": Tool.path])
        for command in help.output.matches(of: #/(?m)^  ([a-z]+) {3,}/#) {
            #expect(names.contains("relocation-enqueue-\(command.1).1"), "\(command.1)")
        }
        let retry = folder.read("man/relocation-enqueue-retry.1")
        #expect(retry.contains("\\-\\-skip\\-row") && retry.contains("\\-\\-accept\\-loss"))
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func theCompletionsAreSound(_ shell: String) throws {
        for program in ["relocation-enqueue", "relocation-worker"] {
            let script = try Tool(
                program, ["--generate-completion-script", shell], in: folder, environment: ["PATH": Tool.path])
            let file = try folder.write(script.output, to: "\(program).\(shell)")
            let check = try Tool(shell, ["-n", file], in: folder)
            #expect(script.code == 0 && check.code == 0, "\(check.output)")
        }
    }

    @Test func aShellCompletesUUIDs() throws {
        let redis = try RedisServer()
        let environment: [String: String?] = ["PATH": Tool.path, "RELOCATION_REDIS_URL": redis.url]
        let queued = try Tool(
            "relocation-enqueue", ["users", ":deploy/sample/users.json", "--silent"], in: folder,
            environment: environment)
        let uuid = queued.output.trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(queued.code == 0 && uuid.count == 36, "\(queued.output)")
        let script = try folder.write(
            """
            . /usr/share/bash-completion/bash_completion
            eval "$(relocation-enqueue --generate-completion-script bash)"
            COMP_WORDS=(relocation-enqueue retry "$1")
            COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE} COMP_CWORD=2
            $(complete -p relocation-enqueue | sed 's/.*-F \\([^ ]*\\).*/\\1/') relocation-enqueue "$1" retry
            printf '%s\\n' "${COMPREPLY[@]}"
            """, to: "complete")
        func offered(_ beginning: String, _ changes: [String: String?] = [:]) throws -> [String] {
            let run = try Tool(
                "bash", [script, beginning], in: folder, environment: environment.merging(changes) { $1 })
            return run.output.split(separator: "\n").map(String.init)
        }
        #expect(try offered("").contains(uuid))
        #expect(try offered(String(uuid.prefix(3))) == [uuid])
        #expect(try offered("zz").isEmpty)
        #expect(try offered(String(uuid.prefix(3)), ["RELOCATION_REDIS_URL": "redis://127.0.0.1:1/0"]).isEmpty)
    }
}
