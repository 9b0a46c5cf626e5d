import Testing

@testable import Adaptation

/// Searches for what is assigned to oneself.
@Suite struct AssignedTermTests {
    @Test(arguments: [
        ("assigned:me", "assigned:[me, my_teams]"),
        ("is:unresolved assigned_to:me level:error", "is:unresolved assigned:[me, my_teams] level:error"),
        ("assigned_or_suggested:[me, none]", "assigned_or_suggested:[me, my_teams, none]"),
        ("assigned:me assigned_or_suggested:me", "assigned:[me, my_teams] assigned_or_suggested:[me, my_teams]"),
        ("!assigned:me", "!assigned:[me, my_teams]"),
    ]) func getsTheTeams(query: String, changed: String) {
        #expect(AssignedTerm.withTeams(query) == changed)
    }

    @Test(arguments: [
        "is:unresolved", "assigned:me@example.com", "assigned:[my_teams, me]", "assigned:#backend", "assigned:[me", "",
        "unassigned", "assigned:",
    ]) func staysAsItIs(query: String) {
        #expect(AssignedTerm.withTeams(query) == nil)
    }
}
