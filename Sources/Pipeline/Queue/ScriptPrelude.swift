/// What the scripts have in common, as definitions in Lua. A script gets only those that it names, directly or through
/// another one: Redis runs a definition anew at each call, which would cost more than most scripts themselves.
struct ScriptPrelude {
    /// One `local` statement with the comment before it.
    private struct Definition {
        var text: String
        /// What it defines.
        var names: Set<Substring>
        /// All words outside comments.
        var words: Set<Substring>
    }

    private let definitions: [Definition]

    /// - Parameter text: statements that begin with `local` at the start of a line, each after what it needs
    init(_ text: String) {
        var (blocks, block, hasBegun) = ([String](), "", false)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let begins = line.hasPrefix("local ")
            if hasBegun, begins || line.hasPrefix("--") {
                blocks.append(block)
                (block, hasBegun) = ("", false)
            }
            hasBegun = hasBegun || begins
            block += line + "\n"
        }
        definitions = (blocks + [block]).map { text in
            let head = text.split(separator: "\n").first { $0.hasPrefix("local ") } ?? ""
            return Definition(text: text, names: Self.defined(in: head), words: Self.words(of: text))
        }
    }

    /// The definitions that a script needs, in their order.
    func needed(by script: String) -> String {
        var (needed, chosen) = (Self.words(of: script), [String]())
        // Backwards: what a definition needs stands before it.
        for definition in definitions.reversed() where !definition.names.isDisjoint(with: needed) {
            needed.formUnion(definition.words)
            chosen.append(definition.text)
        }
        return chosen.reversed().joined()
    }

    /// The names in `local function NAME(…` or `local NAME, NAME = …`.
    private static func defined(in head: Substring) -> Set<Substring> {
        let names = head.dropFirst("local ".count)
        guard names.hasPrefix("function ") else { return words(of: String(names.prefix { $0 != "=" })) }
        return words(of: String(names.dropFirst("function ".count).prefix { $0 != "(" }))
    }

    /// Byte by byte: this runs at each start of a program, and Lua's words are ASCII.
    private static func words(of text: String) -> Set<Substring> {
        var words: Set<Substring> = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n"))
        where !line.drop(while: { $0 == UInt8(ascii: " ") }).starts(with: "--".utf8) {
            for word in line.split(whereSeparator: { !isInWord($0) }) { words.insert(Substring(word)) }
        }
        return words
    }

    private static func isInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
