import ExportFormat
import Foundation
import TestSupport
import Testing

@testable import CommandLine

/// Programs that encrypt or decrypt a key.
@Suite struct KeyProgramTests {
    private func answer(_ command: String, to question: String = "question") throws -> String {
        let program = try KeyProgram(command, flag: "--x-command")
        return String(decoding: try program.answer(to: Array(question.utf8)), as: UTF8.self)
    }

    private func refusal(_ command: String) throws -> ExportError {
        try #require(throws: ExportError.self) { try answer(command) }
    }

    @Test func aProgramReadsAndAnswers() throws {
        #expect(try answer("tr a-z A-Z") == "QUESTION")
        #expect(try answer("cat") == "question")
        // It need not read.
        #expect(try answer("echo hello") == "hello\n")
        #expect(try answer("cat", to: String(repeating: "x", count: 4096)).count == 4096)
    }

    /// No shell: only quotes are special.
    @Test func wordsAreSplitAtBlanks() throws {
        #expect(try answer(#"printf %s: a "b c"  'd "e'""  "" $HOME ; *"#) == #"a:b c:d "e::$HOME:;:*:"#)
        #expect(try answer(#"printf %s: a'b'c"d""#) == "abcd:")
    }

    @Test func aCommandThatIsNoneIsAUsageError() {
        for command in ["", "  ", "'", "a \"b", "'' a"] {
            let failure = #expect(throws: CommandFailure.self) { try KeyProgram(command, flag: "--x-command") }
            #expect(failure?.status == .usage && failure?.message.contains("--x-command") == true)
        }
    }

    @Test func aProgramThatFailsIsNamed() throws {
        let folder = try TemporaryFolder()
        #expect(try refusal("sh -c 'exit 3'").message.hasPrefix("sh has ended with exit code 3"))
        #expect(try refusal("sh -c 'kill -9 $$'").message.hasPrefix("sh has ended with signal 9"))
        #expect(try refusal("no-such-program").kind == .notFound)
        let plain = try folder.write("text", to: "plain")
        #expect(try refusal(plain).kind == .permission)
        let talkative = try refusal("yes")
        #expect(talkative.kind == .tooLarge && talkative.message.contains("4096"))
        #expect(throws: ExportError.self) { try answer("cat", to: String(repeating: "x", count: 4097)) }
    }

    /// One that waits for somebody, one that goes on after its answer, and one whose child keeps the pipe open.
    @Test(arguments: ["sleep 600", "sh -c 'echo key; exec >&-; exec sleep 600'", "sh -c 'sleep 5 & exit 0'"])
    func aProgramThatDoesNotEndIsKilled(_ command: String) throws {
        let program = try KeyProgram(command, flag: "--x-command", limit: .milliseconds(300))
        let start = ContinuousClock.now
        let error = try #require(throws: ExportError.self) { try program.answer(to: []) }
        #expect(error.kind == .tooSlow && error.kind.exitCode == 75 && error.message.contains("was killed"), "\(error)")
        #expect(start.duration(to: .now) < .seconds(4))
        #expect(KeyProgram.timeLimit == .seconds(60))
    }

    /// They may hold passwords.
    @Test func ourOwnVariablesStayHere() throws {
        setenv("RELOCATION_TEST_SECRET", "sesame", 1)
        let variables = try answer("env")
        #expect(!variables.contains("RELOCATION_") && variables.contains("PATH="))
    }
}
