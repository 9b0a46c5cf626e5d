internal import Glibc
internal import Synchronization

/// Places between two side effects where a test may kill, freeze or fail the process. Compiled into debug builds only.
///
/// `RELOCATION_FAILPOINT=<name>:<n>:<action>` acts when the named place is reached for the n-th time (1-based):
/// `kill` sends SIGKILL to the process, `stop` sends SIGSTOP, `fail` throws, `hang` blocks forever, `hang3` blocks for
/// three seconds. The place `statement` is every database statement of a relocation, `redis.before` and `redis.after`
/// every exchange with Redis.
///
/// Within one process, ``observing(_:_:)`` reports every place to an observer.
public enum Failpoint {
    /// What a place throws on `fail`.
    public struct Reached: Error, Sendable {
        public let name: String

        public init(_ name: String) { self.name = name }
    }

    /// Receives the name of each place that is reached. An error that it throws is thrown at that place.
    public typealias Observer = @Sendable (String) throws(Reached) -> Void

    /// Runs the body with an observer of all places that it reaches on this thread or task.
    public static func observing<Result>(_ observer: @escaping Observer, _ body: () throws -> Result) rethrows -> Result
    {
        #if FAILPOINTS
            return try $observer.withValue(observer, operation: body)
        #else
            return try body()
        #endif
    }

    #if FAILPOINTS
        @TaskLocal private static var observer: Observer?

        private struct Plan: Sendable {
            let name: String
            let occurrence: Int
            let action: String
        }

        private static let plan: Plan? = {
            guard let text = getenv("RELOCATION_FAILPOINT").map({ String(cString: $0) }) else { return nil }
            let parts = text.split(separator: ":").map(String.init)
            guard parts.count == 3, let occurrence = Int(parts[1]) else { return nil }
            return Plan(name: parts[0], occurrence: occurrence, action: parts[2])
        }()

        private static let reached = Mutex(0)
    #endif

    /// Marks a place. Does nothing unless a test asks for it.
    public static func reach(_ name: StaticString) throws(Reached) {
        #if FAILPOINTS
            if let observer { try observer("\(name)") }
            guard let plan, plan.name == "\(name)" else { return }
            let occurrence = reached.withLock { count in
                count += 1
                return count
            }
            guard occurrence == plan.occurrence else { return }
            switch plan.action {
            case "kill": kill(getpid(), SIGKILL)
            case "stop": kill(getpid(), SIGSTOP)
            case let action where action.hasPrefix("hang"):
                guard let seconds = UInt32(action.dropFirst(4)) else { while true { pause() } }
                _ = sleep(seconds)
            default: throw Reached(plan.name)
            }
        #endif
    }
}
