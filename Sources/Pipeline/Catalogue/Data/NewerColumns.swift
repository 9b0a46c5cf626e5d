extension CatalogueText {
    /// What models of 24.9 have gained until June 2026. The notation: ``CatalogueText``.
    static let newerColumns = #"""
        more sentry.integration
          debug_data jsonb? default=json:{}

        more sentry.user
          email_unique varchar(200)?
          is_suspended boolean default=false dbdefault=false
          unique email_unique

        more sentry.project
          external_id varchar(256)?
          unique external_id,organization_id

        more sentry.monitor
          is_upserting boolean default=false dbdefault=false

        more sentry.groupsearchview
          visibility varchar(16) default="organization" dbdefault='organization'
          is_all_projects boolean default=false dbdefault=false
          environments text[] json-array default=empty-list
          time_filters jsonb default="{"period":"14d"}" dbdefault='{"period":"14d"}'

        more sentry.dashboard
          prebuilt_id integer?
          unique organization_id,prebuilt_id

        more sentry.apiapplication
          scopes text[] json-array default=empty-list
          requires_org_level_access boolean default=false dbdefault=false
          version integer default=0 dbdefault=0

        more sentry.snubaquery
          group_by text[]? json-array
          extrapolation_mode integer default=0 dbdefault=0
          query_snapshot jsonb?

        more sentry.sentryapp
          is_disabled boolean default=false dbdefault=false

        more sentry.dashboardwidget
          widget_snapshot jsonb?
          changed_reason jsonb?

        more sentry.apitoken
          scoping_organization_id bigint? H:sentry.organization

        more sentry.apigrant
          organization_id bigint? H:sentry.organization
          code_challenge varchar(128)?
          code_challenge_method varchar(10)?

        more sentry.apiauthorization
          organization_id bigint? H:sentry.organization
          unique application_id,organization_id,user_id

        more sentry.dashboardwidgetquery
          selected_aggregate integer?
        """#
}
