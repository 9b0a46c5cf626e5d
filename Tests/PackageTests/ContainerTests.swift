import Foundation
import TestSupport
import Testing

/// The files for containers: as far as they can be tried without an engine.
@Suite struct ContainerTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func theDockerfileIsSound() throws {
        let lint = try Tool(Tool.python("hadolint"), [":deploy/container/Dockerfile"], in: folder)
        #expect(lint.code == 0, "\(lint.output)")
        // It does complain where something is wrong.
        let wrong = try folder.write(
            try Tool.text("deploy/container/Dockerfile").replacing("--no-install-recommends", with: ""),
            to: "Dockerfile")
        #expect(try Tool(Tool.python("hadolint"), [wrong], in: folder).code != 0)
    }

    @Test func theCommandsOfTheDockerfileRun() throws {
        let run = try Tool(
            ":Tests/PackageTests/throwaway",
            [":", folder.path, Programs.folder, "/opt", "--", ":Tests/PackageTests/dockerfile", ":", Programs.folder],
            in: folder)
        #expect(run.code == 0, "\(run.output)")
    }

    @Test func theComposeFileIsSound() throws {
        let file = try folder.write(try Tool.text("deploy/container/compose.yaml"), to: "compose.yaml")
        let check = try Tool("docker-compose", ["-f", file, "config"], in: folder)
        #expect(check.code == 0 && check.output.contains("stop_grace_period: 90s"), "\(check.output)")
        let wrong = try folder.write(
            try Tool.text("deploy/container/compose.yaml").replacing("stop_grace_period", with: "grace"),
            to: "wrong.yaml")
        #expect(try Tool("docker-compose", ["-f", wrong, "config"], in: folder).code != 0)
    }

    @Test(arguments: ["redis.yaml", "worker.yaml"]) func theManifestsFitKubernetesSchemas(_ name: String) throws {
        let manifest = ":deploy/kubernetes/" + name
        let check = try Tool(Tool.python("kubernetes-validate"), ["--strict", manifest], in: folder)
        #expect(check.code == 0 && check.output.contains("passed"), "\(check.output)")
        let wrong = try folder.write(
            try Tool.text("deploy/kubernetes/" + name).replacing("replicas:", with: "copies:"), to: name)
        #expect(try Tool(Tool.python("kubernetes-validate"), ["--strict", wrong], in: folder).code != 0)
    }

    @Test func theYAMLAndTheScriptsAreSound() throws {
        let yaml = try Tool("yamllint", ["-s", "-c", ":.yamllint", ":deploy"], in: folder)
        #expect(yaml.code == 0, "\(yaml.output)")
        let scripts = [
            "demo", "install-packages", "relocation-backup", "package/install", "package/deb",
            "package/relocation-worker.postinst", "package/relocation-worker.prerm", "package/relocation-worker.postrm",
        ]
        let shell = try Tool("shellcheck", scripts.map { ":deploy/" + $0 }, in: folder)
        #expect(shell.code == 0, "\(shell.output)")
    }

    /// Redis as compose and Kubernetes start it: nobody gets in without the password, also from elsewhere.
    @Test func redisRunsWithTheDocumentedSettings() throws {
        for file in ["container/compose.yaml", "kubernetes/redis.yaml"] {
            let text = try Tool.text("deploy/" + file)
            let command = try #require(text.firstMatch(of: #/command: \[redis-server, [^,]*, (.*)\]/#))
            let arguments = command.1.split(separator: ", ").map { String($0.replacing("\"", with: "")) }
            let settings = try Tool.text("deploy/redis.conf").replacing("CHANGE-ME", with: "secret")
            let port = try freePort()
            let path = try folder.write(settings + "port \(port)\ndir \(folder.path)\n", to: "redis.conf")
            let server = try ChildProcess("redis-server", [path] + arguments)
            defer { server.signal(SIGTERM) }
            let environment: [String: String?] = [
                "PATH": Tool.path, "RELOCATION_REDIS_URL": "redis://relocation:secret@127.0.0.1:\(port)/0",
            ]
            var listed = try Tool("relocation-enqueue", ["list"], in: folder, environment: environment)
            #expect(
                try eventually(within: 20) {
                    listed = try Tool("relocation-enqueue", ["list"], in: folder, environment: environment)
                    return listed.code == 0
                }, "\(listed.output)")
            let stranger = try Tool("redis-cli", ["-p", "\(port)", "ping"], in: folder)
            #expect(stranger.output.contains("NOAUTH"), "\(stranger.output)")
        }
    }

    /// Secrets of Kubernetes belong to root and a group: the worker's user reads them by that group alone.
    @Test func secretsOfAGroupAreTaken() throws {
        let file = folder.file("payload-keys")
        let key = Data((0..<32).map { UInt8($0) }).base64EncodedString()
        try folder.write("first \(key)\n", to: "payload-keys", mode: 0o440)
        try folder.write("", to: "out", mode: 0o666)
        chmod(folder.path, 0o755)
        func check(mode: mode_t, owner: uid_t) throws -> Tool {
            let changed = chown(file, owner, 10001) == 0 && chmod(file, mode) == 0
            try #require(changed, "tests run as root")
            return try Tool(
                "setpriv",
                [
                    "--reuid", "10001", "--regid", "10001", "--clear-groups", Programs.folder + "/relocation-enqueue",
                    "users", ":deploy/sample/users.json", "--payload-key-file", file,
                ], in: folder, environment: ["RELOCATION_REDIS_URL": "redis://127.0.0.1:1/0"])
        }
        #expect(try check(mode: 0o440, owner: 0).code == 69, "the keys are read; only Redis is missing")
        #expect(try check(mode: 0o400, owner: 10001).code == 69)
        #expect(try check(mode: 0o440, owner: 10001).code == 77, "a file of its own is for nobody else")
        #expect(try check(mode: 0o444, owner: 0).code == 77)
        #expect(try check(mode: 0o460, owner: 0).code == 77)
    }
}
