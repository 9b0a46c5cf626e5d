internal import Hummingbird

/// The fields of a form that are read.
struct FormFields: Sendable {
    /// Those with files.
    var files: Set<String> = [UploadedForm.fileName]
    /// Those with texts that may come as files.
    var texts: Set<String> = []
}

/// What a form with files says.
struct UploadedForm: Sendable {
    struct File: Sendable {
        /// As the sender calls it.
        let name: String
        fileprivate(set) var bytes: Int64 = 0
        /// Where it lies.
        var path = ""
    }

    /// Name → text, of the last field of that name.
    private(set) var texts: [String: String] = [:]
    var files: [String: File] = [:]
    private let fields: FormFields
    /// The field whose bytes come.
    private var place = Place.other

    private enum Place { case other, file(String), text(String) }

    /// The field with the file, if there is one only.
    static let fileName = "file"
    /// Bytes of all texts together.
    private static let textLimit = 256 << 10
    private var textBytes = 0

    init(_ fields: FormFields = FormFields()) { self.fields = fields }

    /// Of a body that is a file.
    init(file path: String) {
        self.init()
        files[Self.fileName] = File(name: "upload", path: path)
    }

    /// - Parameter write: appends to the file of a field; nil empties it
    mutating func take(_ event: MultipartReader.Event, _ write: (String, [UInt8]?) throws -> Void) throws {
        switch event {
        case .begin(let name, let filename): try begin(name, filename, write)
        case .bytes(let bytes):
            switch place {
            case .other: return
            case .file(let name):
                files[name]?.bytes += Int64(bytes.count)
                try write(name, bytes)
            case .text(let name): try append(bytes, to: name)
            }
        }
    }

    /// A file without a name is none, and other files are not read.
    private mutating func begin(
        _ name: String, _ filename: String?, _ write: (String, [UInt8]?) throws -> Void
    ) throws {
        guard let filename, !fields.texts.contains(name) else {
            (place, texts[name], raw) = (.text(name), "", [])
            return
        }
        place = .other
        guard fields.files.contains(name), !filename.isEmpty else { return }
        (place, files[name]) = (.file(name), File(name: filename))
        try write(name, nil)
    }

    private var raw: [UInt8] = []

    private mutating func append(_ bytes: [UInt8], to name: String) throws(Problem) {
        textBytes += bytes.count
        guard textBytes <= Self.textLimit else { throw .tooLarge(Self.textLimit) }
        raw += bytes
        texts[name] = String(decoding: raw, as: UTF8.self)
    }

    /// Throws a problem if the file is missing.
    func file(_ name: String) throws(Problem) -> File {
        guard let file = files[name] else { throw .badRequest("The form has no file \(name).") }
        return file
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
