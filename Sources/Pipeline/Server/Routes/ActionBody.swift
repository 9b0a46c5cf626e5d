internal import Hummingbird
internal import Reporting

/// The JSON object that a request sends; an empty body is an empty object.
struct ActionBody: Sendable {
    private let members: [String: JSONValue]

    private static let maxBytes = 64 << 10

    /// Throws a problem for anything else than an object with these members; nil allows any.
    init(_ request: inout Request, allowing names: Set<String>? = []) async throws {
        let text = try await request.text(upTo: Self.maxBytes)
        guard !text.isEmpty else {
            members = [:]
            return
        }
        guard case .object(let members)? = JSONValue(json: text) else {
            throw Problem.badRequest("The body must be one JSON object.")
        }
        if let names { try Self.requireKnown(members.keys, among: names, "The body has no member") }
        self.members = members
    }

    static func requireKnown(
        _ given: some Sequence<String>, among names: Set<String>, _ complaint: String
    ) throws(Problem) {
        for name in given.sorted() where !names.contains(name) {
            let known = names.isEmpty ? "It has none." : "It has \(names.sorted().joined(separator: ", "))."
            throw .badRequest("\(complaint) \(PlainText.line(name)). \(known)")
        }
    }

    /// nil if it is missing or null.
    func text(_ name: String) throws(Problem) -> String? {
        switch members[name] {
        case nil, .null?: return nil
        case .text(let text)?: return text
        default: throw .badRequest("\(name) must be a text.")
        }
    }

    /// False if it is missing.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch members[name] {
        case nil, .null?: return false
        case .flag(let flag)?: return flag
        default: throw .badRequest("\(name) must be true or false.")
        }
    }
}

/// The parameters of a request's address.
struct RequestParameters: Sendable {
    private let form: Form

    /// Throws a problem for a parameter that is not among these, or that is given twice.
    init(_ request: Request, allowing names: Set<String> = []) throws(Problem) {
        form = request.parameters
        try ActionBody.requireKnown(form.names, among: names, "There is no parameter")
        for name in names where form.all(name).count > 1 {
            throw .badRequest("The parameter \(name) is given more than once.")
        }
    }

    /// nil if it is missing.
    subscript(_ name: String) -> String? { form[name] }

    func flag(_ name: String) throws(Problem) -> Bool {
        switch self[name] {
        case nil, "false"?: return false
        case "true"?: return true
        default: throw .badRequest("The parameter \(name) takes true or false.")
        }
    }

    func number(_ name: String, in limits: ClosedRange<Int>, otherwise standard: Int) throws(Problem) -> Int {
        guard let text = self[name] else { return standard }
        guard let number = Int(text), limits.contains(number) else {
            throw .badRequest("The parameter \(name) takes \(limits.lowerBound) to \(limits.upperBound).")
        }
        return number
    }
}
