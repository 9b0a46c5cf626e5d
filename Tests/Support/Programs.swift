import Foundation

/// The folder of our own programs.
public enum Programs {
    /// The folder of the test bundle, which also holds the programs. RELOCATION_TEST_PROGRAMS may name another one,
    /// such as that of a release build.
    public static let folder: String = {
        if let named = ProcessInfo.processInfo.environment["RELOCATION_TEST_PROGRAMS"] { return named }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        if FileManager.default.fileExists(atPath: bundle + "/relocation-worker") { return bundle }
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? bundle
        return URL(fileURLWithPath: executable).deletingLastPathComponent().path
    }()
}
