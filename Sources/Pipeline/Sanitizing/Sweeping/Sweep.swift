import ExportFormat

/// Replaces in texts that no rule touches what is replaced elsewhere, and whatever looks like an e-mail or IP address.
final class Sweep {
    private let sought: SoughtTexts
    private let replacements: Replacements
    private let inner: InnerText

    init(_ sought: SoughtTexts, _ replacements: Replacements, limits: ExportLimits) {
        self.sought = sought
        self.replacements = replacements
        inner = InnerText(limits: limits)
    }

    /// The text with replacements; nil if there is nothing to replace in it. In JSON text, its strings are searched.
    func swept(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> [UInt8]? {
        guard let value = inner.value(text) else { return try plain(text) }
        var out = JSONOutput(.compact, keepsLongIntegers: true)
        var isChanged = false
        try out.append(value, level: 0) { part, out throws(ValueMismatch) in
            guard let new = try plain(part) else { return out.append(string: part) }
            isChanged = true
            new.withUnsafeBufferPointer { out.append(string: $0) }
        }
        return isChanged ? out.bytes : nil
    }

    private func plain(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> [UInt8]? {
        var out: [UInt8] = []
        var kept = 0
        var at = 0
        while at < text.count {
            guard let found = find(in: text, at: at) else {
                at += 1
                continue
            }
            out += text[kept..<at]
            try append(UnsafeBufferPointer(rebasing: text[at..<at + found.length]), found.meaning, to: &out)
            at += found.length
            kept = at
        }
        guard kept > 0 else { return nil }
        return out + text[kept...]
    }

    /// What is longest wins.
    private func find(
        in text: UnsafeBufferPointer<UInt8>, at place: Int
    ) -> (length: Int, meaning: SoughtTexts.Meaning)? {
        var best = sought.longest(in: text, at: place)
        if let length = TextRuns.email(in: text, at: place), length > best?.length ?? 0 { best = (length, .email) }
        if let length = TextRuns.address(in: text, at: place), length > best?.length ?? 0 { best = (length, .address) }
        return best
    }

    private func append(
        _ text: UnsafeBufferPointer<UInt8>, _ meaning: SoughtTexts.Meaning, to out: inout [UInt8]
    ) throws(ValueMismatch) {
        switch meaning {
        case .text: try replacements.append(text, as: .string, to: &out)
        case .address: try replacements.append(address: text, to: &out)
        case .email: try replacements.append(email: text, to: &out)
        case .url: try replacements.append(url: text, to: &out)
        case .twice(let kind): try replacements.append(text, twiceAs: kind, to: &out)
        case .slug(let name):
            try name.withBytes { name throws(ValueMismatch) in try replacements.append(slugOf: name, to: &out) }
        }
    }
}
