internal import CMalloc

/// Limits the memory that the C heap keeps.
enum HeapLimits {
    /// glibc gives threads up to eight arenas per processor. Each arena keeps the memory that was free when its thread
    /// ended. The threads of a worker come and go with its relocations and would use all arenas.
    private static let arenas: Int32 = 4

    static func apply() { _ = mallopt(M_ARENA_MAX, arenas) }
}
