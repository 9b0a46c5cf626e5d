import ExportFormat
import Glibc

/// A program that encrypts or decrypts a key. It is run without a shell, gets its question on standard input and answers on
/// standard output; its messages go to our standard error.
struct KeyProgram: Sendable {
    private let words: [String]
    private let limit: Duration

    /// The time a program has: a key management service answers within seconds.
    static let timeLimit = Duration.seconds(60)
    /// Between two looks whether it has ended.
    private static let pollMicroseconds: UInt32 = 10_000

    /// - Parameters:
    ///   - command: words separated by blanks; quotes, single or double, keep blanks. No other character is special.
    ///   - flag: of the command line, for the error
    ///   - limit: the time after which the program is ended
    init(_ command: String, flag: String, limit: Duration = timeLimit) throws(CommandFailure) {
        guard let words = Self.words(of: command), let program = words.first, !program.isEmpty else {
            throw CommandFailure(
                .usage, "\(flag) takes a program with its arguments; a word with blanks stands in quotes, '…' or \"…\"."
            )
        }
        self.words = words
        self.limit = limit
    }

    /// Nil if a quote is not closed.
    private static func words(of command: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in command {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character.isWhitespace {
                words += [word].compactMap { $0 }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        return quote == nil ? words + [word].compactMap { $0 } : nil
    }

    /// Runs the program once. Throws `badKey`, `notFound`, `permission`, `tooLarge`, or `tooSlow` after its time limit.
    ///
    /// - Parameter question: at most ``TarballSeal/maxExchangeBytes`` bytes, so that a pipe holds them
    func answer(to question: [UInt8]) throws(ExportError) -> [UInt8] {
        guard question.count <= TarballSeal.maxExchangeBytes else {
            throw ExportError(.badKey, "the tarball's data.key has more than \(TarballSeal.maxExchangeBytes) bytes")
        }
        guard let input = Pipe(), let output = Pipe() else {
            throw ExportError(.outOfMemory, "no pipe to \(words[0]) can be made: \(Self.words(errno))")
        }
        // The pipe holds it all: nobody has to read yet.
        guard write(input.writing, question, question.count) == question.count else { throw failed(errno) }
        let process = try start(input, output)
        input.closeWriting()
        output.closeWriting()
        let deadline = ContinuousClock.now.advanced(by: limit)
        let answer = output.read(until: deadline)
        if case .whole = answer {} else { kill(process, SIGKILL) }
        let status = try end(of: process, until: deadline)
        switch answer {
        case .late: throw late
        case .tooLong:
            throw ExportError(
                .tooLarge, "\(words[0]) has written more than \(TarballSeal.maxExchangeBytes) bytes: that is no key")
        case .whole(let bytes):
            try requireSuccess(status)
            return bytes
        }
    }

    /// The exit status as the system tells it. A program that goes on after its answer is ended at the deadline.
    private func end(of process: pid_t, until deadline: ContinuousClock.Instant) throws(ExportError) -> Int32 {
        var status: Int32 = 0
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process || ended < 0 && errno != EINTR { return status }
            if ContinuousClock.now >= deadline {
                kill(process, SIGKILL)
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                throw late
            }
            usleep(Self.pollMicroseconds)
        }
    }

    private var late: ExportError {
        ExportError(
            .tooSlow,
            "\(words[0]) has not ended within \(limit.components.seconds) seconds and was killed; run it by itself to see what it "
                + "waits for")
    }

    private func requireSuccess(_ status: Int32) throws(ExportError) {
        guard status == 0 else {
            let end = status & 0x7F == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
            throw ExportError(.badKey, "\(words[0]) has ended with \(end); its own messages say why")
        }
    }

    private func failed(_ code: Int32) -> ExportError {
        let kind: ExportError.Kind =
            switch code {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM: .permission
            default: .unreadable
            }
        return ExportError(kind, "the program \(words[0]) cannot be run: \(Self.words(code))")
    }

    private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

// MARK: - Starting

extension KeyProgram {
    private func start(_ input: Pipe, _ output: Pipe) throws(ExportError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.reading, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // We ignore and block signals that must end the program.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var process: pid_t = 0
        let (arguments, variables) = (words.map { strdup($0) }, Self.environment().map { strdup($0) })
        defer { for text in arguments + variables { free(text) } }
        let code = posix_spawnp(&process, words[0], &actions, &attributes, arguments + [nil], variables + [nil])
        guard code == 0 else { throw failed(code) }
        return process
    }

    /// All variables but our own: those may hold passwords.
    private static func environment() -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables.filter { !$0.hasPrefix("RELOCATION_") }
    }
}

/// A pipe that no other program inherits.
private final class Pipe {
    let reading: Int32
    private(set) var writing: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        Glibc.close(reading)
        closeWriting()
    }

    /// What came through it.
    enum Answer {
        case whole([UInt8])
        case tooLong, late
    }

    /// All that comes until the other side closes it.
    func read(until deadline: ContinuousClock.Instant) -> Answer {
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: TarballSeal.maxExchangeBytes)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return .late }
            var ready = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, Int32(clamping: Int64(left / .milliseconds(1)) + 1)) > 0 else { continue }
            let count = Glibc.read(reading, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .whole(answer) }
            answer += block[..<count]
            if answer.count > TarballSeal.maxExchangeBytes { return .tooLong }
        }
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }
}
