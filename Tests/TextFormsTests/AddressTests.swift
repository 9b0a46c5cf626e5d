import Testing

@testable import TextForms

@Suite("IP addresses as text")
struct AddressTests {
    @Test(
        "As PostgreSQL's inet shows them",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("010.1.2.3", "10.1.2.3"), ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.1/32", "10.0.0.1"), ("::1/128", "::1"), ("2001:DB8::0", "2001:db8::"), ("::1/0", "::1/0"),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
        ])
    func inet(text: String, shown: String) {
        #expect(InternetAddress(text)?.text == shown)
    }

    @Test(
        "No address for inet",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.1000", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::1/129",
            "::1/999999999999999999999", "::g", "1.2.3.4\0", "::1%eth0",
        ])
    func noInet(text: String) {
        #expect(InternetAddress(text) == nil)
    }

    @Test(
        "As Python writes them",
        arguments: [
            ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::", "::"), ("1::", "1::"), ("fe80::1%eth0", "fe80::1"),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("::1.2.3.4", "::102:304"), ("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"),
        ])
    func python(text: String, shown: String) {
        #expect(IPv6Address(text)?.description == shown)
    }

    @Test(
        "No IPv6 address for Python",
        arguments: ["", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "::12345", "::1%", "::1%a%b"])
    func noPython(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test("As the C library reads them")
    func valid() {
        for text in ["1.2.3.4", "::1", "::ffff:1.2.3.4"] { #expect(IPAddress.isValid(text)) }
        for text in ["", "1.2.3", "01.2.3.4", "1.2.3.4/8", "::1%lo"] { #expect(!IPAddress.isValid(text)) }
    }
}
