import Testing

@Suite("Limits of the sources")
struct LimitTests {
    private static let maximumLines = 350
    private static let maximumParameters = 6
    private static let maximumProperties = 8
    private static let maximumMedianBody = 8

    private let files: [SourceFile]
    private let declarations: [(file: SourceFile, found: Declarations)]

    init() throws {
        files = try Repository.swiftFiles(under: "Sources")
        declarations = files.map { ($0, Declarations($0.lines.joined(separator: "\n"))) }
    }

    @Test("No file has more than 350 lines")
    func lines() {
        for file in files where file.lines.count - 1 > Self.maximumLines {
            report(file, 1, "\(file.lines.count - 1) lines, at most \(Self.maximumLines)")
        }
    }

    @Test("No initialiser has more than six parameters")
    func parameters() {
        for (file, found) in declarations {
            for function in found.functions where function.isInitialiser && function.parameters > Self.maximumParameters
            {
                report(file, function.line, "\(function.parameters) parameters, at most \(Self.maximumParameters)")
            }
        }
    }

    @Test("No type has more than eight stored properties without a reason beside it")
    func properties() {
        for (file, found) in declarations {
            for type in found.types where type.storedProperties > Self.maximumProperties && !file.hasReason(for: type) {
                report(
                    file, type.line,
                    "\(type.name) has \(type.storedProperties) stored properties, at most \(Self.maximumProperties) "
                        + "without a plain comment that says why, above or beside the type or its first property")
            }
        }
    }

    @Test("Half of all functions have at most eight lines")
    func median() {
        let lengths = declarations.flatMap { $0.found.functions.map(\.bodyLines) }.sorted()
        #expect(lengths.count > 1000)
        #expect(lengths[lengths.count / 2] <= Self.maximumMedianBody)
    }

    private func report(_ file: SourceFile, _ line: Int, _ message: String) {
        Issue.record("\(file.path):\(line): \(message)")
    }
}

extension SourceFile {
    /// Whether a plain comment (not documentation) stands above the type, or between its head and the end of its first
    /// property.
    fileprivate func hasReason(for type: Declarations.TypeBody) -> Bool {
        let head = type.line - 1
        var first = head
        while first > 0, Self.mayStandAbove(lines[first - 1]) { first -= 1 }
        return lines[first..<min(type.firstProperty ?? type.line, lines.count)].contains(where: Self.hasPlainComment)
    }

    private static func mayStandAbove(_ line: String) -> Bool {
        let text = line.drop { $0 == " " }
        return text.hasPrefix("//") || text.hasPrefix("@")
    }

    private static func hasPlainComment(_ line: String) -> Bool {
        guard let mark = line.firstRange(of: "//") else { return false }
        let rest = line[mark.upperBound...]
        return !rest.hasPrefix("/") && !rest.hasPrefix(" MARK") && rest.contains { $0 != " " }
    }
}

@Suite("What the limit tests read")
struct LimitReaderTests {
    @Test("Comments and the text of strings are not code")
    func code() {
        let text = #"""
            let a = "{ \(b("}")) //" // {
            /* { */ let c = #"\("#
            let d = """
                struct {
                """
            """#
        let lines = SwiftText.code(of: text)
        #expect(lines.count == 5)
        #expect(!lines.joined().contains("{") && !lines.joined().contains("struct"))
        #expect(lines[1].contains("let c"))
    }

    @Test("Types, their stored properties and their functions")
    func declarations() {
        let found = Declarations(
            """
            /// A {.
            public final class Shelf: Sendable {
                static let none = 0
                private let a, b: Int
                @usableFromInline package private(set) var c: [String: Int] = [:]
                var count: Int { a + b }
                var size: Int {
                    c.count
                }
                lazy var table: [Int] = {
                    let inner = 1
                    return [inner]
                }()

                init(
                    _ a: Int, at place: (Int, Int), then: (Int) -> Void = { _ in }
                ) throws(Fault) {
                    self.a = a

                    self.b = 0
                }

                func short() -> Int { 1 }
                struct Book {
                    let title: String
                }
            }
            """)
        #expect(found.types.map(\.name) == ["Book", "Shelf"])
        #expect(found.types.map(\.storedProperties) == [1, 4])
        #expect(found.types.map(\.line) == [24, 2])
        #expect(found.functions.map(\.name) == ["init", "short"])
        #expect(found.functions.map(\.parameters) == [3, 0])
        #expect(found.functions.map(\.bodyLines) == [2, 1])
    }

    @Test(
        "Stored and other properties",
        arguments: [
            ("let a: Int", 1), ("private let a, b, c: Int", 3), ("let a: Int, b: [Int: Int]", 2),
            ("public internal(set) var a = 1", 1), ("var a: Int { 1 }", nil), ("var a = 1 { didSet { b() } }", 1),
            ("static let a = 1", nil), ("func a()", nil), ("case a, b", nil),
        ])
    func properties(line: String, count: Int?) {
        #expect(Declarations.storedProperties(line) == count)
    }

    @Test("A plain comment is a reason, documentation is not")
    func reasons() {
        let type = Declarations.TypeBody(name: "A", line: 2, firstProperty: 3)
        func file(_ lines: String...) -> SourceFile { SourceFile(path: "Sources/Worker/A.swift", lines: lines) }
        #expect(file("// Ten counters.", "struct A {", "    let a: Int").hasReason(for: type))
        #expect(file("/// Doc.", "struct A {  // Ten counters.", "    let a: Int").hasReason(for: type))
        #expect(file("/// Doc.", "struct A {", "    let a: Int  // Ten counters.").hasReason(for: type))
        #expect(!file("/// Doc.", "struct A {", "    let a: Int").hasReason(for: type))
        #expect(!file("/// Doc.", "struct A {", "    let a: Int", "    // Later.").hasReason(for: type))
    }
}
