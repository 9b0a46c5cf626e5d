import Foundation
import TestSupport
import Testing

/// Debian packages: built, linted, installed, upgraded and removed.
@Suite struct PackagingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func thePackagesLive() throws {
        let built = try Tool(
            ":deploy/package/deb", [folder.file("packages")], in: folder,
            environment: ["PROGRAMS": Programs.folder, "RELOCATION_DEB_COMPRESSION": "none"])
        try #require(built.code == 0, "\(built.output)")
        let packages = try FileManager.default.contentsOfDirectory(atPath: folder.file("packages")).sorted()
            .map { folder.file("packages/\($0)") }
        #expect(packages.count == 2)
        try lint(packages)
        let depends = try Tool("dpkg-deb", ["-f", packages[0], "Depends"], in: folder).output
        #expect(depends.contains("libhiredis") && !depends.contains("libpq") && !depends.contains("sqlite"))
        let life = try Tool(
            ":Tests/PackageTests/throwaway",
            [":", folder.path, Programs.folder, "/opt", "--", ":Tests/PackageTests/deb-life", folder.file("packages")],
            in: folder, environment: ["LC_ALL": "C.UTF-8"])
        #expect(life.code == 0, "\(life.output)")
    }

    /// What the packages of a release do not have: no compression, and a path to the toolchain's libraries.
    private static let ofThisBuild = ["uses-no-compression-for-", "custom-library-search-path", "running with root"]

    private func lint(_ packages: [String]) throws {
        let lint = try Tool("lintian", ["--tag-display-limit", "0"] + packages, in: folder)
        let left = lint.output.split(separator: "\n").filter { line in
            !Self.ofThisBuild.contains { line.contains($0) }
        }
        #expect(left.isEmpty, "\(left.joined(separator: "\n"))")
    }

    /// The packages that deploy/container/libraries lists are those of the libraries that the programs are linked with.
    @Test func theListOfLibrariesIsTrue() throws {
        let listed = try Tool.text("deploy/container/libraries").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(try packages(of: ["relocation-enqueue", "relocation-worker"]) == Set(listed.map(String.init)))
        let worker = Set(["libpq5", "librdkafka1", "libsqlite3-0"])
        #expect(try packages(of: ["relocation-enqueue"]) == Set(listed.map(String.init)).subtracting(worker))
        let table = try Tool.text("deploy/README.md")
        for name in listed { #expect(table.contains("`\(name)`"), "deploy/README.md: \(name)") }
    }

    /// The packages of the libraries that `ldd` finds for what the programs name themselves; the toolchain's, which release
    /// builds hold, have none.
    private func packages(of programs: [String]) throws -> Set<String> {
        var found: Set<String> = []
        for program in programs.map({ Programs.folder + "/" + $0 }) {
            let needed = try Tool("readelf", ["-d", program], in: folder).output
                .matches(of: #/NEEDED.*\[(.*)\]/#).map { String($0.1) }
            let places = try Tool("ldd", [program], in: folder).output
            for name in needed where !name.contains("swift") {
                guard let place = places.split(separator: "\n").first(where: { $0.contains(name + " =>") }) else {
                    continue
                }
                let path = place.split(separator: " ")[2]
                // Debian's folders /lib and /usr/lib are one; its packages say either.
                for path in [String(path), "/usr" + path, String(path.dropFirst(4))] {
                    let owner = try Tool("dpkg-query", ["-S", path], in: folder)
                    if owner.code == 0 { found.insert(String(owner.output.prefix { $0 != ":" })) }
                }
            }
        }
        return found
    }
}
