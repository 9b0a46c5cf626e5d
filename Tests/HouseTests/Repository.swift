import Foundation

/// The files of this repository, as text.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    /// The Swift files below a folder, by name.
    static func swiftFiles(under folder: String) throws -> [SourceFile] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let path = "\(folder)/\(name)"
            return SourceFile(path: path, lines: try text(path).components(separatedBy: "\n"))
        }
    }
}

/// One Swift file.
struct SourceFile {
    /// From the repository's root.
    let path: String
    let lines: [String]

    /// The room it belongs to: a folder of Sources/Pipeline, or of Sources for a program.
    var room: String {
        let folders = path.split(separator: "/").map(String.init)
        return folders[1] == "Pipeline" ? folders[2] : folders[1]
    }

    /// The modules it imports, each with its line number.
    var imports: [(module: String, line: Int)] {
        lines.enumerated().compactMap { index, line in
            let words = line.split(separator: " ").filter { !$0.hasPrefix("@") && !Self.levels.contains($0) }
            guard words.count == 2, words[0] == "import", words[1].allSatisfy({ $0.isLetter || $0.isNumber }) else {
                return nil
            }
            return (String(words[1]), index + 1)
        }
    }

    private static let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
}
