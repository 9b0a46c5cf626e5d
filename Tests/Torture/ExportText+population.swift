/// The content of the exports. Names carry the relocation's own mark, so relocations never share a name and their end
/// state does not depend on their order.
extension ExportText {
    /// Adds a user with addresses and options. Returns the user's key.
    ///
    /// - Parameter username: nil for a name with the relocation's mark
    mutating func addUser(_ mark: String, _ number: Int, username: String? = nil, nameLength: Int = 0) -> Int {
        let address = Field.text("\(mark)-\(number)@example.com")
        let long = Field.text(String(repeating: "n", count: nameLength))
        let name = nameLength > 0 ? long : pick("Zoë Müller", "李 明", "Ada")
        let user = add(
            "user",
            [
                "password": alphanumeric(40), "last_login": time(), "username": .text(username ?? "\(mark)-\(number)"),
                "name": name, "email": address, "is_staff": .flag(chance(10)), "is_active": true,
                "is_unclaimed": false, "is_superuser": .flag(chance(10)), "is_managed": false,
                "is_sentry_app": nil, "is_password_expired": false, "last_password_change": time(), "flags": "0",
                "session_nonce": nil, "date_joined": time(), "last_active": time(), "avatar_type": 0,
                "avatar_url": nil,
            ])
        addAddresses(of: user, mark, number, first: address)
        addUserOptions(of: user)
        if chance(10) { addOrphan(mark, number) }
        return user
    }

    private mutating func addAddresses(of user: Int, _ mark: String, _ number: Int, first address: Field) {
        add("email", ["email": address, "date_added": time()])
        add(
            "useremail",
            [
                "user": .number(user), "email": address, "validation_hash": alphanumeric(32),
                "date_hash_added": time(), "is_verified": .flag(chance(50)),
            ])
        guard chance(20) else { return }
        let second = Field.text("\(mark)-\(number)-b@example.com")
        add("email", ["email": second, "date_added": time()])
        add(
            "useremail",
            [
                "user": .number(user), "email": second, "validation_hash": alphanumeric(32),
                "date_hash_added": time(), "is_verified": false,
            ])
    }

    private mutating func addUserOptions(of user: Int) {
        let settings = [
            ("timezone", ["Europe/Vienna", "UTC"]), ("language", ["en", "de"]), ("theme", ["dark", "light"]),
        ]
        for (key, values) in settings where chance(60) {
            add(
                "useroption",
                [
                    "user": .number(user), "project_id": nil, "organization_id": nil, "key": .text(key),
                    "value": .text("\"\(values[below(2)])\""),
                ])
        }
    }

    /// Adds a row whose user is not in the file: the import drops and counts it.
    private mutating func addOrphan(_ mark: String, _ number: Int) {
        add(
            "useroption",
            [
                "user": .number(900_000 + number), "project_id": nil, "organization_id": nil,
                "key": .text("orphan-\(mark)"), "value": "\"nobody\"",
            ])
    }

    mutating func addOrganization(_ mark: String, _ number: Int, people: Int) {
        let slug = "\(mark)-org-\(number)"
        let organization = add(
            "organization",
            [
                "name": .text("Organization \(slug)"), "slug": .text(slug), "status": 0, "date_added": time(),
                "default_role": "member", "is_test": false, "flags": "1",
            ])
        for key in ["sentry:account-rate-limit", "sentry:scrape_javascript", "sentry:safe_fields"] where chance(80) {
            add("organizationoption", ["organization": .number(organization), "key": .text(key), "value": 7])
        }
        let teams = (0...below(3)).map { place in
            add(
                "team",
                [
                    "organization": .number(organization), "slug": .text("team-\(place)"),
                    "name": .text("Team \(place)"), "status": 0, "idp_provisioned": false, "date_added": time(),
                ])
        }
        let members = (0..<people).map { place in addMember(mark, organization, number * 100 + place, place) }
        for member in members {
            add(
                "organizationmemberteam",
                [
                    "team": .number(teams[below(teams.count)]), "organizationmember": .number(member),
                    "is_active": true, "role": nil,
                ])
        }
        let environments = (0...below(2)).map { place in
            add(
                "environment",
                [
                    "organization_id": .number(organization), "name": .text("environment-\(mark)-\(number)-\(place)"),
                    "date_added": time(),
                ])
        }
        for place in 0...below(3) {
            addProject(organization, "project-\(place)", team: teams[below(teams.count)], environments)
        }
    }

