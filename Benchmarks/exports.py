"""Seeded generators of exports, written as the reference's own tool writes them: indented by two, ASCII only."""

import json
import random

PEOPLE = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Katherine Johnson", "Zoë Müller", "Søren Ångström", "李 明"]
ZONES = ["Europe/Vienna", "America/New_York", "Asia/Tokyo", "UTC"]
PLATFORMS = ["python", "javascript", "go", "java", None]


def _text(value):
    if isinstance(value, (dict, list)):
        return json.dumps(value, indent=2).replace("\n", "\n      ")
    return json.dumps(value)


class Writer:
    """A JSON array, one element at a time, so that a file of any size needs no memory."""

    def __init__(self, path, seed):
        self.file = open(path, "w", encoding="ascii", buffering=1 << 20)
        self.random = random.Random(seed)
        self.rows = 0
        self.counts = {}

    def add(self, model, pk, fields):
        # The library's own indentation is slow: only values that hold others go through it.
        lines = ",\n".join(f'      "{name}": {_text(value)}' for name, value in fields.items())
        self.file.write(
            f'{"[" if self.rows == 0 else ","}\n  {{\n    "model": "sentry.{model}",\n    "pk": {pk},\n'
            f'    "fields": {{\n{lines}\n    }}\n  }}')
        self.rows += 1
        self.counts[model] = self.counts.get(model, 0) + 1

    def close(self):
        self.file.write("\n]\n" if self.rows else "[]\n")
        self.file.close()

    def hex(self, digits):
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def alphanumeric(self, count):
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(self.random.choices(letters, k=count))

    def time(self):
        pick = self.random.randrange
        return (f"202{pick(5)}-{pick(1, 13):02}-{pick(1, 29):02}T{pick(24):02}:{pick(60):02}:{pick(60):02}"
                f".{pick(1000):03}Z")


class OlderWriter(Writer):
    """Writes the rows of 24.9 as 24.3 had them: owners by actor, fields that left, fields that came later."""

    def __init__(self, path, seed):
        super().__init__(path, seed)
        self.teams = []
        self.last = None

    def add(self, model, pk, fields):
        if self.last == "team" != model:
            for team in self.teams:
                super().add("actor", team, {"type": 0, "team": team, "user_id": None})
        self.last = model
        if model == "team":
            self.teams.append(pk)
            fields = {**fields, "actor": pk, "org_role": None}
        elif model == "rule":
            fields = {**fields, "owner": self.teams[pk % len(self.teams)]}
            del fields["owner_user_id"], fields["owner_team"]
        elif model == "project":
            fields = {name: value for name, value in fields.items() if name != "template"}
        elif model == "projectkey":
            fields = {name: value for name, value in fields.items() if name != "use_case"}
        super().add(model, pk, fields)


def _name(number, prefix):
    return f"{prefix}{number:07}@example.com"


def _user(out, number, prefix):
    out.add("user", number, {
        "password": f"pbkdf2_sha256$720000${out.alphanumeric(22)}${out.alphanumeric(43)}=", "last_login": out.time(),
        "username": _name(number, prefix), "name": out.random.choice(PEOPLE), "email": _name(number, prefix),
        "is_staff": False, "is_active": True, "is_unclaimed": False, "is_superuser": False, "is_managed": False,
        "is_sentry_app": None, "is_password_expired": False, "last_password_change": out.time(), "flags": "0",
        "session_nonce": None, "date_joined": out.time(), "last_active": out.time(), "avatar_type": 0,
        "avatar_url": None})


def _addresses(out, users, prefix):
    for number in users:
        out.add("email", number, {"email": _name(number, prefix), "date_added": out.time()})


def _user_settings(out, users, prefix):
    for number in users:
        for place, (key, value) in enumerate((("timezone", out.random.choice(ZONES)), ("language", "en"))):
            out.add("useroption", number * 2 + place, {
                "user": number, "project_id": None, "organization_id": None, "key": key,
                "value": json.dumps(value)})
    for number in users:
        out.add("useremail", number, {
            "user": number, "email": _name(number, prefix), "validation_hash": out.alphanumeric(32),
            "date_hash_added": out.time(), "is_verified": True})


