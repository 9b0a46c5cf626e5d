import Foundation
import Synchronization
import TestSupport

/// A place for one worker process, with the proxies of its connections. `supervise` starts the next process when one
/// has ended.
final class WorkerProcess: Sendable {
    let number: Int
    let redisProxy: Proxy
    /// nil if the database is a file.
    let databaseProxy: Proxy?
    private let program: String
    private let environment: [String: String?]
    private let folder: TemporaryFolder
    private let arguments: [String]
    private let state = Mutex(State())

    private struct State {
        var process: ChildProcess?
        var starts = 0
        var isFrozen = false
        /// An injected fault is active on it.
        var isTroubled = false
        var isRetired = false
        var exits: [Int32: Int] = [:]
    }

    init(
        number: Int, program: String, environment: [String: String?], concurrency: Int, redisProxy: Proxy,
        databaseProxy: Proxy?, folder: TemporaryFolder, logLevel: String = "debug"
    ) {
        self.number = number
        self.program = program
        self.environment = environment
        self.redisProxy = redisProxy
        self.databaseProxy = databaseProxy
        self.folder = folder
        arguments = ["run", "--concurrency", "\(concurrency)", "--log-format", "json", "--log-level", logLevel]
    }

    /// Starts the process unless it runs. Called again and again.
    func supervise() throws {
        try state.withLock { state in
            guard !state.isRetired, !state.isFrozen, !(state.process?.isRunning ?? false) else { return }
            if let ended = state.process { state.exits[ended.wait(), default: 0] += 1 }
            state.starts += 1
            let log = folder.file("worker-\(number).\(state.starts).log")
            state.process = try ChildProcess(
                program, arguments, environment: environment, output: log, errors: log, folder: folder.path)
        }
    }

    /// The process id; the owner's name in Redis ends with it.
    var pid: Int32? { state.withLock { $0.process?.pid } }

    var isTroubled: Bool {
        state.withLock { $0.isTroubled || $0.isFrozen || $0.process?.isRunning != true }
    }

    func trouble(_ isTroubled: Bool) { state.withLock { $0.isTroubled = isTroubled } }

    func signal(_ number: Int32) { state.withLock { $0.process?.signal(number) } }

    func freeze() {
        state.withLock { state in
            state.isFrozen = true
            state.process?.signal(SIGSTOP)
        }
    }

    func thaw() {
        state.withLock { state in
            state.process?.signal(SIGCONT)
            state.isFrozen = false
        }
    }

    /// Ends the process for good. False if it had to be killed.
    func retire() -> Bool {
        let process = state.withLock { state in
            state.isRetired = true
            return state.process
        }
        guard let process else { return true }
        process.signal(SIGCONT)
        process.signal(SIGTERM)
        if process.wait(seconds: 20) != nil { return true }
        process.signal(SIGKILL)
        process.wait()
        return false
    }

    /// Exit code (128 + signal if a signal ended it) → how often.
    var exits: [Int32: Int] { state.withLock { $0.exits } }
}
