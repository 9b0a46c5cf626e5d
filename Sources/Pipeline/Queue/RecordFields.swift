/// The fields of a record as Redis gave them. Numbers are kept within bounds, so that adding them up or
/// showing them as times never overflows, whatever Redis holds.
struct RecordFields {
    /// No real count is greater; tens of thousands of them still add up.
    static let numberLimits = 0...(1 << 48)
    /// Milliseconds since 1970, to the end of the year 9999.
    static let timeLimits: ClosedRange<Int64> = 0...253_402_300_799_999

    private let fields: [String: String]

    init(_ fields: [String: String]) { self.fields = fields }

    func has(_ name: String) -> Bool { fields[name] != nil }

    func text(_ name: String, default value: String = "") -> String { fields[name] ?? value }

    func number(_ name: String, default value: Int = 0) -> Int { fields[name].flatMap(RecordFields.number) ?? value }

    func time(_ name: String) -> Int64 {
        fields[name].map(RecordFields.time) ?? 0
    }

    /// The time within bounds; 0 if the text is not a number.
    static func time(_ text: String) -> Int64 {
        Int64(text).map(bounded(time:)) ?? 0
    }

    /// The number within bounds; nil if the text is not a number.
    static func number(_ text: String) -> Int? {
        Int(text).map { bounded(number: Int64($0)) }
    }

    static func bounded(number: Int64) -> Int {
        min(max(Int(number), numberLimits.lowerBound), numberLimits.upperBound)
    }

    static func bounded(microseconds: Int64) -> Int64 { min(max(microseconds, 0), timeLimits.upperBound * 1_000) }

    static func bounded(time: Int64) -> Int64 { min(max(time, timeLimits.lowerBound), timeLimits.upperBound) }
}
