import Crypto
import ExportFormat
import TextForms

/// What every text and date of a file becomes: a function of the run's key, of the texts that the file has, and of the text.
/// Nothing is remembered while rows are written.
final class Replacements {
    private let key: RunKey
    private let originals: Originals
    private let instants: Instants
    /// Whether texts of other scripts without a digit become letters. The reference refuses them.
    private let takesForeignTexts: Bool

    /// A replacement that is itself a text of the file is drawn again, so often at most: a text of one character may have no
    /// other.
    private static let attempts = 32

    init(_ key: RunKey, _ originals: Originals, _ instants: Instants, takesForeignTexts: Bool) {
        self.key = key
        self.originals = originals
        self.instants = instants
        self.takesForeignTexts = takesForeignTexts
    }

    /// - Parameter kind: of the rule at hand; an earlier one may have met the text first
    func append(
        _ text: UnsafeBufferPointer<UInt8>, as kind: TextKind, to out: inout [UInt8]
    ) throws(ValueMismatch) {
        guard !text.isEmpty else { return }
        let kind = originals.kind(of: text) ?? kind
        switch kind {
        case .nothing: break
        case .emptyJSONText: out += "\"\"".utf8
        case .country: out += "CA".utf8
        case .region: out += "BC".utf8
        case .string: try appendString(text, to: &out)
        case .uuid:
            guard UUIDText.canonical(python: String(decoding: text, as: UTF8.self)) != nil else {
                throw ValueMismatch("holds a text that is no UUID: correct it in the file")
            }
            appendDrawn(text, kind, to: &out) { Self.appendUUID(&$0, to: &$1) }
        case .name:
            let length = CharacterClasses(text).count
            appendDrawn(text, kind, to: &out) { InventedName.append(length: length, &$0, to: &$1) }
        case .address:
            let count = text.contains(UInt8(ascii: ":")) ? 16 : 4
            appendDrawn(text, kind, to: &out) { Self.appendAddress(count, &$0, to: &$1) }
        case .hex64: appendDrawn(text, kind, to: &out) { $0.append(64, of: Alphabet.hexadecimal, to: &$1) }
        case .word32: appendDrawn(text, kind, to: &out) { $0.append(32, of: Alphabet.alphanumeric, to: &$1) }
        }
    }

    private func appendString(
        _ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]
    ) throws(ValueMismatch) {
        let classes = CharacterClasses(text)
        guard takesForeignTexts || !classes.alphabet.isEmpty else {
            throw ValueMismatch(
                "holds a text without a single ASCII character or digit, of which a replacement could be made; --thorough "
                    + "takes such texts")
        }
        let alphabet = classes.alphabet.isEmpty ? CharacterClasses.letters : classes.alphabet
        appendDrawn(text, .string, to: &out) { $0.append(classes.count, of: alphabet, to: &$1) }
    }

    /// Draws until the result is no text of the file.
    private func appendDrawn(
        _ text: UnsafeBufferPointer<UInt8>, _ kind: TextKind, to out: inout [UInt8],
        _ draw: (inout RandomStream, inout [UInt8]) -> Void
    ) {
        var random = key.stream(.text(kind), text)
        let start = out.count
        for _ in 0..<Self.attempts {
            out.removeLast(out.count - start)
            draw(&random, &out)
            let isOriginal = out.withUnsafeBufferPointer { new in
                originals.contains(UnsafeBufferPointer(rebasing: new[start...]))
            }
            if !isOriginal { return }
        }
    }

    private static func appendUUID(_ random: inout RandomStream, to out: inout [UInt8]) {
        out += UUIDBytes.version4(random.next(), random.next()).text.utf8
    }

    private static func appendAddress(_ count: Int, _ random: inout RandomStream, to out: inout [UInt8]) {
        out += InternetAddress(bytes: random.bytes(count), prefixLength: count * 8).text.utf8
    }
}

// MARK: - Texts of several parts

extension Replacements {
    func append(email text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) throws(ValueMismatch) {
        guard let parts = EmailParts(text) else { return try append(text, as: .string, to: &out) }
        try append(parts.local, as: .string, to: &out)
        out.append(UInt8(ascii: "@"))
        try append(parts.domain, as: .string, to: &out)
    }

    func append(address text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) throws(ValueMismatch) {
        try append(text, as: AddressText.isAddress(text) ? .address : .string, to: &out)
    }

    func append(url text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) throws(ValueMismatch) {
        guard let address = WebAddress(text) else { return try append(text, as: .string, to: &out) }
        try address.rebuild(to: &out) { piece, out throws(ValueMismatch) in
            try append(piece, as: .string, to: &out)
        }
    }

    /// The slug that belongs to a name's replacement.
    func append(slugOf name: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) throws(ValueMismatch) {
        var new: [UInt8] = []
        try append(name, as: .name, to: &new)
        let dashed = new.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        out += SlugText.slug(String(decoding: dashed, as: UTF8.self).unicodeScalars).utf8
    }

    /// What a text becomes that is replaced twice. It depends on the text alone; what the first rule made of it shows only
    /// if that is nothing.
    func append(
        _ text: UnsafeBufferPointer<UInt8>, twiceAs kind: SecondKind, to out: inout [UInt8]
    ) throws(ValueMismatch) {
        var first: [UInt8] = []
        try append(text, as: kind.first, to: &first)
        guard !first.isEmpty else { return }
        let tokens = TokenMaker(key)
        switch originals.secondKind(of: text) ?? kind {
        case .token: out += tokens.token(for: text)
        case .tokenDigest: out += tokens.digest(for: text)
        case .tokenEnd: out += originals.tokenEnds[Array(text)] ?? tokens.end(for: text)
        case .uuid:
            var random = key.stream(.secondUUID, text)
            Self.appendUUID(&random, to: &out)
        }
    }
}

// MARK: - Dates

extension Replacements {
    /// Milliseconds since 1970; nil for a date that the file does not have.
    func instant(_ microseconds: Int64) -> Int64? { instants.replacement(of: microseconds, key) }
}
