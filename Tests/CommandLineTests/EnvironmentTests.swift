import TestSupport
import Testing

@testable import CommandLine

@Suite struct EnvironmentTests {
    @Test func valuesComeFromVariablesOrFiles() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("redis://h/1\r\n\n", to: "url")
        let environment = Environment(["A": "x", "B_FILE": path, "EMPTY": "", "C": ""])
        #expect(try environment.value("A") == "x")
        #expect(try environment.value("B") == "redis://h/1")
        #expect(try environment.value("EMPTY") == nil)
        #expect(try environment.value("NONE") == nil)
    }

    @Test func filesThatCannotBeUsedAreRefused() throws {
        let folder = try TemporaryFolder()
        func status(_ variables: [String: String]) -> CommandExit? {
            do { _ = try Environment(variables).value("A") } catch { return error.status }
            return nil
        }
        #expect(status(["A": "x", "A_FILE": "/y"]) == .usage)
        #expect(status(["A_FILE": folder.file("none")]) == .noInput)
        #expect(status(["A_FILE": folder.path]) == .noInput)
        #expect(status(["A_FILE": try folder.write("\n", to: "empty")]) == .usage)
        let limit = Environment.maximumFileBytes
        #expect(status(["A_FILE": try folder.write(String(repeating: "x", count: limit), to: "fits")]) == nil)
        #expect(status(["A_FILE": try folder.write(String(repeating: "x", count: limit + 1), to: "large")]) == .usage)
    }
}
