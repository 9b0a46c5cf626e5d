import Foundation
import Glibc

/// A small file system in memory that a test can fill. Needs the right to mount.
public final class SmallDisk: Sendable {
    /// Whether this process may mount.
    public static let isAvailable = (try? SmallDisk(megabytes: 1)) != nil

    private let folder: TemporaryFolder
    public var path: String { folder.file("disk") }

    public init(megabytes: Int) throws {
        folder = try TemporaryFolder()
        chmod(folder.path, 0o755)
        guard mkdir(path, 0o755) == 0 else { throw SystemFailure("mkdir", errno) }
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else { throw SystemFailure("mount", errno) }
        if let user = getpwnam("postgres") { chown(path, user.pointee.pw_uid, user.pointee.pw_gid) }
    }

    public func grow(megabytes: Int) throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(megabytes)m") == 0 else {
            throw SystemFailure("mount", errno)
        }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }
}
