extension CatalogueText {
    /// Projects with their keys, options, rules and monitors. The notation: ``CatalogueText``.
    static let projectModels = #"""
        model 19 sentry.project sentry_project Organization Region
          id bigint
          slug varchar(50)?
          name varchar(200)
          forced_color varchar(6)?
          organization_id bigint F:sentry.organization fk
          public boolean default=false
          date_added timestamptz default=now
          status integer default=0 bounded
          first_event timestamptz?
          template_id bigint? F:sentry.projecttemplate fk
          flags bigint? flags default=10
          platform varchar(64)?
          bits flags has_releases,has_issue_alerts_targeting,has_transactions,has_alert_filters,has_sessions
          bits flags has_profiles,has_replays,has_feedbacks,has_new_feedbacks
          bits flags spike_protection_error_currently_active,spike_protection_transaction_currently_active
          bits flags spike_protection_attachment_currently_active,has_minified_stack_trace,has_cron_monitors
          bits flags has_cron_checkins,has_sourcemaps,has_custom_metrics,has_high_priority_alerts
          bits flags has_insights_http,has_insights_db,has_insights_assets,has_insights_app_start
          bits flags has_insights_screen_load,has_insights_vitals,has_insights_caches,has_insights_queues
          bits flags has_insights_llm_monitoring
          unique organization_id,slug
          check status >= 0

        model 23 sentry.monitor sentry_monitor Organization Region
          id bigint
          date_added timestamptz default=now
          organization_id bigint I:sentry.organization
          project_id bigint I:sentry.project
          status integer default=0 bounded
          guid uuid missing=""
          slug varchar(50)
          is_muted boolean default=false dbdefault=false
          name varchar(128)
          type integer default=0 bounded
          owner_user_id bigint? H:sentry.user
          owner_team_id bigint?
          config text nested-json default=json:{}
          unique guid
          unique project_id,slug
          check owner_team_id IS NULL OR owner_user_id IS NULL
          check status >= 0
          check type >= 0

        model 31 sentry.counter sentry_projectcounter Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          value bigint
          unique project_id

        model 39 sentry.spanattributeextractionruleconfig sentry_spanattributeextractionruleconfig Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          created_by_id bigint? H:sentry.user
          project_id bigint F:sentry.project
          span_attribute varchar(1000)
          unit varchar(100) default="none"
          tags text[]? python-list
          aggregates text[]? python-list
          unique project_id,span_attribute

        model 40 sentry.spanattributeextractionrulecondition - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          created_by_id bigint? H:sentry.user
          value varchar(1000)?
          config_id bigint F:sentry.spanattributeextractionruleconfig fk

        model 43 sentry.rule sentry_rule Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          environment_id integer? I:sentry.environment bounded
          label varchar(256)
          data text json-text
          status integer default=0 bounded
          source integer default=0 bounded dbdefault=0
          owner_user_id bigint? H:sentry.user
          owner_team_id bigint? F:sentry.team fk
          date_added timestamptz default=now
          check owner_team_id IS NULL OR owner_user_id IS NULL
          check environment_id >= 0
          check status >= 0

        model 45 sentry.projectteam sentry_projectteam Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          team_id bigint F:sentry.team fk
          unique project_id,team_id

        model 46 sentry.projectredirect sentry_projectredirect Organization Region
          id bigint
          redirect_slug varchar(50)
          project_id bigint F:sentry.project fk
          organization_id bigint F:sentry.organization fk
          date_added timestamptz default=now
          unique organization_id,redirect_slug

        model 47 sentry.projectownership sentry_projectownership Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          raw text?
          schema text? nested-json
          fallthrough boolean default=true
          auto_assignment boolean default=true
          date_created timestamptz default=now
          last_updated timestamptz default=now
          is_active boolean default=true
          codeowners_auto_sync boolean? default=true
          suspect_committer_auto_assignment boolean default=false dbdefault=false
          unique project_id

        model 48 sentry.projectoption sentry_projectoptions Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          key varchar(64)
          value text pickled
          unique project_id,key

        model 49 sentry.projectkey sentry_projectkey Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          label varchar(64)?
          public_key varchar(32)?
          secret_key varchar(32)?
          roles bigint flags default=1
          status integer default=0 bounded
          date_added timestamptz? default=now
          rate_limit_count integer? bounded
          rate_limit_window integer? bounded
          data text nested-json default=json:{}
          use_case varchar(32) default="user" dbdefault='user'
          bits roles store,api
          unique public_key
          unique secret_key
          check rate_limit_count >= 0
          check rate_limit_window >= 0
          check status >= 0

        model 50 sentry.projectintegration sentry_projectintegration Global Region
          id bigint
          project_id bigint F:sentry.project fk
          integration_id bigint H:sentry.integration
          config text nested-json default=json:{}
          unique project_id,integration_id

        model 51 sentry.projectbookmark sentry_projectbookmark Organization Region
          id bigint
          project_id bigint? F:sentry.project
          user_id bigint H:sentry.user
          date_added timestamptz? default=now
          unique project_id,user_id

        model 54 sentry.neglectedrule sentry_neglectedrule Organization Region
          id bigint
          rule_id bigint F:sentry.rule fk
          organization_id bigint F:sentry.organization fk
          disable_date timestamptz
          opted_out boolean default=false
          sent_initial_email_date timestamptz?
          sent_final_email_date timestamptz?

        model 55 sentry.environmentproject sentry_environmentproject Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          environment_id bigint F:sentry.environment fk
          is_hidden boolean?
          unique project_id,environment_id

        model 65 sentry.rulesnooze sentry_rulesnooze Organization Region
          id bigint
          user_id bigint? H:sentry.user
          owner_id bigint? H:sentry.user
          rule_id bigint? F:sentry.rule fk
          alert_rule_id bigint? F:sentry.alertrule fk
          until timestamptz?
          date_added timestamp default=now
          unique user_id,alert_rule_id
          unique user_id,rule_id
          unique alert_rule_id where user_id IS NULL
          unique rule_id where user_id IS NULL
          check (alert_rule_id IS NULL) <> (rule_id IS NULL)

        model 66 sentry.ruleactivity sentry_ruleactivity Organization Region
          id bigint
          rule_id bigint F:sentry.rule fk
          user_id bigint? H:sentry.user
          type integer
          date_added timestamptz default=now
        """#
}