def users(path, rows, seed=1, prefix="user"):
    """Users with an address, an address of the account and two options each: five rows a user. Returns the rows of
    each model."""
    out = Writer(path, seed)
    numbers = range(1, max(rows // 5, 1) + 1)
    for number in numbers:
        _user(out, number, prefix)
    _addresses(out, numbers, prefix)
    _user_settings(out, numbers, prefix)
    out.close()
    return out.counts


ROWS_AN_ORGANIZATION = 64


def organizations(path, rows, seed=1, prefix="org", writer=Writer):
    """Organizations of four users, with members, teams, projects, keys, options, rules and environments: 64 rows
    each. Returns the rows of each model."""
    out = writer(path, seed)
    count = max(rows // ROWS_AN_ORGANIZATION, 1)
    numbers = range(1, count + 1)
    base = 4554531257000000
    people = range(1, 4 * count + 1)

    def of(number, per):
        return range((number - 1) * per + 1, number * per + 1)

    for number in numbers:
        out.add("organization", base + number, {
            "name": f"Organization {number}", "slug": f"{prefix}-{number}-{out.hex(6)}", "status": 0,
            "date_added": out.time(), "default_role": "member", "is_test": False, "flags": "1"})
    for number in numbers:
        for place, (key, value) in enumerate((
                ("sentry:account-rate-limit", 0), ("sentry:scrape_javascript", True),
                ("sentry:safe_fields", ["ip", "name"]))):
            out.add("organizationoption", number * 3 + place, {
                "organization": base + number, "key": key, "value": value})
    for number in numbers:
        for team in of(number, 3):
            out.add("team", base + team, {
                "organization": base + number, "slug": f"team-{team}", "name": f"Team {team}", "status": 0,
                "idp_provisioned": False, "date_added": out.time()})
    for person in people:
        _user(out, person, prefix)
    for number in numbers:
        for project in of(number, 3):
            out.add("project", base + project, {
                "slug": f"project-{project}", "name": f"Project {project}", "forced_color": None,
                "organization": base + number, "public": False, "date_added": out.time(), "status": 0,
                "first_event": None, "flags": "10", "platform": out.random.choice(PLATFORMS), "template": None})
    for number in numbers:
        for member in of(number, 4):
            out.add("organizationmember", member, {
                "organization": base + number, "user_id": member, "email": None,
                "role": "owner" if member % 4 == 1 else "member", "flags": "0", "token": None,
                "date_added": out.time(), "token_expires_at": None, "has_global_access": True,
                "inviter_id": None, "invite_status": 0, "type": 50, "user_is_active": True,
                "user_email": _name(member, prefix)})
    for number in numbers:
        for environment in of(number, 2):
            out.add("environment", environment, {
                "organization_id": base + number, "name": f"environment-{environment}", "date_added": out.time()})
    _addresses(out, people, prefix)
    _user_settings(out, people, prefix)
    for number in numbers:
        for project in of(number, 3):
            for place in range(2):
                _rule(out, project * 2 + place, base + project)
    for number in numbers:
        for project in of(number, 3):
            out.add("projectteam", project, {"project": base + project, "team": base + project})
    for number in numbers:
        for project in of(number, 3):
            for place, (key, value) in enumerate((
                    ("sentry:option-epoch", 13), ("sentry:resolve_age", 720),
                    ("sentry:origins", ["https://example.com", "*"]))):
                out.add("projectoption", project * 3 + place, {
                    "project": base + project, "key": key, "value": value})
    for number in numbers:
        for project in of(number, 3):
            out.add("projectkey", project, {
                "project": base + project, "label": "Default", "public_key": out.hex(32), "secret_key": out.hex(32),
                "roles": "1", "status": 0, "date_added": out.time(), "rate_limit_count": None,
                "rate_limit_window": None,
                "data": {"dynamicSdkLoaderOptions": {"hasPerformance": True, "hasReplay": True}},
                "use_case": "user"})
    for number in numbers:
        for member in of(number, 4):
            out.add("organizationmemberteam", member, {
                "team": base + number * 3 - member % 3, "organizationmember": member, "is_active": True,
                "role": None})
    link = 0
    for number in numbers:
        for project, environment in zip(of(number, 3), list(of(number, 2)) * 2):
            link += 1
            out.add("environmentproject", link, {
                "project": base + project, "environment": environment, "is_hidden": None})
    out.close()
    return out.counts


def older_organizations(path, rows, seed=1, prefix="org"):
    """The same as an export of 24.3."""
    return organizations(path, rows, seed, prefix, OlderWriter)


def _rule(out, pk, project):
    data = {
        "conditions": [{"id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition"}],
        "action_match": "all", "filter_match": "all",
        "actions": [{"id": "sentry.mail.actions.NotifyEmailAction", "targetType": "IssueOwners",
                     "targetIdentifier": "", "uuid": out.hex(32)}]}
    out.add("rule", pk, {
        "project": project, "environment_id": None, "label": f"Rule {pk}",
        "data": json.dumps(data, separators=(",", ":")), "status": 0, "source": 0, "owner_user_id": None,
        "owner_team": None, "date_added": out.time()})
