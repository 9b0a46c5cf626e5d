import Glibc

/// The process holds keys, passwords and rows in plain text: a core file would write them to disk.
enum CoreDump {
    /// Forbids core files, whatever the machine's settings are.
    static func forbid() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        // Lowering a limit is always allowed.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }
}
