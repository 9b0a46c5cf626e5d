extension CatalogueText {
    /// Tables of the group "side effects of the import".
    static let sideEffectTables = #"""
        table sentry_lostpasswordhash
          id bigint
          hash varchar(32)
          date_added timestamptz
          user_id bigint references=auth_user
          unique user_id
        """#
}
