import ArgumentParser
import CommandLine
import Operations
import Queue

extension RelocationReference {
    /// UUIDs that a shell offers, the newest first.
    private static let offered = 50

    /// Asks the queue that the words of the command line name, or else the environment.
    static let completion = CompletionKind.custom { words, _, beginning in
        // A shell shows no error of a completion: without an answer it offers nothing.
        guard let redis = try? RedisOptions.parse(queueOptions(words)),
            let queue = try? RelocationQueue(try redis.configuration()),
            let found = try? queue.uuids(beginningWith: beginning.lowercased(), limit: offered)
        else { return [] }
        return found
    }

    /// The options that name the queue; of the others it may know nothing.
    private static func queueOptions(_ words: [String]) -> [String] {
        zip(words, words.dropFirst()).filter { ["--redis-url", "--redis-prefix"].contains($0.0) }.flatMap {
            [$0.0, $0.1]
        }
    }
}
