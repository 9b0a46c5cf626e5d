import ArgumentParser
import Queue
import Testing

@testable import CommandLine

@Suite struct OptionsTests {
    private func failure(_ call: () throws -> Void) -> CommandFailure? {
        do { try call() } catch { return error as? CommandFailure }
        return nil
    }

    @Test func flagsComeBeforeTheEnvironment() throws {
        let environment = Environment([
            "RELOCATION_REDIS_URL": "redis://u:p@env/1", "RELOCATION_REDIS_PREFIX": "fromenv",
        ])
        var configuration = try RedisOptions.parse([]).configuration(environment)
        #expect(configuration.url.description == "redis://env:6379/1" && configuration.prefix == "fromenv")
        configuration = try RedisOptions.parse(["--redis-url", "unix:///s", "--redis-prefix", "flag"])
            .configuration(environment)
        #expect(configuration.url.description == "unix:///s" && configuration.prefix == "flag")
        let bare = Environment(["RELOCATION_REDIS_URL": "redis://h"])
        #expect(try RedisOptions.parse([]).configuration(bare).prefix == "relocation")
    }

    @Test func howLongAFinishedRelocationIsRemembered() throws {
        let environment = Environment(["RELOCATION_REDIS_URL": "redis://h", "RELOCATION_RETENTION": "60"])
        #expect(try RedisOptions.parse([]).configuration(environment).retentionSeconds == 60)
        #expect(try RedisOptions.parse(["--retention", "5"]).configuration(environment).retentionSeconds == 5)
        let bare = Environment(["RELOCATION_REDIS_URL": "redis://h"])
        #expect(try RedisOptions.parse([]).configuration(bare).retentionSeconds == 30 * 24 * 60 * 60)
        let word = Environment(["RELOCATION_REDIS_URL": "redis://h", "RELOCATION_RETENTION": "a month"])
        #expect(failure { _ = try RedisOptions.parse([]).configuration(word) }?.status == .usage)
        #expect(kind { _ = try RedisOptions.parse(["--retention", "0"]).configuration(bare) } == .invalidArgument)
    }

    @Test func aPasswordOnTheCommandLineIsRefused() throws {
        let nothing = Environment([:])
        let redis = try RedisOptions.parse(["--redis-url", "redis://u:hush@h"])
        var refusal = failure { _ = try redis.configuration(nothing) }
        #expect(refusal?.status == .usage && refusal?.message.contains("RELOCATION_REDIS_URL_FILE") == true)
        #expect(refusal?.message.contains("hush") == false)
        for url in [
            "postgresql://u:hush@h/d", "postgres://u@h/d?password=hush", "postgresql://h/d?a=b&sslpassword=hush",
            "postgresql://h/d?%70assword=hush", "host=h password=hush", "host=h PASSWORD = hush",
        ] {
            let database = try DatabaseOptions.parse(["--database-url", url])
            refusal = failure { _ = try database.url(nothing, folder: "/f") }
            #expect(refusal?.status == .usage && refusal?.message.contains("hush") == false, "\(url)")
        }
    }

    /// The control database's flag is checked by the same function.
    @Test func everyDatabaseFlagRefusesAPassword() {
        for url in [
            "postgresql://h/db?PASSWORD=hush", "postgresql://h/db?p%61ssword=hush", "postgres://h/db?SslPassword=hush",
            "postgresql://h/db?%50%41SSWORD=hush", "postgresql://user:hush@h/db", "POSTGRESQL://user:hush@h/db",
            "postgresql://?password=hush",
        ] {
            let refusal = failure {
                try DatabasePassword.refuse(in: url, flag: "--control-database-url", variable: "CONTROL")
            }
            #expect(refusal?.status == .usage, "\(url)")
            #expect(
                refusal?.message.contains("--control-database-url") == true
                    && refusal?.message.contains("CONTROL_FILE") == true)
            #expect(refusal?.message.contains("hush") == false)
        }
    }

    @Test func databasesWithoutAPasswordAreTakenAsTheyAre() throws {
        for url in [
            "postgresql://u@h/d", "postgresql://h:5432/password", "postgresql:///d?host=/run", "sqlite:///a:b@c",
            "host=h user=u",
        ] {
            #expect(try DatabaseOptions.parse(["--database-url", url]).url(Environment([:]), folder: "/f") == url)
        }
        let environment = Environment(["RELOCATION_DATABASE_URL": "postgresql://u:hush@h/d"])
        #expect(try DatabaseOptions.parse([]).url(environment, folder: "/f") == "postgresql://u:hush@h/d")
        let options = try DatabaseOptions.parse([])
        #expect(try options.url(Environment([:]), folder: "/a/b") == "sqlite:///a/b/relocation.sqlite")
        #expect(try options.url(Environment([:]), folder: "/") == "sqlite:///relocation.sqlite")
    }

    @Test func noRedisAtAllIsAUsageError() throws {
        let options = try RedisOptions.parse([])
        #expect(failure { _ = try options.configuration(Environment([:])) }?.status == .usage)
        #expect(kind { _ = try options.configuration(Environment(["RELOCATION_REDIS_URL": "x"])) } == .badURL)
    }
}

/// The kind of the queue error that a call throws; nil when it throws none.
func kind(of call: () throws -> Void) -> QueueError.Kind? {
    do { try call() } catch { return (error as? QueueError)?.kind }
    return nil
}
