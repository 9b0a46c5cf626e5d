extension CatalogueText {
    /// Tables of the group "relocation flow".
    static let relocationFlowTables = #"""
        table sentry_relocation
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          uuid uuid
          step smallint
          status smallint
          want_org_slugs jsonb
          want_usernames jsonb?
          latest_notified smallint?
          latest_task varchar(64)
          latest_task_attempts smallint
          failure_reason varchar(256)?
          creator_id bigint
          owner_id bigint
          latest_unclaimed_emails_sent_at timestamptz?
          scheduled_cancel_at_step smallint?
          scheduled_pause_at_step smallint?
          provenance integer dbdefault=0
          unique uuid
          check (scheduled_cancel_at_step > step) OR (scheduled_cancel_at_step IS NULL)
          check (scheduled_pause_at_step > step) OR (scheduled_pause_at_step IS NULL)

        table sentry_relocationfile
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          kind smallint
          file_id bigint references=sentry_file
          relocation_id bigint references=sentry_relocation
          unique relocation_id,file_id
          unique relocation_id,kind

        table sentry_relocationvalidation
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          status smallint
          attempts smallint
          relocation_id bigint references=sentry_relocation

        table sentry_relocationvalidationattempt
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          status smallint
          build_id uuid
          relocation_id bigint references=sentry_relocation
          relocation_validation_id bigint references=sentry_relocationvalidation
          unique build_id
        """#
}
