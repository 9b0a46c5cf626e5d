/// Search terms for what is assigned: `assigned:me`, `assigned_to:[me, none]`. Who finds what is assigned to oneself also
/// found what is assigned to one's teams; since 23.7 the teams are named.
enum AssignedTerm {
    /// The query with `my_teams` behind each `me`; nil if nothing changes.
    static func withTeams(_ query: String) -> String? {
        var out: [String] = []
        var rest = query[...]
        var isChanged = false
        while let term = next(in: rest) {
            out.append(String(rest[..<term.range.lowerBound]))
            if let changed = changed(term.key, term.values) {
                out.append(changed)
                isChanged = true
            } else {
                out.append(String(rest[term.range]))
            }
            rest = rest[term.range.upperBound...]
        }
        return isChanged ? out.joined() + rest : nil
    }

    private struct Term {
        let range: Range<String.Index>
        let key: String
        let values: [String]
    }

    private static let keys = ["assigned_or_suggested:", "assigned_to:", "assigned:"]

    /// The first such term that ends where a word ends.
    private static func next(in query: Substring) -> Term? {
        var start = query.startIndex
        while start < query.endIndex {
            if let key = keys.first(where: { query[start...].lowercased().hasPrefix($0) }),
                let term = term(in: query, from: start, key: key)
            {
                return term
            }
            start = query.index(after: start)
        }
        return nil
    }

    private static func term(in query: Substring, from start: String.Index, key: String) -> Term? {
        let begin = query.index(start, offsetBy: key.count)
        let tail = query[begin...]
        let end: String.Index
        let values: [String]
        if tail.first == "[", let bracket = tail.firstIndex(of: "]") {
            end = query.index(after: bracket)
            values = tail[..<bracket].dropFirst().split(separator: ",").map { part in
                String(part.drop { $0 == " " })
            }
        } else {
            end = tail.firstIndex { $0.isWhitespace } ?? query.endIndex
            values = [String(query[begin..<end])]
        }
        guard end == query.endIndex || query[end].isWhitespace else { return nil }
        return Term(range: start..<end, key: String(key.dropLast()), values: values)
    }

    private static func changed(_ key: String, _ values: [String]) -> String? {
        guard let place = values.firstIndex(of: "me"), !values.contains("my_teams") else { return nil }
        var values = values
        values.insert("my_teams", at: place + 1)
        return "\(key == "assigned_or_suggested" ? key : "assigned"):[\(values.joined(separator: ", "))]"
    }
}
