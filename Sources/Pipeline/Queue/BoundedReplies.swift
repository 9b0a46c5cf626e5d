@preconcurrency import CHiredis

/// Limits the length that an answer can announce: the library would reserve room for two billion elements because ten
/// bytes announce them.
enum BoundedReplies {
    /// Elements of one list; no script of ours gives nearly as many.
    static let maximumElements = 1 << 20

    /// From now on a longer list counts as one for which there is no memory.
    static func apply(to reader: UnsafeMutablePointer<redisReader>?) {
        if let functions { reader?.pointee.fn = functions }
    }

    /// How the library builds answers by default.
    private static let usual: redisReplyObjectFunctions? = {
        guard let reader = redisReaderCreate() else { return nil }
        defer { redisReaderFree(reader) }
        return reader.pointee.fn?.pointee
    }()

    /// The same with the limit. Lives as long as the process, for every reader points at it.
    nonisolated(unsafe) private static let functions: UnsafeMutablePointer<redisReplyObjectFunctions>? = {
        guard var bounded = usual else { return nil }
        bounded.createArray = { task, count in
            count <= BoundedReplies.maximumElements ? BoundedReplies.usual?.createArray(task, count) : nil
        }
        let pointer = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        pointer.initialize(to: bounded)
        return pointer
    }()
}
