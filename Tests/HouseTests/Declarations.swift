/// The types and functions of a Swift file, as far as braces and keywords tell.
struct Declarations {
    struct TypeBody {
        let name: String
        /// 1-based.
        let line: Int
        var storedProperties = 0
        var firstProperty: Int?
    }

    struct Function {
        let name: String
        /// 1-based.
        let line: Int
        let parameters: Int
        /// Lines of the body that are not empty; 1 for a body beside its head.
        var bodyLines = 0

        var isInitialiser: Bool { name == "init" }
    }

    private enum Scope {
        case type(TypeBody)
        case function(Function, openedAt: Int)
        case other
    }

    private(set) var types: [TypeBody] = []
    private(set) var functions: [Function] = []

    private let code: [String]
    private var scopes: [Scope] = []
    /// The code since the last end of a statement, as far as it may be a declaration's head, and where it began.
    private var head = ""
    private var headLine = 0
    private var open = 0

    init(_ text: String) {
        code = SwiftText.code(of: text)
        for index in code.indices { read(code[index], index) }
    }

    private mutating func read(_ line: String, _ index: Int) {
        if open == 0, !Self.continues(line) { head = "" }
        if head.isEmpty {
            headLine = index
            noteProperty(line, index)
        }
        for character in line {
            switch character {
            case "(", "[": open += 1
            case ")", "]": open -= 1
            case "{" where open == 0:
                scopes.append(scope(line: headLine, openedAt: index))
                head = ""
                headLine = index
                continue
            case "}" where open == 0:
                close(index)
                head = ""
                continue
            default: break
            }
            head.append(character)
        }
        head.append(" ")
    }

    /// Whether a line goes on with the head of the declaration before it.
    private static func continues(_ line: String) -> Bool {
        guard let first = line.split(separator: " ").first else { return false }
        return ["where", "->", "throws", "async", "{"].contains(first)
    }

    private func scope(line: Int, openedAt: Int) -> Scope {
        let words = head.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        if let keyword = words.firstIndex(where: { ["struct", "class", "enum", "actor"].contains($0) }),
            keyword + 1 < words.count, !words[..<keyword].contains(where: Self.functionWords.contains)
        {
            return .type(TypeBody(name: words[keyword + 1], line: line + 1))
        }
        guard let keyword = words.first(where: { !Self.modifiers.contains($0) }), Self.functionWords.contains(keyword)
        else { return .other }
        let name = keyword == "func" ? words[(words.firstIndex(of: "func") ?? 0)...].dropFirst().first ?? "" : keyword
        return .function(
            Function(name: name, line: line + 1, parameters: Self.parameters(of: head)), openedAt: openedAt)
    }

    private static let functionWords: Set<String> = ["func", "init", "deinit", "subscript"]
    private static let modifiers: Set<String> = [
        "public", "package", "internal", "fileprivate", "private", "static", "final", "override", "mutating",
        "nonisolated", "convenience", "required", "inline", "__always", "never", "inlinable", "usableFromInline",
        "discardableResult",
        "Sendable", "unsafe", "isolated", "consuming", "borrowing", "lazy", "set", "weak", "unowned",
    ]

    /// Commas on the first level of the first parentheses, and one.
    private static func parameters(of head: String) -> Int {
        guard let start = head.firstIndex(of: "(") else { return 0 }
        var depth = 0
        var commas = 0
        var before: Character = " "
        var isEmpty = true
        for character in head[start...] {
            if "([<".contains(character) { depth += 1 }
            // The arrow of a function's type closes nothing.
            if ")]".contains(character) || character == ">" && before != "-" { depth -= 1 }
            if depth == 0 { break }
            if depth == 1, character == "," { commas += 1 }
            if !"( ".contains(character) { isEmpty = false }
            before = character
        }
        return isEmpty ? 0 : commas + 1
    }

    /// Counts the stored properties that a line of a type's body declares.
    private mutating func noteProperty(_ line: String, _ index: Int) {
        guard case .type(var body)? = scopes.last, let names = Self.storedProperties(line) else { return }
        body.storedProperties += names
        if body.firstProperty == nil { body.firstProperty = index + 1 }
        scopes[scopes.count - 1] = .type(body)
    }

    static func storedProperties(_ line: String) -> Int? {
        let words = line.split { $0 == " " || $0 == "(" || $0 == ")" || $0 == "@" }
        let first = words.first { !modifiers.contains(String($0)) || $0 == "static" }
        guard first == "let" || first == "var", let keyword = line.firstRange(of: first == "let" ? "let " : "var ")
        else {
            return nil
        }
        let pattern = line[keyword.upperBound...].prefix { $0 != "=" }
        let isComputed = pattern.contains("{") && !line.contains("didSet") && !line.contains("willSet")
        if first == "var", isComputed { return nil }
        var depth = 0
        var names = 1
        for character in pattern {
            if "([<".contains(character) { depth += 1 }
            if ")]>".contains(character) { depth -= 1 }
            if character == ",", depth == 0 { names += 1 }
        }
        return names
    }

    private mutating func close(_ index: Int) {
        switch scopes.popLast() {
        case .type(let body)?: types.append(body)
        case .function(var function, let openedAt)?:
            let inside = code[min(openedAt + 1, index)..<index].filter { line in line.contains { $0 != " " } }
            function.bodyLines = max(1, inside.count)
            functions.append(function)
        case .other?, nil: break
        }
    }
}
