extension MailSettings {
    /// Connects, begins TLS and logs in as before a mail, and sends none. Returns why that fails; nil if it works.
    public func trial() -> String? {
        do throws(SMTPFailure) {
            try SMTPSession.open(self).quit()
            return nil
        } catch {
            switch error {
            case .refused(let words), .deferred(let words), .uncertain(let words): return words
            case .withdrawn: return nil
            }
        }
    }

    /// For people, without secrets.
    public var words: String {
        let way =
            switch protection {
            case .tls: "TLS"
            case .startTLS: "STARTTLS"
            case .none: "no encryption"
            }
        return "\(host):\(port) (\(way)\(user == nil ? "" : ", with a login"))"
    }
}
