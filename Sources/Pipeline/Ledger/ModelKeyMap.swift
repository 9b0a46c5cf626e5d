/// One model's part of a primary-key map. Source keys usually ascend and destination keys ascend with them. Such a
/// stretch is one record, so a million rows cost at most a few bytes per row. Entries that do not continue the last
/// stretch are kept apart.
package struct ModelKeyMap: Sendable {
    package typealias Entry = PrimaryKeyMap.Entry

    /// Source keys `source`, `source + 1`, … are mapped to `new`, `new + 1`, …
    private struct Stretch: Sendable {
        let source: Int64
        let new: Int64
        var count: Int32
        let kind: MappingKind
        let isEarlier: Bool

        func entry(at sourcePK: Int64) -> Entry? {
            let (distance, overflows) = sourcePK.subtractingReportingOverflow(source)
            guard !overflows, distance >= 0, distance < Int64(count) else { return nil }
            return Entry(newPK: new &+ distance, kind: kind, isEarlier: isEarlier)
        }

        func continues(with sourcePK: Int64, _ entry: Entry) -> Bool {
            count < .max && entry.kind == kind && entry.isEarlier == isEarlier
                && sourcePK == source &+ Int64(count) && entry.newPK == new &+ Int64(count)
        }
    }

    /// Ascending by source key, without overlap.
    private var stretches: [Stretch] = []
    /// Takes precedence over the stretches.
    private var others: [Int64: Entry] = [:]
    private var highest = Int64.min

    package var isEmpty: Bool { stretches.isEmpty && others.isEmpty }

    /// Whether the database held an entry before this worker took the relocation over.
    package private(set) var holdsEarlier = false

    package init() {}

    package mutating func insert(_ sourcePK: Int64, _ entry: Entry) {
        if entry.isEarlier { holdsEarlier = true }
        guard sourcePK > highest || stretches.isEmpty else {
            others[sourcePK] = entry
            return
        }
        highest = sourcePK
        if stretches.last?.continues(with: sourcePK, entry) == true {
            stretches[stretches.count - 1].count += 1
        } else {
            stretches.append(
                Stretch(source: sourcePK, new: entry.newPK, count: 1, kind: entry.kind, isEarlier: entry.isEarlier))
        }
    }

    package subscript(sourcePK: Int64) -> Entry? {
        if !others.isEmpty, let entry = others[sourcePK] { return entry }
        var low = 0
        var high = stretches.count
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].source <= sourcePK { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : stretches[low - 1].entry(at: sourcePK)
    }

    /// All entries by ascending source key.
    package func forEach(_ body: (Int64, Entry) -> Void) {
        for stretch in stretches {
            for distance in 0..<Int64(stretch.count) where others[stretch.source + distance] == nil {
                let sourcePK = stretch.source + distance
                if let entry = stretch.entry(at: sourcePK) { body(sourcePK, entry) }
            }
        }
        for (sourcePK, entry) in others.sorted(by: { $0.key < $1.key }) { body(sourcePK, entry) }
    }

    /// The source keys of these destination keys.
    package func sourcePKs(of newPKs: Set<Int64>) -> [(sourcePK: Int64, newPK: Int64)] {
        var out: [(sourcePK: Int64, newPK: Int64)] = []
        for stretch in stretches {
            for distance in 0..<Int64(stretch.count) where newPKs.contains(stretch.new + distance) {
                let sourcePK = stretch.source + distance
                if others[sourcePK] == nil { out.append((sourcePK, stretch.new + distance)) }
            }
        }
        return out + others.filter { newPKs.contains($0.value.newPK) }.map { ($0.key, $0.value.newPK) }
    }

    /// From the lowest to the highest source key; nil for an empty map.
    package var sourceKeys: ClosedRange<Int64>? {
        guard let low = [stretches.first?.source, others.keys.min()].compactMap(\.self).min(),
            let high = [stretches.isEmpty ? nil : highest, others.keys.max()].compactMap(\.self).max()
        else { return nil }
        return low...high
    }

    package var count: Int {
        let inStretches = stretches.reduce(0) { $0 + Int($1.count) }
        // An entry that takes precedence over one of a stretch has the same source key.
        return inStretches + others.keys.count { key in !isInStretch(key) }
    }

    private func isInStretch(_ sourcePK: Int64) -> Bool { stretches.contains { $0.entry(at: sourcePK) != nil } }

    /// Destination keys, ascending and without repetition.
    package func newPKs(of kinds: Set<MappingKind>) -> [Int64] {
        var out: [Int64] = []
        for stretch in stretches where kinds.contains(stretch.kind) {
            let all = stretch.new..<stretch.new + Int64(stretch.count)
            if others.isEmpty {
                out += all
            } else {
                out += all.filter { others[stretch.source + ($0 - stretch.new)] == nil }
            }
        }
        out += others.values.lazy.filter { kinds.contains($0.kind) }.map(\.newPK)
        return Set(out).sorted()
    }
}
