internal import CMalloc

/// How much the C heap keeps.
enum HeapLimits {
    /// glibc gives threads up to eight arenas a processor, and each keeps what was free when its thread ended: a worker
    /// whose threads come and go with its relocations would spread over all of them.
    private static let arenas: Int32 = 4

    static func apply() { _ = mallopt(M_ARENA_MAX, arenas) }
}
