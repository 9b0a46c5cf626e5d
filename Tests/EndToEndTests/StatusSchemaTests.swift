import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What `status --json` prints is what docs/status.schema.json says, with no member that it does not know.
@Suite struct StatusSchemaTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let script = """
        import json, sys, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        for path in sys.argv[2:]:
            for error in jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(path))):
                print(path, list(error.path), error.message[:300])
        """

    @Test func statesOfAllKinds() throws {
        let installation = try Installation()
        let folder = installation.folder
        var outputs: [String] = []
        func keep(_ uuid: String) throws {
            let text = try installation.enqueue("status", uuid, "--json").output
            outputs.append(try folder.write(text, to: "status-\(outputs.count).json"))
        }
        let good = try folder.write(try SampleExport.json(SampleExport.users(3)), to: "good.json")
        let bad = try folder.write(
            #"[{"model":"sentry.user","pk":1,"fields":{"username":"\#(String(repeating: "a", count: 200))"}}]"#,
            to: "bad.json")
        let first = try installation.enqueue("users", good).lastLine
        try keep(first)
        let failing = try installation.enqueue("users", bad).lastLine
        let paused = try installation.enqueue("users", good).lastLine
        #expect(try installation.enqueue("pause", paused).code == 0)
        try keep(paused)
        let cancelled = try installation.enqueue("users", good).lastLine
        #expect(try installation.enqueue("cancel", cancelled).code == 0)
        try keep(cancelled)
        _ = try installation.worker("run", "--drain")
        try keep(first)
        try keep(failing)
        let verified = try installation.enqueue("verify", first, good)
        let undone = try installation.enqueue("undo", first, "--no-prompt")
        #expect(verified.code == 0 && undone.code == 0, "\(verified.errors)\(undone.errors)")
        try keep(first)
        _ = try installation.worker("run", "--drain")
        try keep(first)
        let python = Self.root + "/.build/python/bin/python"
        let child = try ChildProcess(
            python, ["-c", Self.script, Self.root + "/docs/status.schema.json"] + outputs, output: folder.file("out"),
            errors: folder.file("out"))
        #expect(child.wait() == 0 && folder.read("out").isEmpty, "\(folder.read("out"))")
    }
}
