/// A small export that touches many rules: collisions, generated names, drops, late tokens, mirror tables.
enum FaultyExport {
    static let rows: [(model: String, pk: Int, fields: String)] = [
        ("organization", 10, #"{"name":"Acme","slug":"acme"}"#),
        ("organization", 11, #"{"name":"Beta","slug":"beta"}"#),
        ("organizationoption", 1, #"{"organization":10,"key":"k","value":"\"v\""}"#),
        ("team", 30, #"{"organization":10,"slug":"core","name":"Core"}"#),
        ("user", 20, #"{"username":"ada","name":"Ada","email":"ada@x.com"}"#),
        ("user", 21, #"{"username":"bob","name":"Bob","email":"bob@x.com"}"#),
        ("user", 22, #"{"username":"cyd","name":"Cyd","email":"cyd@x.com"}"#),
        (
            "orgauthtoken", 1,
            #"{"organization_id":10,"token_hashed":"h","token_last_characters":"last","name":"n","scope_list":"['org:ci']"}"#
        ),
        ("orgauthtoken", 2, #"{"organization_id":11,"token_hashed":"h","name":"n"}"#),
        ("email", 1, #"{"email":"ada@x.com"}"#),
        ("project", 40, #"{"organization":10,"slug":"web","name":"Web"}"#),
        ("project", 41, #"{"organization":11,"slug":"internal","name":"Internal"}"#),
        ("organizationmember", 1, #"{"organization":10,"user_id":20,"role":"owner","token":"t1"}"#),
        ("organizationmember", 2, #"{"organization":10,"email":"new@x.com","inviter_id":20}"#),
        ("organizationmember", 3, #"{"organization":99,"user_id":21}"#),
        ("useroption", 1, #"{"user":20,"key":"timezone","value":"\"UTC\""}"#),
        ("useremail", 1, #"{"user":20,"email":"ada@x.com"}"#),
        (
            "snubaquery", 1,
            #"{"type":0,"dataset":"events","query":"","aggregate":"count()","time_window":60,"resolution":60}"#
        ),
        ("querysubscription", 1, #"{"project":40,"type":"t","snuba_query":1}"#),
        ("projectkey", 1, #"{"project":40,"label":"l","public_key":"","secret_key":""}"#),
        ("organizationmemberteam", 1, #"{"organizationmember":1,"team":30,"is_active":true}"#),
    ]

    /// The destination's content before the import: an organization and a user whose names the export repeats.
    static let prior: [(model: String, pk: Int, fields: String)] = [rows[0], rows[3], rows[4], rows[9], rows[12]]

    static func json(_ rows: [(model: String, pk: Int, fields: String)]) -> String {
        "["
            + rows.map { #"{"model":"sentry.\#($0.model)","pk":\#($0.pk),"fields":\#($0.fields)}"# }
            .joined(separator: ",") + "]"
    }
}
