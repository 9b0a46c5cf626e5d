import Queue
import TLS
import Testing

@Suite struct RedisURLTests {
    struct Good: Sendable {
        let text: String
        let endpoint: RedisURL.Endpoint
        var user: String?
        var database = 0
        var holdsPassword = false
        var trust: TLSTrust?
        let shown: String
    }

    @Test(arguments: [
        Good(text: "redis://h", endpoint: .tcp(host: "h", port: 6379), shown: "redis://h:6379/0"),
        Good(text: "redis://h/", endpoint: .tcp(host: "h", port: 6379), shown: "redis://h:6379/0"),
        Good(text: "redis://h:1/15", endpoint: .tcp(host: "h", port: 1), database: 15, shown: "redis://h:1/15"),
        Good(text: "redis://h:65535", endpoint: .tcp(host: "h", port: 65_535), shown: "redis://h:65535/0"),
        Good(text: "redis://[::1]:7", endpoint: .tcp(host: "::1", port: 7), shown: "redis://[::1]:7/0"),
        Good(
            text: "redis://[fe80::2]/3", endpoint: .tcp(host: "fe80::2", port: 6379), database: 3,
            shown: "redis://[fe80::2]:6379/3"),
        Good(
            text: "redis://u:p@h:2/1", endpoint: .tcp(host: "h", port: 2), user: "u", database: 1,
            holdsPassword: true, shown: "redis://h:2/1"),
        Good(
            text: "redis://:p@h", endpoint: .tcp(host: "h", port: 6379), holdsPassword: true,
            shown: "redis://h:6379/0"),
        Good(
            text: "redis://u%40x:s%3a%2f%C3%A9@h", endpoint: .tcp(host: "h", port: 6379), user: "u@x",
            holdsPassword: true, shown: "redis://h:6379/0"),
        Good(
            text: "redis://u:p@q:r@h", endpoint: .tcp(host: "h", port: 6379), user: "u", holdsPassword: true,
            shown: "redis://h:6379/0"),
        Good(text: "redis://u@h", endpoint: .tcp(host: "h", port: 6379), user: "u", shown: "redis://h:6379/0"),
        Good(
            text: "rediss://u:p@h/2", endpoint: .tcp(host: "h", port: 6379), user: "u", database: 2,
            holdsPassword: true,
            trust: TLSTrust(), shown: "rediss://h:6379/2"),
        Good(
            text: "rediss://h:7?ssl_ca_certs=/a%20b/ca.pem&ssl_certfile=c&ssl_keyfile=k",
            endpoint: .tcp(host: "h", port: 7),
            trust: TLSTrust(authorities: "/a b/ca.pem", certificate: "c", key: "k"), shown: "rediss://h:7/0"),
        Good(
            text: "redis-sentinel://h/main",
            endpoint: .sentinels([RedisURL.Place(host: "h", port: 26_379)], master: "main"),
            shown: "redis-sentinel://h:26379/main"),
        Good(
            text: "redis-sentinel://:p@h:1,[::1],k:3/main?db=4&sentinel_user=s&sentinel_password=q",
            endpoint: .sentinels(
                [
                    RedisURL.Place(host: "h", port: 1), RedisURL.Place(host: "::1", port: 26_379),
                    RedisURL.Place(host: "k", port: 3),
                ], master: "main"), database: 4, holdsPassword: true,
            shown: "redis-sentinel://h:1,[::1]:26379,k:3/main?db=4"),
        Good(
            text: "rediss-sentinel://h/m%2Fx?sentinel_password=q&ssl_ca_certs=ca",
            endpoint: .sentinels([RedisURL.Place(host: "h", port: 26_379)], master: "m/x"), holdsPassword: true,
            trust: TLSTrust(authorities: "ca"), shown: "rediss-sentinel://h:26379/m/x"),
        Good(text: "unix:///run/r.sock", endpoint: .unix(path: "/run/r.sock"), shown: "unix:///run/r.sock"),
        Good(text: "unix:///a%20b?db=4", endpoint: .unix(path: "/a b"), database: 4, shown: "unix:///a b?db=4"),
        Good(text: "unix://u:p@/s", endpoint: .unix(path: "/s"), user: "u", holdsPassword: true, shown: "unix:///s"),
    ])
    func reads(_ good: Good) throws {
        let url = try RedisURL(good.text)
        #expect(url.endpoint == good.endpoint)
        #expect(url.user == good.user)
        #expect(url.database == good.database)
        #expect(url.holdsPassword == good.holdsPassword)
        #expect(url.trust == good.trust)
        #expect(url.description == good.shown)
    }

