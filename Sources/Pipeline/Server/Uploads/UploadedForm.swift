internal import Hummingbird

/// What a form with a file says besides the file.
struct UploadedForm: Sendable {
    /// Name → text, of the last field of that name.
    private(set) var texts: [String: String] = [:]
    /// Bytes of the file; nil if there is none.
    private(set) var fileBytes: Int64?
    /// The field whose bytes come.
    private var place = Place.other

    private enum Place { case other, file, text(String) }

    /// The field with the file.
    static let fileName = "file"
    /// Bytes of all texts together.
    private static let textLimit = 256 << 10
    private var textBytes = 0

    init() {}

    /// - Parameter write: appends to the file; nil empties it
    mutating func take(_ event: MultipartReader.Event, _ write: ([UInt8]?) throws -> Void) throws {
        switch event {
        case .begin(let name, let filename): try begin(name, filename, write)
        case .bytes(let bytes):
            switch place {
            case .other: return
            case .file:
                fileBytes = (fileBytes ?? 0) + Int64(bytes.count)
                try write(bytes)
            case .text(let name): try append(bytes, to: name)
            }
        }
    }

    /// A file without a name is none, and other files are not read.
    private mutating func begin(_ name: String, _ filename: String?, _ write: ([UInt8]?) throws -> Void) throws {
        guard let filename else {
            (place, texts[name], raw) = (.text(name), "", [])
            return
        }
        place = .other
        guard name == Self.fileName, !filename.isEmpty else { return }
        (place, fileBytes) = (.file, 0)
        try write(nil)
    }

    private var raw: [UInt8] = []

    private mutating func append(_ bytes: [UInt8], to name: String) throws(Problem) {
        textBytes += bytes.count
        guard textBytes <= Self.textLimit else { throw .tooLarge(Self.textLimit) }
        raw += bytes
        texts[name] = String(decoding: raw, as: UTF8.self)
    }
}

extension UploadedForm {
    /// What a request without a file says; throws a problem for a body that is no form.
    ///
    /// - Parameter text: of `application/x-www-form-urlencoded`
    init(text: Form) {
        self.init()
        for name in text.names { texts[name] = text.all(name).last }
    }
}

/// How the body of a form is read.
enum FormBody {
    case parts(MultipartReader)
    case whole(UploadedForm)

    private static let maxBytes = 64 << 10

    init(_ request: Request) async throws {
        let type = request.headers[.contentType] ?? ""
        if let reader = MultipartReader(contentType: type) {
            self = .parts(reader)
            return
        }
        let name = HeaderParameters.split(type).value
        guard ["", "application/x-www-form-urlencoded"].contains(name) else {
            throw Problem(.unsupportedMediaType, "Unsupported media type \"\(type)\" in request.")
        }
        var request = request
        self = .whole(UploadedForm(text: try await Form(&request, maxBytes: Self.maxBytes)))
    }
}
