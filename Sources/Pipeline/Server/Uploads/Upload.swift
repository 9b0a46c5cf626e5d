internal import Hummingbird
internal import Queue

/// What one request sends, on its way to the disk.
actor Upload {
    private let executor = BlockingExecutor(label: "relocation.http.upload")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    /// The files, by the names of their fields.
    private var spools: [String: Spool] = [:]
    private var reader: MultipartReader?
    private var form = UploadedForm()

    /// Appends to the only file.
    func write(_ buffer: ByteBuffer) throws {
        let spool = try spool(UploadedForm.fileName)
        try buffer.withUnsafeReadableBytes { try spool.append($0) }
    }

    func begin(_ reader: MultipartReader, _ fields: FormFields) {
        self.reader = reader
        form = UploadedForm(fields)
    }

    func writeForm(_ buffer: ByteBuffer) throws {
        try reader?.read(buffer.readableBytesView) { event in
            try form.take(event) { name, content in
                // Of several files in one field the last one counts.
                guard let content else { return try spool(name).empty() }
                let spool = try spool(name)
                try content.withUnsafeBytes { try spool.append($0) }
            }
        }
    }

    /// Passes on what has come. The paths of files are good as long as the call runs.
    func useForm<Result: Sendable>(_ call: @Sendable (UploadedForm) throws -> Result) throws -> Result {
        try reader?.finish()
        for (name, spool) in spools { form.files[name]?.path = spool.path }
        return try call(form)
    }

    /// The same with the path of the only file.
    func use<Result: Sendable>(_ call: @Sendable (String) throws -> Result) throws -> Result {
        try call(try spool(UploadedForm.fileName).path)
    }

    private func spool(_ name: String) throws -> Spool {
        if let spool = spools[name] { return spool }
        let spool = try Spool()
        spools[name] = spool
        return spool
    }
}
