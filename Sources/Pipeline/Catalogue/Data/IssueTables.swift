extension CatalogueText {
    /// Tables of the group "event saving" that hold what events are grouped into, and its history. An import of rows neither
    /// reads nor writes them.
    static let issueTables = #"""
        table sentry_groupedmessage
          id bigint
          project_id bigint
          logger varchar(64)
          level integer
          message text
          view varchar(200)?
          num_comments integer?
          platform varchar(64)?
          status integer
          substatus integer?
          times_seen integer
          last_seen timestamptz
          first_seen timestamptz
          first_release_id bigint?
          resolved_at timestamptz?
          active_at timestamptz?
          time_spent_total integer
          time_spent_count integer
          score integer
          is_public boolean?
          data text?
          short_id bigint?
          type integer
          priority integer?
          priority_locked_at timestamptz?
          unique project_id,short_id

        table sentry_grouphash
          id bigint
          project_id bigint?
          hash varchar(32)
          group_id bigint?
          group_tombstone_id integer?
          state integer?
          unique project_id,hash

        table sentry_groupenvironment
          id bigint
          group_id bigint
          environment_id bigint
          first_release_id bigint?
          first_seen timestamptz?
          unique group_id,environment_id

        table sentry_grouprelease
          id bigint
          project_id bigint
          group_id bigint
          release_id bigint
          environment varchar(64)
          first_seen timestamptz
          last_seen timestamptz
          unique group_id,release_id,environment

        table sentry_grouptombstone
          id bigint
          previous_group_id bigint
          project_id bigint
          level integer
          message text
          culprit varchar(200)?
          data text?
          actor_id integer?
          unique previous_group_id

        table sentry_groupasignee
          id bigint
          project_id bigint
          group_id bigint
          user_id bigint?
          team_id bigint?
          date_added timestamptz
          unique group_id

        table sentry_groupresolution
          id bigint
          group_id bigint
          release_id bigint
          current_release_version varchar(250)?
          type integer?
          actor_id integer?
          datetime timestamptz
          status integer
          unique group_id

        table sentry_activity
          id bigint
          project_id bigint
          group_id bigint?
          type integer
          ident varchar(64)?
          user_id bigint?
          datetime timestamptz
          data text?

        table sentry_grouphistory
          id bigint
          organization_id bigint
          group_id bigint
          project_id bigint
          release_id bigint?
          user_id bigint?
          team_id bigint?
          status integer
          prev_history_id bigint?
          prev_history_date timestamptz?
          date_added timestamptz
        """#
}
