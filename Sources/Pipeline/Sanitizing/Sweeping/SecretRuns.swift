/// Finds secrets inside a text by their form.
struct SecretRuns {
    let names: SecretNames

    /// The length of the secret that begins at a place; nil if none does.
    func secret(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        let length = privateKey(in: text, at: place) ?? login(in: text, at: place) ?? assigned(in: text, at: place)
        return length ?? token(in: text, at: place)
    }

    /// A canonical UUID that stands alone.
    static func uuid(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard place + 36 <= text.count, text[place + 8] == UInt8(ascii: "-"), isHex(text[place]),
            place == 0 || !isTokenByte(text[place - 1]), place + 36 == text.count || !isTokenByte(text[place + 36])
        else { return nil }
        for at in 0..<36 {
            let isDash = [8, 13, 18, 23].contains(at)
            guard isDash ? text[place + at] == UInt8(ascii: "-") : isHex(text[place + at]) else { return nil }
        }
        return 36
    }

    // MARK: Forms

    /// `-----BEGIN … PRIVATE KEY-----` up to the end of its last line.
    private func privateKey(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard text[place] == UInt8(ascii: "-"), Self.begins(text, place, "-----BEGIN ") else { return nil }
        let rest = String(decoding: text[place...], as: UTF8.self)
        guard let head = rest.firstRange(of: "PRIVATE KEY-----") else { return nil }
        guard let end = rest[head.upperBound...].firstRange(of: "PRIVATE KEY-----") else { return text.count - place }
        return rest.utf8.distance(from: rest.startIndex, to: end.upperBound)
    }

    /// `user:password` in `scheme://user:password@host`.
    private func login(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard place >= 3, Self.begins(text, place - 3, "://") else { return nil }
        for at in place..<text.count {
            if text[at] == UInt8(ascii: "@") { return at > place ? at - place : nil }
            if text[at] <= 0x20 || "/?#\"'<>".utf8.contains(text[at]) { return nil }
        }
        return nil
    }

    /// The value behind `password=`.
    private func assigned(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard place > 1, text[place - 1] == UInt8(ascii: "=") else { return nil }
        var start = place - 1
        while start > 0, Self.isTokenByte(text[start - 1]) { start -= 1 }
        guard names.isSecret(UnsafeBufferPointer(rebasing: text[start..<place - 1])) else { return nil }
        var end = place
        while end < text.count, text[end] > 0x20, !"&,;\"'<>)]}".utf8.contains(text[end]) { end += 1 }
        return end > place ? end - place : nil
    }

    /// Letters, digits, `_` and `-` that look drawn, or begin as the tokens of well-known makers do.
    private func token(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard Self.isTokenByte(text[place]), place == 0 || !Self.isTokenByte(text[place - 1]) else { return nil }
        var end = place + 1
        while end < text.count, Self.isTokenByte(text[end]) { end += 1 }
        let run = UnsafeBufferPointer(rebasing: text[place..<end])
        guard run.count >= Self.shortestKnown else { return nil }
        let isKnown = Self.beginnings.contains { Self.begins(run, 0, $0) }
        return isKnown || Self.looksDrawn(run) ? run.count : nil
    }

    private static let beginnings: [StaticString] = [
        "sntrys_", "sntryu_", "sntrya_", "sntryi_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
        "xoxb-",
        "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-", "AKIA", "ASIA", "AIza", "sk_live_", "sk_test_", "rk_live_", "npm_",
        "pypi-",
        "eyJ",
    ]
    private static let (shortestKnown, shortestDrawn, shortestHex) = (16, 20, 32)
    private static let fewestDigits = 3

    /// Small and capital letters and several digits, or many hexadecimal digits in a row.
    private static func looksDrawn(_ run: UnsafeBufferPointer<UInt8>) -> Bool {
        var (digits, hasSmall, hasCapital) = (0, false, false)
        var (hex, hexDigits) = (0, 0)
        for byte in run {
            let isDigit = 0x30...0x39 ~= byte
            if isDigit { digits += 1 }
            if 0x61...0x7A ~= byte { hasSmall = true }
            if 0x41...0x5A ~= byte { hasCapital = true }
            hex = isHex(byte) ? hex + 1 : 0
            hexDigits = hex == 0 ? 0 : hexDigits + (isDigit ? 1 : 0)
            if hex >= shortestHex, hexDigits >= fewestDigits { return true }
        }
        return run.count >= shortestDrawn && digits >= fewestDigits && hasSmall && hasCapital
    }

    // MARK: Bytes

    private static func begins(_ text: UnsafeBufferPointer<UInt8>, _ place: Int, _ beginning: StaticString) -> Bool {
        let length = beginning.utf8CodeUnitCount
        guard place + length <= text.count else { return false }
        for at in 0..<length where text[place + at] != beginning.utf8Start[at] { return false }
        return true
    }

    @inline(__always)
    private static func isHex(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }

    @inline(__always)
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte < 0x80 && TextRuns.isWordByte(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
