internal import Synchronization

/// Lets a few pieces of work through at a time. Others wait their turn, who comes first goes first, and not for ever.
final class Turnstile: Sendable {
    private let places: Int
    private let patience: Duration
    private let state = Mutex(State())

    /// Throws for who has waited in vain.
    private let refusal: Problem

    init(places: Int, patience: Duration, refusal: Problem) {
        (self.places, self.patience, self.refusal) = (places, patience, refusal)
    }

    /// Runs work when its turn comes.
    func pass<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
        let number = state.withLock { $0.register(places) }
        defer { leave(number) }
        try await turn(number)
        return try await work()
    }

    /// How many wait.
    var waiting: Int { state.withLock { state in state.entries.values.count { !$0.isInside } } }

    private func leave(_ number: Int) {
        state.withLock { state in
            state.entries[number] = nil
            return state.admit(places)
        }?.resume()
    }

    /// Ends when the place is free, or throws when patience has ended.
    private func turn(_ number: Int) async throws {
        if state.withLock({ $0.entries[number]?.isInside == true }) { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.wait(number) }
            group.addTask { [patience, refusal] in
                try await Task.sleep(for: patience)
                throw refusal
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }

    private func wait(_ number: Int) async throws {
        try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if state.withLock({ $0.keep(continuation, number) }) { continuation.resume() }
            }
            try Task.checkCancellation()
        } onCancel: {
            state.withLock { $0.giveUp(number) }?.resume()
        }
    }
}

extension Turnstile {
    fileprivate typealias Continuation = CheckedContinuation<Void, Never>

    fileprivate struct Entry {
        var isInside = false
        /// No longer waits.
        var hasGivenUp = false
        var continuation: Continuation?
    }

    /// Who is inside and who waits, by the order of their coming.
    fileprivate struct State: ~Copyable {
        var entries: [Int: Entry] = [:]
        private var last = 0

        mutating func register(_ places: Int) -> Int {
            last += 1
            entries[last] = Entry(isInside: inside < places && inside == entries.count)
            return last
        }

        private var inside: Int { entries.values.count { $0.isInside } }

        /// Lets the first one in that waits, if there is room; what it waits with.
        mutating func admit(_ places: Int) -> Continuation? {
            guard inside < places, let next = entries.filter({ !$0.value.isInside }).keys.min() else { return nil }
            entries[next]?.isInside = true
            return taken(next)
        }

        /// Whether it need not wait.
        mutating func keep(_ continuation: Continuation, _ number: Int) -> Bool {
            guard let entry = entries[number], !entry.isInside, !entry.hasGivenUp else { return true }
            entries[number]?.continuation = continuation
            return false
        }

        mutating func giveUp(_ number: Int) -> Continuation? {
            entries[number]?.hasGivenUp = true
            return taken(number)
        }

        private mutating func taken(_ number: Int) -> Continuation? {
            defer { entries[number]?.continuation = nil }
            return entries[number]?.continuation
        }
    }
}
