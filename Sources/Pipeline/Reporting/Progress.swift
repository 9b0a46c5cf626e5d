import Catalogue

/// How much of the work is done, and how fast it has been lately.
public struct ProgressMeter: Sendable {
    /// Milliseconds over which the rate is taken.
    public static let window: Int64 = 10_000

    /// In all.
    public var total: Int
    /// What is counted.
    public let unit: String
    public private(set) var done = 0
    private var samples: [(time: Int64, done: Int)] = []

    public init(total: Int, unit: String = "rows") {
        self.total = total
        self.unit = unit
    }

    /// - Parameter time: milliseconds of any clock that does not go back
    public mutating func update(done: Int, at time: Int64) {
        self.done = done
        // After a restart from an earlier place, older samples say nothing about the rate.
        if let last = samples.last, done < last.done { samples = [] }
        samples.append((time, done))
        while samples.count > 2, time.saturatedSubtracting(samples[1].time) >= ProgressMeter.window {
            samples.removeFirst()
        }
    }

    /// Units per second; nil until there are two samples.
    public var rate: Double? {
        guard let first = samples.first, let last = samples.last, last.time > first.time else { return nil }
        return (Double(last.done) - Double(first.done)) * 1_000 / (Double(last.time) - Double(first.time))
    }

    /// 0 to 100; 100 if there is nothing to do.
    public var percent: Int { total <= 0 ? 100 : Int(min(100, max(0, Double(done) * 100 / Double(total)))) }

    /// Seconds left at the present rate; nil if the rate is unknown or zero.
    public var remainingSeconds: Int? {
        if done >= total { return 0 }
        guard let rate, rate > 0 else { return nil }
        let seconds = (Double(total) - Double(done)) / rate
        return seconds < 1_000_000 ? Int(seconds.rounded(.up)) : nil
    }
}

/// Draws a meter: a bar for terminals, words elsewhere.
public enum ProgressBar {
    /// A line of at most `width` columns without its end:
    /// `[#########---------]  50 %  1000/2000 rows  512 rows/s  0:02 left`
    public static func bar(_ meter: ProgressMeter, width: Int, color: Bool = false) -> String {
        let words = "\(percent(meter))  \(details(meter))"
        let room = min(40, width - words.count - 4)
        guard room >= 5 else { return String(words.prefix(max(0, width))) }
        let filled = room * meter.percent / 100
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled)
        return "[\(Color.green.paint(bar, if: color))]  \(words)"
    }

    /// The line for a file: `50 %, 1000/2000 rows, 512 rows/s, 0:02 left`
    public static func plain(_ meter: ProgressMeter) -> String {
        "\(meter.percent) %, " + details(meter, separator: ", ")
    }

    private static func percent(_ meter: ProgressMeter) -> String {
        let digits = String(meter.percent)
        return String(repeating: " ", count: 3 - digits.count) + digits + " %"
    }

    private static func details(_ meter: ProgressMeter, separator: String = "  ") -> String {
        var parts = ["\(meter.done)/\(meter.total) \(meter.unit)"]
        if let rate = meter.rate { parts.append("\(whole(rate)) \(meter.unit)/s") }
        if meter.done < meter.total, let left = meter.remainingSeconds { parts.append("\(duration(left)) left") }
        return parts.joined(separator: separator)
    }

    /// The nearest integer; the largest integer if the number does not fit.
    private static func whole(_ number: Double) -> Int { Int(exactly: number.rounded()) ?? .max }

    /// `0:07`, `12:34`, `1:02:03`
    public static func duration(_ seconds: Int) -> String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        let tail = padded(seconds % 60)
        return hours > 0 ? "\(hours):\(padded(minutes)):\(tail)" : "\(minutes):\(tail)"
    }
}
