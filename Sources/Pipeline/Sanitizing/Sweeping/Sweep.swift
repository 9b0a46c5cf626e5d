import ExportFormat

/// Replaces in texts that no rule touches what is replaced elsewhere, what a name or a form tells to be a secret, and whatever
/// looks like an e-mail or IP address or a UUID.
final class Sweep {
    private let sought: SoughtTexts
    private let replacements: Replacements
    private let inner: InnerText
    let names = SecretNames()
    private let runs: SecretRuns

    init(_ sought: SoughtTexts, _ replacements: Replacements, limits: ExportLimits) {
        runs = SecretRuns(names: names)
        self.sought = sought
        self.replacements = replacements
        inner = InnerText(limits: limits)
    }

    /// A text with replacements, and how much was replaced in it.
    struct Swept {
        let text: [UInt8]
        let isSecret: Bool
    }

    /// Nil if there is nothing to replace in a text. In JSON text, its strings are searched.
    ///
    /// - Parameter isSecret: whether the whole text is to be replaced
    func swept(_ text: UnsafeBufferPointer<UInt8>, isSecret: Bool) throws(ValueMismatch) -> Swept? {
        guard let value = inner.value(text) else { return try part(text, isSecret: isSecret) }
        var out = JSONOutput(.compact, keepsLongIntegers: true)
        var (isChanged, holdsSecret) = (false, isSecret)
        try out.append(value, level: 0, isMarked: isSecret, marks: names.places) {
            part, isSecret, out throws(ValueMismatch) in
            guard let new = try self.part(part, isSecret: isSecret) else { return out.append(string: part) }
            isChanged = true
            holdsSecret = holdsSecret || new.isSecret
            new.text.withUnsafeBufferPointer { out.append(string: $0) }
        }
        return isChanged || isSecret ? Swept(text: out.bytes, isSecret: holdsSecret) : nil
    }

    private func part(_ text: UnsafeBufferPointer<UInt8>, isSecret: Bool) throws(ValueMismatch) -> Swept? {
        guard isSecret else { return try plain(text).map { Swept(text: $0, isSecret: false) } }
        guard !text.isEmpty else { return nil }
        var out: [UInt8] = []
        try append(text, .text, to: &out)
        return Swept(text: out, isSecret: true)
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
        if let length = SecretRuns.uuid(in: text, at: place), length > best?.length ?? 0 { best = (length, .uuid) }
        if let length = runs.secret(in: text, at: place), length > best?.length ?? 0 { best = (length, .text) }
        return best
    }

    private func append(
        _ text: UnsafeBufferPointer<UInt8>, _ meaning: SoughtTexts.Meaning, to out: inout [UInt8]
    ) throws(ValueMismatch) {
        switch meaning {
        case .text: try replacements.append(text, as: .string, to: &out)
        case .uuid: try replacements.append(text, as: .uuid, to: &out)
        case .address: try replacements.append(address: text, to: &out)
        case .email: try replacements.append(email: text, to: &out)
        case .url: try replacements.append(url: text, to: &out)
        case .twice(let kind): try replacements.append(text, twiceAs: kind, to: &out)
        case .slug(let name):
            try name.withBytes { name throws(ValueMismatch) in try replacements.append(slugOf: name, to: &out) }
        }
    }
}
