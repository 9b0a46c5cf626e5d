import Catalogue
import Testing

/// Which versions an export's fields leave possible. Boundaries count as uncertain by one version.
@Suite struct SentryVersionTests {
    private func guess(_ models: [String: Set<String>]) -> String? { SentryVersions(models: models)?.text }

    @Test func aFieldThatCameBoundsItFromBelow() {
        // `is_unclaimed` came with 23.9.
        #expect(guess(["sentry.user": ["username", "is_unclaimed", "avatar_type", "avatar_url"]]) == "23.8 or newer")
        #expect(guess(["sentry.organization": ["slug", "is_test"]]) == "23.5 or newer")
    }

    @Test func aFieldThatLacksBoundsItFromAbove() {
        #expect(guess(["sentry.organization": ["slug"]]) == "23.6 or older")
    }

    @Test func bothBoundsAreNamedWithTheirReasons() {
        // 23.2 to 24.2 had `org_role`; `idp_provisioned` is older; `actor` went after 24.4.
        let versions = SentryVersions(models: [
            "sentry.team": ["slug", "org_role", "actor", "idp_provisioned"],
            "sentry.organization": ["slug", "is_test"],
        ])
        #expect(versions?.earliest == "23.5" && versions?.latest == "24.3")
        #expect(versions?.because == ["sentry.organization has is_test", "sentry.team has org_role"])
    }

    @Test func fieldsOfDifferentVersionsAreNoVersion() {
        let versions = SentryVersions(models: [
            "sentry.organization": ["slug"],
            "sentry.rule": ["label", "source", "owner_team", "owner_user_id"],
        ])
        #expect(versions?.isMixed == true && versions?.earliest == nil && versions?.latest == nil)
        #expect(versions?.text.hasPrefix("cannot be told") == true)
    }

    @Test func modelsThatNeverChangedTellNothing() {
        #expect(guess(["sentry.email": ["email", "date_added"]]) == nil)
        #expect(guess([:]) == nil && guess(["sentry.organization": []]) == nil)
    }
}
