internal import Reporting

/// Numbers and times as pages show them.
enum Figures {
    /// `1,234,567`
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { out.append(",") }
            out.append(digit)
        }
        return number < 0 ? "-" + out : out
    }

    /// `1 relocation`, `3 relocations`
    static func count(_ number: Int, _ noun: String) -> String { "\(count(number)) \(noun)\(number == 1 ? "" : "s")" }

    /// `512 rows/s`
    static func rate(_ rowsPerSecond: Double) -> String { count(whole(rowsPerSecond)) }

    static func whole(_ number: Double) -> Int { Int(exactly: number.rounded()) ?? .max }

    /// How long ago something was, with the time itself for machines and as a tip. HTML; empty for 0, which means never.
    static func ago(_ milliseconds: Int64, now: Int64) -> String {
        guard let time = Timestamp.optional(milliseconds) else { return "" }
        return "<time datetime=\"\(time)\" title=\"\(time)\">\(age(milliseconds, now: now))</time>"
    }

    /// `5m`; empty for 0, which means never.
    static func age(_ milliseconds: Int64, now: Int64) -> String {
        milliseconds == 0 ? "" : Age.text(max(0, now - milliseconds))
    }

    /// `2024-05-06 07:08:09` as HTML; empty for 0.
    static func moment(_ milliseconds: Int64) -> String {
        guard let time = Timestamp.optional(milliseconds) else { return "" }
        return "<time datetime=\"\(time)\">\(plain(time))</time>"
    }

    /// `2024-05-06 07:08:09`
    static func plain(_ time: String) -> String { String(time.prefix(19)).replacing("T", with: " ") }

    /// Text in HTML.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
