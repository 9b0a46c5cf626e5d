/// Slugs that organizations and projects must not take.
enum ReservedSlugs {
    static let organization = words(
        """
        404 500 _admin _experiment _static about accept access account accountspayable acl admin answers ap api app at
        au1 auth authentication avatar billing blog branding careers client clients community contact corp customers de
        debug devinfra docs enterprise eu events expenses ext extension extensions features finance for from get-cli
        github-deployment-gate guide help ingest ingest-beta integration-platform integrations invoice invoices ja jobs
        legal login logout lp mail manage my onboarding organization-avatar organizations out payment payments platforms
        plugins policy pricing privacy project-avatar projects receipt receipts referrals register remote resources sa1
        sales security sentry-apps settings signup sponsorship ssh sso staff subscribe support syntax syntaxfm
        team-avatar teams terms thanks themonitor trust us vs welcome
        """)

    /// Concerns only slugs that are made from a project's name.
    static let project = words(
        """
        $all api-keys audit-log auth members projects rate-limits repos settings teams billing payments legal
        subscription support integrations developer-settings usage
        """)

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init))
    }
}
