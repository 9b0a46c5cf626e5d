import Glibc

/// A process of ours holds keys, passwords and rows in the clear: none of it belongs on a disk.
enum CoreDump {
    /// Leaves no core file, whatever the machine's settings.
    static func forbid() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        // Lowering a limit is always allowed.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }
}