    @Test(arguments: [
        "", "redis", "redis:", "redis://", "http://h", "rediss://", "rediss://h?ssl_ca_certs=", "rediss://h?a=b",
        "rediss://h?ssl_keyfile=a&ssl_keyfile=b", "redis://h?ssl_ca_certs=x",
        "redis-sentinel://h", "redis-sentinel://h/", "redis-sentinel://h/m/1", "redis-sentinel:///m",
        "redis-sentinel://h,/m", "redis-sentinel://h/m?ssl_ca_certs=x", "redis-sentinel://h/m?db=x",
        "h:6379", "redis://h:0", "redis://h:65536",
        "redis://h:", "redis://h:x", "redis://h:+5", "redis://h/x", "redis://h/-1", "redis://h/65536", "redis://h/1/2",
        "redis://a:b:c", "redis://[::1", "redis://[]", "redis://[::1]x", "redis://@h", "redis://:@h", "redis://u:@h",
        "redis://u:p@", "redis://h%", "redis://h%2", "redis://h%zz", "redis://h%00", "redis://u:%ff@h", "redis://h?a=b",
        "redis://h#f", "unix://", "unix:///", "unix://relative", "unix:///s?db=x", "unix:///s?x=1", "unix:///s?db=-1",
    ])
    func refuses(_ text: String) {
        #expect(kind { _ = try RedisURL(text) } == .badURL)
    }

    @Test func neverShowsThePassword() throws {
        let url = try RedisURL("redis://name:hush-hush@h")
        var dumped = ""
        dump(url, to: &dumped)
        for text in [String(describing: url), String(reflecting: url), "\(url)", dumped] {
            #expect(!text.contains("hush"))
        }
        let configuration = try QueueConfiguration(url: url)
        #expect(!String(reflecting: configuration).contains("hush"))
        dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("hush"))
    }
}

@Suite struct QueueConfigurationTests {
    private func make(
        prefix: String = "p", lease: Int = 4_000, uploadLease: Int = 10_000, connect: Int = 1_000,
        command: Int = 1_000, retention: Int = 60
    ) throws -> QueueConfiguration {
        var timeouts = QueueTimeouts()
        timeouts.uploadLeaseMilliseconds = uploadLease
        timeouts.connectMilliseconds = connect
        timeouts.commandMilliseconds = command
        return try QueueConfiguration(
            url: RedisURL("redis://h"), prefix: prefix, leaseMilliseconds: lease, retentionSeconds: retention,
            timeouts: timeouts)
    }

    @Test func takesValuesAtTheirLimits() throws {
        for lease in [100, 60_000] { _ = try make(lease: lease) }
        for lease in [100, 600_000] { _ = try make(uploadLease: lease) }
        for timeout in [10, 5_000] { _ = try make(connect: timeout, command: timeout) }
        for retention in [1, 315_360_000] { _ = try make(retention: retention) }
        for prefix in ["a", String(repeating: "x", count: 64), "a.b-c_d:9"] { _ = try make(prefix: prefix) }
    }

    @Test func refusesValuesBeyondThem() {
        for lease in [99, 60_001] { #expect(kind { _ = try make(lease: lease) } == .invalidArgument) }
        for lease in [99, 600_001] { #expect(kind { _ = try make(uploadLease: lease) } == .invalidArgument) }
        for timeout in [9, 5_001] {
            #expect(kind { _ = try make(connect: timeout) } == .invalidArgument)
            #expect(kind { _ = try make(command: timeout) } == .invalidArgument)
        }
        for retention in [0, 315_360_001] { #expect(kind { _ = try make(retention: retention) } == .invalidArgument) }
        for prefix in ["", String(repeating: "x", count: 65), "a b", "{a}", "a*", "é", "a\n"] {
            #expect(kind { _ = try make(prefix: prefix) } == .invalidArgument)
        }
    }
}
