import ExportFormat

/// What makes two problems the same.
enum SpanFingerprint {
    static func of(_ type: Int64, _ text: String) -> String { "1-\(type)-\(EventHash.sha1(text))" }

    /// By the paths of requests, with the parts that differ from one to the next replaced.
    static func requests(_ type: Int64, _ spans: [DetectedSpan]) -> String {
        var paths: Set<String> = []
        for span in spans {
            let url = span.url
            if !url.isEmpty, let path = SplitURL(URLPattern.of(url))?.path { paths.insert(path) }
        }
        let inOrder = paths.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        return of(type, inOrder.joined(separator: "-"))
    }

    /// By the address of an asset without what changes with each build.
    static func asset(_ type: Int64, _ description: String) -> String {
        guard var url = SplitURL(description) else { return of(type, description) }
        url.path = AssetPath.stable(url.path)
        url.query = ""
        return of(type, url.text)
    }
}

/// Addresses with `*` for the parts of paths that are numbers or hashes, and for values of parameters.
enum URLPattern {
    static func of(_ text: String) -> String {
        guard let url = SplitURL(text) else { return text }
        var out = url.scheme.isEmpty ? "" : url.scheme + "://"
        out += url.host
        if url.path.firstMatch(of: fileEnding) != nil {
            out += url.path
        } else {
            let parts = url.path.split(separator: "/", omittingEmptySubsequences: false)
            out += parts.map { isVariable($0) ? "*" : String($0) }.joined(separator: "/")
        }
        out += "?" + url.queryValues.map { "\($0.key)=*" }.sorted().joined(separator: "&")
        while out.hasSuffix("?") { out.removeLast() }
        return out
    }

    /// A path that ends so names a file.
    private static var fileEnding: Regex<Substring> { /\.[a-zA-Z0-9]{2,6}$/.matchingSemantics(.unicodeScalar) }

    private static let hashLengths: Set<Int> = [10, 18, 24, 26, 32, 40]
    private static let uuidLengths = [8, 4, 4, 4, 12]

    private static func isVariable(_ part: Substring) -> Bool {
        let words = part.unicodeScalars.split { !PythonString.isWord($0) }.map { Array($0) }
        if words.contains(where: { isHash($0) || $0.allSatisfy(PythonString.isDigit) }) { return true }
        return hasUUID(part)
    }

    private static func isHash(_ word: [Unicode.Scalar]) -> Bool {
        hashLengths.contains(word.count) && word.allSatisfy(isHex)
    }

    private static func isHex(_ scalar: Unicode.Scalar) -> Bool {
        0x30...0x39 ~= scalar.value || 0x41...0x46 ~= scalar.value || 0x61...0x66 ~= scalar.value
    }

    /// Groups of digits with hyphens between them, and neither letters nor digits around.
    private static func hasUUID(_ part: Substring) -> Bool {
        let groups = part.unicodeScalars.split(separator: "-", omittingEmptySubsequences: false).map { Array($0) }
        guard groups.count >= uuidLengths.count else { return false }
        return (0...(groups.count - uuidLengths.count)).contains { start in
            uuidLengths.indices.allSatisfy { place in
                matches(groups[start + place], place)
            }
        }
    }

    private static func matches(_ group: [Unicode.Scalar], _ place: Int) -> Bool {
        let count = uuidLengths[place]
        guard group.count >= count else { return false }
        switch place {
        case 0: return group.suffix(count).allSatisfy(isHex) && !isWord(group.dropLast(count).last)
        case uuidLengths.count - 1:
            return group.prefix(count).allSatisfy(isHex) && !isWord(group.dropFirst(count).first)
        default: return group.count == count && group.allSatisfy(isHex)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar?) -> Bool { scalar.map(PythonString.isWord) ?? false }

    /// Whether an address has a part that `of` replaces, parameters apart.
    static func isVariable(url: String) -> Bool { withoutQuery(of(url)) != withoutQuery(url) }

    private static func withoutQuery(_ text: String) -> String {
        guard var url = SplitURL(text) else { return text }
        url.query = ""
        return url.text
    }
}

/// Paths of assets without hashes, numbers of chunks and versions.
enum AssetPath {
    static func stable(_ path: String) -> String {
        var path = path
        path.replace(
            /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/.ignoresCase(), with: "*")
        path.replace(/(?:[0-9]+)?\.[a-f0-9]{8}\.chunk/.ignoresCase(), with: ".*.chunk")
        path.replace(/([-.])(?:[a-f0-9]{8,64}\.)+([a-z0-9]{2,6})$/.ignoresCase()) { "\($0.1)*.\($0.2)" }
        path.replace(/\/[0-9]+(\.[a-z0-9]{2,6})$/.ignoresCase()) { "/*\($0.1)" }
        path.replace(/v[0-9]+(?:\.[0-9]+)*/, with: "*")
        path.replace(/[a-f0-9]{16,64}/.ignoresCase(), with: "*")
        return path
    }
}
