package import CommandLine
internal import Glibc
internal import Operations

/// What is kept of relocations with steps, in a folder of the operator's: `UUID/in/raw-relocation-data.tar` is the file as it
/// was sent. A retry begins again with it. Folders have mode 0700, files 0600.
package struct KeptFiles: Sendable {
    private let folder: String

    /// The name that Sentry gives a relocation's file.
    package static let rawName = "raw-relocation-data.tar"
    private static let rawKind = "in"
    /// Days after which a file is removed.
    package static let days = 30

    /// Throws `CommandFailure` unless it is a folder in which this user may write.
    package init(_ folder: String) throws(CommandFailure) {
        guard access(folder, W_OK | X_OK) == 0, Self.isFolder(folder) else {
            throw CommandFailure(
                .cannotCreate, "Files cannot be kept in \(folder): \(Self.reason(folder)).",
                next: "create the folder with mode 0700 for the user of the server, or leave --http-files out")
        }
        self.folder = folder
    }

    /// One file of a relocation.
    struct Artifact: Sendable, Equatable {
        /// `kind/name`, or a name alone.
        let path: String
        let bytes: Int64
    }

    /// The path of a relocation's file; nil if it is gone.
    func raw(of id: RelocationID) -> String? { path(of: id, Self.rawKind, Self.rawName) }

    /// The path of a file; nil if there is none.
    func path(of id: RelocationID, _ kind: String, _ name: String) -> String? {
        guard [kind, name].allSatisfy(Self.isName) else { return nil }
        let path = "\(folder)/\(id.text)/\(kind)/\(name)"
        return Self.bytes(of: path) == nil ? nil : path
    }

    /// All files, by path. Looks into no folder below a kind's.
    func artifacts(of id: RelocationID) -> [Artifact] {
        let base = "\(folder)/\(id.text)"
        let names = Self.names(in: base).flatMap { name in
            Self.isFolder("\(base)/\(name)") ? Self.names(in: "\(base)/\(name)").map { "\(name)/\($0)" } : [name]
        }
        return names.sorted().compactMap { name in
            Self.bytes(of: "\(base)/\(name)").map { Artifact(path: name, bytes: $0) }
        }
    }

    // MARK: - Keeping

    /// Keeps a copy of the file at a path.
    func keep(_ path: String, as id: RelocationID) throws(CommandFailure) {
        let target = "\(folder)/\(id.text)/\(Self.rawKind)"
        mkdir("\(folder)/\(id.text)", 0o700)
        mkdir(target, 0o700)
        do throws(CommandFailure) { try Self.copy(path, to: "\(target)/\(Self.rawName)") } catch {
            forget(id)
            throw error
        }
    }

    /// Removes the file of a relocation that was not queued.
    func forget(_ id: RelocationID) {
        let base = "\(folder)/\(id.text)"
        unlink("\(base)/\(Self.rawKind)/\(Self.rawName)")
        rmdir("\(base)/\(Self.rawKind)")
        rmdir(base)
    }

    /// Removes files that were kept for long enough.
    func removeOld() {
        let oldest = time(nil) - Self.days * 24 * 60 * 60
        for id in Self.names(in: folder).compactMap(RelocationID.init) {
            guard let path = raw(of: id), let written = Self.status(of: path)?.st_mtim.tv_sec, written < oldest else {
                continue
            }
            forget(id)
        }
    }

    private static func copy(_ path: String, to target: String) throws(CommandFailure) {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(source) }
        let file = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard source >= 0, file >= 0 else { throw failure(errno) }
        var offset = 0
        while true {
            let count = sendfile(file, source, &offset, 1 << 20)
            if count == 0 { break }
            if count < 0, errno != EINTR { throw failure(errno) }
        }
        guard fsync(file) == 0 else { throw failure(errno) }
    }

    private static func failure(_ code: Int32) -> CommandFailure {
        CommandFailure(
            .cannotCreate, "The file cannot be kept: \(String(cString: strerror(code))).",
            next: "make room in the folder of --http-files")
    }

    // MARK: - Looking

    /// Whether a text is the name of one file: no path leads out of a relocation's folder.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix(".") && !text.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
    }

    private static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if isName(name) { names.append(name) }
        }
        return names
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// nil unless it is a plain file.
    private static func bytes(of path: String) -> Int64? {
        guard let status = status(of: path), status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    private static func isFolder(_ path: String) -> Bool {
        status(of: path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    private static func reason(_ path: String) -> String {
        let code = errno
        guard status(of: path) != nil else { return "there is no such folder" }
        return isFolder(path) ? String(cString: strerror(code)) : "it is no folder"
    }
}