    private mutating func addMember(_ mark: String, _ organization: Int, _ person: Int, _ place: Int) -> Int {
        let user = addUser(mark, person)
        return add(
            "organizationmember",
            [
                "organization": .number(organization), "user_id": .number(user), "email": nil,
                "role": place == 0 ? "owner" : "member", "flags": "0", "token": nil, "date_added": time(),
                "token_expires_at": nil, "has_global_access": true, "inviter_id": nil, "invite_status": 0,
                "type": 50, "user_is_active": true, "user_email": .text("\(mark)-\(person)@example.com"),
            ])
    }

    private mutating func addProject(_ organization: Int, _ slug: String, team: Int, _ environments: [Int]) {
        let project = add(
            "project",
            [
                "slug": .text(slug), "name": .text("Project \(slug)"), "forced_color": nil,
                "organization": .number(organization), "public": false, "date_added": time(), "status": 0,
                "first_event": nil, "flags": "10", "platform": pick("python", "go", "java"), "template": nil,
            ])
        for place in 0..<below(3) { addRule(project, place) }
        add("projectteam", ["project": .number(project), "team": .number(team)])
        for key in ["sentry:option-epoch", "sentry:resolve_age", "sentry:origins"] where chance(70) {
            add("projectoption", ["project": .number(project), "key": .text(key), "value": .number(below(100))])
        }
        for place in 0..<below(3) {
            add(
                "projectkey",
                [
                    "project": .number(project), "label": .text("Key \(place)"), "public_key": hex(32),
                    "secret_key": hex(32), "roles": "1", "status": 0, "date_added": time(),
                    "rate_limit_count": nil, "rate_limit_window": nil, "data": .raw("{}"), "use_case": "user",
                ])
        }
        for environment in environments {
            add(
                "environmentproject",
                ["project": .number(project), "environment": .number(environment), "is_hidden": nil])
        }
    }

    private mutating func addRule(_ project: Int, _ place: Int) {
        let data = #"{"conditions":[],"action_match":"all","filter_match":"all","actions":[]}"#
        add(
            "rule",
            [
                "project": .number(project), "environment_id": nil, "label": .text("Rule \(place)"),
                "data": .text(data), "status": 0, "source": 0, "owner_user_id": nil, "owner_team": nil,
                "date_added": time(),
            ])
    }

    /// Adds settings of an installation.
    ///
    /// - Parameter known: a setting that the destination already has
    mutating func addSettings(_ mark: String, count: Int, known: String?) {
        for place in 0..<count {
            let name = place % 2 == 0 ? "option" : "controloption"
            let key = place < 2 ? known ?? "\(mark).\(place)" : "\(mark).\(place)"
            add(
                name,
                [
                    "key": .text(key), "last_updated": time(), "last_updated_by": "unknown",
                    "value": .text("\"\(mark)\""),
                ])
        }
        add(
            "relay",
            [
                "relay_id": .text("relay-\(mark)"), "public_key": hex(43), "first_seen": time(), "last_seen": time(),
                "is_internal": true,
            ])
        for version in ["23.1.0", "24.9.0"] {
            add(
                "relayusage",
                [
                    "relay_id": .text("relay-\(mark)"), "version": .text(version), "first_seen": time(),
                    "last_seen": time(), "public_key": hex(43),
                ])
        }
        let role = add(
            "userrole",
            [
                "date_updated": time(), "date_added": time(), "name": .text("role-\(mark)"),
                "permissions": "['broadcasts.admin', 'users.admin']",
            ])
        for place in 0..<2 {
            let user = addUser(mark, 5000 + place)
            add("userpermission", ["user": .number(user), "permission": "users.admin"])
            add(
                "userroleuser",
                ["date_updated": time(), "date_added": time(), "user": .number(user), "role": .number(role)])
        }
    }
}
