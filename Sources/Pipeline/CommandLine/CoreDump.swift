import Glibc

/// The process holds keys, passwords and rows in plain text: a core file would put them on disk.
enum CoreDump {
    /// Forbids core files, whatever the machine's settings.
    static func forbid() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        // Lowering a limit is always allowed.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }
}
