import Testing

@testable import Storage

@Suite("Database URLs")
struct DatabaseURLTests {
    @Test("A SQLite path is taken literally")
    func sqlite() throws {
        let url = try DatabaseURL("sqlite:///tmp/a b%20c?d.sqlite")
        #expect(url.location == .sqlite(path: "/tmp/a b%20c?d.sqlite"))
        #expect(url.description == "sqlite:///tmp/a b%20c?d.sqlite")
        #expect(!url.hasPassword)
    }

    @Test(
        "A description shows no password and no parameter",
        arguments: [
            ("postgresql://host/db", "postgresql://host/db", false),
            ("postgres://me@host:5433/db", "postgresql://me@host:5433/db", false),
            ("postgresql://me:s3cret@host/db", "postgresql://me@host/db", true),
            ("postgresql://me:s%40c%2Fret@h1:1,h2:2/db?sslmode=require", "postgresql://me@h1:1,h2:2/db", true),
            ("postgresql://me@[::1]:5432/db?password=s3cret", "postgresql://me@[::1]:5432/db", true),
            ("postgresql://me@host/db?sslpassword=s3cret", "postgresql://me@host/db", true),
            ("postgresql:///db?host=/var/run/postgresql", "postgresql:///db", false),
            ("postgresql://%2Fvar%2Frun/db", "postgresql://%2Fvar%2Frun/db", false),
            ("postgresql://", "postgresql://", false),
        ])
    func postgres(text: String, description: String, hasPassword: Bool) throws {
        let url = try DatabaseURL(text)
        #expect(url.description == description)
        #expect(url.hasPassword == hasPassword)
        #expect(!url.description.contains("s3cret"))
    }

    @Test(
        "What libpq would read in another way than it looks is refused, without repeating it",
        arguments: [
            "", "postgresql", "mysql://host/db", "sqlite://relative", "sqlite:///", "sqlite:///folder/",
            "postgresql://me:s3c@ret@host/db", "postgresql://me:s3c/ret@host/db", "postgresql://me:s3c%ret@host/db",
            "postgresql://me:s3cret@host:port/db", "postgresql://me:s3cret%00@host/db", "postgresql://host/db/s3cret",
        ])
    func refused(text: String) throws {
        let error = try failure { _ = try DatabaseURL(text) }
        #expect(error.kind == .invalidValue)
        #expect(!error.description.contains("s3c"))
        #expect(!error.description.contains("ret@"))
    }
}
