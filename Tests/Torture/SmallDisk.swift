import Foundation
import Glibc
import TestSupport

/// A small file system that can be filled at once. Only root can make one.
final class SmallDisk: Sendable {
    private let folder: TemporaryFolder
    var path: String { folder.path }
    private var ballast: String { folder.file("ballast") }

    /// nil if this machine does not let us.
    init?(megabytes: Int) {
        guard getuid() == 0, let folder = try? TemporaryFolder() else { return nil }
        self.folder = folder
        chmod(folder.path, 0o755)
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(megabytes)m,mode=0777") == 0 else { return nil }
        Interruption.keep(disk: folder.path)
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    /// Fills all free space.
    func fill() {
        // A worker that starts meanwhile must not inherit the file.
        let descriptor = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 1 << 20)
        lseek(descriptor, 0, Int32(SEEK_END))
        while write(descriptor, block, block.count) > 0 {}
        while write(descriptor, block, 4096) > 0 {}
    }

    func clear() {
        truncate(ballast, 0)
        unlink(ballast)
    }
}
