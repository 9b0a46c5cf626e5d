import Catalogue

/// A value of an export's field. It renders the same way each time, because an import's UUID is bound to the file's
/// digest.
enum Field: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    case text(String)
    case number(Int)
    case flag(Bool)
    case none
    /// JSON, taken as it is.
    case raw(String)

    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral number: Int) { self = .number(number) }
    init(booleanLiteral flag: Bool) { self = .flag(flag) }
    init(nilLiteral: ()) { self = .none }

    var json: String {
        switch self {
        case .text(let text): JSONText.quoted(text)
        case .number(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .none: "null"
        case .raw(let text): text
        }
    }
}

/// Collects the rows of one export and writes them in import order, as the reference's tool does.
struct ExportText {
    private var rows: [(model: Model, text: String)] = []
    private(set) var random: SeededRandom
    private var next: [String: Int] = [:]

    init(_ random: SeededRandom) { self.random = random }

    /// Adds a row under the next primary key of its model, or under a given key. Returns the key.
    @discardableResult
    mutating func add(_ name: String, pk: Int? = nil, _ fields: KeyValuePairs<String, Field>) -> Int {
        guard let model = Catalogue.standard.model("sentry.\(name)") else { fatalError("no model \(name)") }
        let key = pk ?? next[name, default: 100]
        next[name] = max(key, next[name, default: 100]) + 1 + random.below(3)
        let members = fields.map { "\(JSONText.quoted($0.key)): \($0.value.json)" }.joined(separator: ", ")
        rows.append((model, #"{"model": "sentry.\#(name)", "pk": \#(key), "fields": {\#(members)}}"#))
        return key
    }

    mutating func time() -> Field {
        let (month, day, hour, minute) = (random.below(12), random.below(28), random.below(24), random.below(60))
        let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return .text(
            "202\(random.below(5))-\(pad(month + 1))-\(pad(day + 1))T\(pad(hour)):\(pad(minute)):00."
                + "\(100 + random.below(900))Z")
    }

    mutating func pick(_ texts: String...) -> Field { .text(texts[random.below(texts.count)]) }
    mutating func below(_ limit: Int) -> Int { random.below(limit) }
    mutating func chance(_ percent: Int) -> Bool { random.chance(percent) }
    mutating func hex(_ digits: Int) -> Field { .text(random.hex(digits)) }

    mutating func alphanumeric(_ count: Int) -> Field {
        .text(random.text(count, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
    }

    var text: String {
        let ordered = rows.enumerated().sorted {
            ($0.element.model.index, $0.offset) < ($1.element.model.index, $1.offset)
        }
        return "[\n" + ordered.map(\.element.text).joined(separator: ",\n") + "\n]\n"
    }
}
