/// What Package.swift says about the rooms: which other targets of the package each depends on.
struct PackageManifest {
    /// Target → the targets named among its dependencies.
    let arrows: [String: Set<String>]

    init(_ text: String) {
        var arrows: [String: Set<String>] = [:]
        let targets = text[(text.firstRange(of: "targets: [\n")?.upperBound ?? text.startIndex)...]
        for call in ["room(", ".target(", ".executableTarget("] {
            for inside in Self.arguments(of: call, in: targets) {
                let names = Self.quoted(inside)
                guard let name = names.first else { continue }
                arrows[name] = Set(Self.quoted(Self.dependencies(in: inside)))
            }
        }
        self.arrows = arrows
    }

    /// Everything that a target reaches over any number of arrows.
    func reached(from target: String) -> Set<String> {
        var reached: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            for other in arrows[next] ?? [] where reached.insert(other).inserted { open.append(other) }
        }
        return reached
    }

    /// What stands between the parentheses of each call.
    private static func arguments(of call: String, in text: Substring) -> [Substring] {
        text.ranges(of: call).filter { range in
            let before = text[..<range.lowerBound].last
            return before.map { $0.isWhitespace || $0 == "\n" } ?? true
        }.map { balanced(text[$0.upperBound...], "(", ")") }
    }

    /// The first list in brackets: a target's dependencies stand before every other list.
    private static func dependencies(in arguments: Substring) -> Substring {
        guard let start = arguments.firstIndex(of: "[") else { return "" }
        return balanced(arguments[arguments.index(after: start)...], "[", "]")
    }

    /// The text up to the mark that closes what was opened before it.
    private static func balanced(_ text: Substring, _ opening: Character, _ closing: Character) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == opening { depth += 1 }
            if text[index] == closing { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text
    }

    private static func quoted(_ text: Substring) -> [String] {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }
}
