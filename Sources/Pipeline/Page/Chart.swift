internal import Reporting

/// A line of how something has moved, with the same in words.
struct Chart {
    let title: String
    /// A class of the style sheet.
    let kind: String
    /// The oldest first.
    let values: [Double]
    let seconds: Int

    private static let (width, height) = (300.0, 56.0)

    var fields: Fields {
        let most = values.max() ?? 0
        let now = values.last ?? 0
        let line = path(most)
        return [
            "title": title, "kind": kind, "now": Figures.rate(now), "most": Figures.rate(most),
            "hasLine": values.count > 1, "line": line,
            "area": "\(line)V\(Int(Self.height))H0Z",
            "label": "\(title) over the last \(minutes): now \(Figures.rate(now)), at most \(Figures.rate(most))",
        ]
    }

    private var minutes: String {
        seconds < 90 ? Figures.count(seconds, "second") : Figures.count((seconds + 30) / 60, "minute")
    }

    private func path(_ most: Double) -> String {
        let step = Self.width / Double(max(1, values.count - 1))
        let points = values.enumerated().map { index, value in
            "\(Self.short(Double(index) * step)) \(Self.short(Self.height - 1 - value / max(most, 1) * (Self.height - 6)))"
        }
        return "M" + points.joined(separator: "L")
    }

    /// One digit after the point.
    private static func short(_ number: Double) -> String { String((number * 10).rounded() / 10) }
}

extension Trend {
    /// Rows per second and depth of the queue of one destination.
    func charts(_ name: String) -> (rate: Fields, depth: Fields) {
        let points = self.points[name] ?? []
        let seconds = Int(((points.last?.at ?? 0) - (points.first?.at ?? 0)) / 1_000)
        return (
            Chart(title: "Rows per second", kind: "rate", values: points.map(\.rowsPerSecond), seconds: seconds).fields,
            Chart(title: "Queue depth", kind: "depth", values: points.map { Double($0.depth) }, seconds: seconds).fields
        )
    }
}
