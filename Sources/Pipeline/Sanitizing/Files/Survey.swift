import ExportFormat
import TextForms

/// The first pass: notes the texts that will be replaced, each with the first rule that meets it, and all dates.
final class Survey {
    private let key: RunKey
    private let options: SanitizingOptions
    private(set) var originals = Originals()
    private(set) var sought = SoughtTexts()
    private var instants: [Int64] = []
    private var unused: [UInt8] = []
    private let names = SecretNames()
    private let inner: InnerText

    /// Room for a date is set aside for so many bytes of the file.
    private static let bytesPerDate: Int64 = 64

    /// - Parameter expectedBytes: of the file; nil if unknown
    init(_ key: RunKey, _ options: SanitizingOptions, limits: ExportLimits, expectedBytes: Int64?) {
        inner = InnerText(limits: limits)
        self.key = key
        self.options = options
        // Memory that nothing is written to costs nothing.
        instants.reserveCapacity(Int((expectedBytes ?? 0) / Self.bytesPerDate))
    }

    /// What a file becomes whose rows were all taken.
    func replacements() -> Replacements {
        Replacements(key, originals, Instants(takeInstants()), takesForeignTexts: options.takesForeignTexts)
    }

    /// Gives the list away: it is sorted without a copy.
    private func takeInstants() -> [Int64] {
        defer { instants = [] }
        return instants
    }

    func take(_ row: Envelope, _ kind: RowKind) {
        guard let fields = row.fields else { return }
        var items = fields.items
        while items.next() != nil, let value = items.next() {
            if value.isString, let time = DateTimeRule.clockTime(value.bytes) { note(time) }
        }
        if let treatments = kind.treatments {
            for (name, treatment) in treatments.fields { note(fields, name, treatment) }
            for name in treatments.freeTexts { seekSecrets(fields, name, isOption: treatments.isOption) }
        } else if options.keepsUnknown {
            noteAll(fields)
        }
    }

    /// The reference takes a date for UTC, whatever its offset.
    private func note(_ time: ClockTime) {
        // Several dates of a row are often the same.
        if instants.last != time.microseconds { instants.append(time.microseconds) }
    }

    private func note(_ fields: TapeValue, _ name: FieldName, _ treatment: Treatment) {
        guard let value = TapeRow(fields: fields).value(name), value.isString, !value.bytes.isEmpty else { return }
        let text = value.bytes
        switch treatment {
        case .name: note(text, .name)
        case .email: note(email: text)
        case .url: note(url: text)
        case .address: note(text, AddressText.isAddress(text) ? .address : .string)
        case .text(let kind): note(text, kind)
        case .twice(let kind): note(kind, text, of: fields)
        case .slug, .date, .emptyObject, .emptyList: break
        }
        if options.isThorough, treatment.isSought(name) { seek(text, treatment, fields) }
    }

    private func note(_ text: UnsafeBufferPointer<UInt8>, _ kind: TextKind) {
        if !text.isEmpty { originals.note(text, as: kind) }
    }

    private func note(email text: UnsafeBufferPointer<UInt8>) {
        guard let parts = EmailParts(text) else { return note(text, .string) }
        note(parts.local, .string)
        note(parts.domain, .string)
    }

    private func note(url text: UnsafeBufferPointer<UInt8>) {
        guard let address = WebAddress(text) else { return note(text, .string) }
        address.rebuild(to: &unused) { piece, _ in note(piece, .string) }
        unused.removeAll(keepingCapacity: true)
    }

    private func note(_ kind: SecondKind, _ text: UnsafeBufferPointer<UInt8>, of fields: TapeValue) {
        originals.note(text, as: kind)
        guard kind == .tokenEnd, let token = TapeRow(fields: fields).value(Self.token), token.isString,
            !token.bytes.isEmpty
        else { return }
        originals.note(tokenEnd: text, becomes: TokenMaker(key).end(ofTokenFor: token.bytes))
    }

    private static let token: FieldName = "token"

    /// Notes all texts in a value of an unknown model.
    private func noteAll(_ value: TapeValue) {
        if value.isString {
            let text = value.bytes
            switch TextShape(text) {
            case .email: note(email: text)
            case .address: note(text, .address)
            case .uuid: note(text, .uuid)
            case .other: note(text, .string)
            }
        } else if value.isObject {
            for entry in TapeEntries(value).entries { noteAll(entry.value) }
        } else if value.isArray {
            for item in value.items { noteAll(item) }
        }
    }

    /// Secrets that only their names tell: other texts are searched for them.
    private func seekSecrets(_ fields: TapeValue, _ name: FieldName, isOption: Bool) {
        let row = TapeRow(fields: fields)
        guard let value = row.value(name), !value.isNull else { return }
        let key = isOption && name == ModelTreatments.optionValue ? row.value(ModelTreatments.optionKey) : nil
        let isSecret = key.map { $0.isString && names.isSecret($0.bytes) } ?? false
        func add(_ text: UnsafeBufferPointer<UInt8>) {
            if text.count >= Self.shortestSecret { sought.add(text, .text) }
        }
        guard value.isString else { return names.secrets(in: value, isMarked: isSecret, add) }
        guard let inside = inner.value(value.bytes) else { return isSecret ? add(value.bytes) : () }
        names.secrets(in: inside, isMarked: isSecret, add)
    }

    /// Bytes of the shortest one that is sought: shorter ones may be common words.
    private static let shortestSecret = 8

    private func seek(_ text: UnsafeBufferPointer<UInt8>, _ treatment: Treatment, _ fields: TapeValue) {
        switch treatment {
        case .slug:
            let name = TapeRow(fields: fields).value("name")
            sought.add(text, name.flatMap { $0.isString ? .slug(ofName: Array($0.bytes)) : nil } ?? .text)
        case .email: sought.add(text, .email)
        case .url: sought.add(text, .url)
        case .twice(let kind): sought.add(text, .twice(kind))
        case .name, .address, .text, .date, .emptyObject, .emptyList: sought.add(text, .text)
        }
    }
}
