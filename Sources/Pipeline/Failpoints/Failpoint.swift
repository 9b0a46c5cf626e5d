internal import Glibc
internal import Synchronization

/// Places between two side effects where a test may kill, freeze or fail the process. Compiled into debug builds only;
/// a release build holds none of it.
///
/// `RELOCATION_FAILPOINT=<name>:<n>:<action>` acts when the named place is reached for the n-th time (1-based):
/// `kill` ends the process as SIGKILL does, `stop` freezes it as SIGSTOP does, `fail` throws, `hang` never goes on,
/// `hang3` goes on after three seconds. `statement` is every statement of a relocation's run, `redis.before` and
/// `redis.after` every exchange with Redis.
///
/// Within one process ``observing(_:_:)`` sees every place by itself.
public enum Failpoint {
    /// What a place throws on `fail`.
    public struct Reached: Error, Sendable {
        public let name: String

        public init(_ name: String) { self.name = name }
    }

    /// Is told the name of each place that is reached; what it throws is thrown there.
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

    /// Marks a place. Does nothing unless a test asked for it.
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
