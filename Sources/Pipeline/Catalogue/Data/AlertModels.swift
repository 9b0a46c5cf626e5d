extension CatalogueText {
    /// Metric alerts: queries, subscriptions, rules, triggers and incidents. The notation: ``CatalogueText``.
    static let alertModels = #"""
        model 41 sentry.snubaquery sentry_snubaquery Organization Region dangling
          id bigint
          environment_id bigint? F:sentry.environment
          type smallint
          dataset text
          query text
          aggregate text
          time_window integer
          resolution integer
          date_added timestamptz default=now
          after sentry.organization,sentry.project

        model 44 sentry.querysubscription sentry_querysubscription Organization Region
          id bigint
          project_id bigint F:sentry.project
          snuba_query_id bigint? F:sentry.snubaquery fk
          type text
          status smallint default=0
          subscription_id text?
          date_added timestamptz default=now
          date_updated timestamptz? default=now
          query_extra text?
          unique subscription_id

        model 61 sentry.alertrule sentry_alertrule Organization Region
          id bigint
          organization_id bigint? F:sentry.organization fk
          snuba_query_id bigint? F:sentry.snubaquery fk
          user_id bigint? H:sentry.user
          team_id bigint? F:sentry.team fk
          include_all_projects boolean default=false
          name text
          status smallint default=0
          threshold_type smallint?
          resolve_threshold double?
          threshold_period integer
          comparison_delta integer?
          date_modified timestamptz default=now
          date_added timestamptz default=now
          monitor_type integer default=0 dbdefault=0
          description varchar(1000)?
          detection_type varchar(32) default="static" dbdefault='static'
          sensitivity varchar?
          seasonality varchar?
          unique snuba_query_id

        model 62 sentry.snubaqueryeventtype sentry_snubaqueryeventtype Organization Region
          id bigint
          snuba_query_id bigint F:sentry.snubaquery fk
          type smallint
          unique snuba_query_id,type

        model 69 sentry.alertruletrigger sentry_alertruletrigger Organization Region
          id bigint
          alert_rule_id bigint F:sentry.alertrule fk
          label text
          threshold_type smallint?
          alert_threshold double
          resolve_threshold double?
          date_added timestamptz default=now
          unique alert_rule_id,label

        model 70 sentry.alertruleprojects sentry_alertruleprojects Organization Region
          id bigint
          alert_rule_id bigint F:sentry.alertrule fk
          project_id bigint F:sentry.project fk
          date_added timestamptz default=now
          unique alert_rule_id,project_id

        model 71 sentry.alertruleexcludedprojects sentry_alertruleexcludedprojects Organization Region
          id bigint
          alert_rule_id bigint F:sentry.alertrule fk
          project_id bigint F:sentry.project
          date_added timestamptz default=now
          unique alert_rule_id,project_id

        model 72 sentry.alertruleactivity sentry_alertruleactivity Organization Region
          id bigint
          alert_rule_id bigint F:sentry.alertrule fk
          previous_alert_rule_id bigint? F:sentry.alertrule fk
          user_id bigint? H:sentry.user
          type integer
          date_added timestamptz default=now

        model 73 sentry.alertruleactivationcondition sentry_alertruleactivationcondition Organization Region
          id bigint
          alert_rule_id bigint F:sentry.alertrule fk
          label text
          condition_type smallint?
          date_added timestamptz default=now
          unique alert_rule_id,label

        model 75 sentry.incident sentry_incident Organization Region
          id bigint
          organization_id bigint F:sentry.organization fk
          alert_rule_id bigint F:sentry.alertrule fk
          identifier integer
          detection_uuid uuid?
          status smallint default=1
          status_method smallint default=3
          type smallint
          title text
          date_started timestamptz default=now
          date_detected timestamptz default=now
          date_added timestamptz default=now
          date_closed timestamptz?
          activation_id bigint? F:sentry.alertruleactivations fk
          subscription_id bigint? F:sentry.querysubscription fk
          unique organization_id,identifier
          check status >= 0
          check status_method >= 0
          check type >= 0

        model 77 sentry.alertruletriggerexclusion sentry_alertruletriggerexclusion Organization Region
          id bigint
          alert_rule_trigger_id bigint F:sentry.alertruletrigger fk
          query_subscription_id bigint F:sentry.querysubscription fk
          date_added timestamptz default=now
          unique alert_rule_trigger_id,query_subscription_id

        model 78 sentry.alertruletriggeraction sentry_alertruletriggeraction Global Region
          id bigint
          integration_id bigint? H:sentry.integration
          sentry_app_id bigint? H:sentry.sentryapp
          type smallint
          target_type smallint
          target_identifier text?
          target_display text?
          alert_rule_trigger_id bigint F:sentry.alertruletrigger fk
          date_added timestamptz default=now
          sentry_app_config text? nested-json
          status integer default=0 bounded dbdefault=0

        model 79 sentry.timeseriessnapshot sentry_timeseriessnapshot Organization Region dangling
          id bigint
          start timestamptz
          end timestamptz
          values double[]? python-list
          period integer
          date_added timestamptz default=now
          after sentry.incident

        model 80 sentry.pendingincidentsnapshot sentry_pendingincidentsnapshot Organization Region
          id bigint
          incident_id bigint OC:sentry.incident fk
          target_run_date timestamptz default=now
          date_added timestamptz default=now
          unique incident_id

        model 81 sentry.incidenttrigger sentry_incidenttrigger Organization Region
          id bigint
          incident_id bigint F:sentry.incident fk
          alert_rule_trigger_id bigint F:sentry.alertruletrigger fk
          status smallint
          date_modified timestamptz default=now
          date_added timestamptz default=now
          unique incident_id,alert_rule_trigger_id

        model 82 sentry.incidentsubscription sentry_incidentsubscription Organization Region
          id bigint
          incident_id bigint F:sentry.incident fk
          user_id bigint H:sentry.user
          date_added timestamptz default=now
          unique incident_id,user_id

        model 83 sentry.incidentsnapshot sentry_incidentsnapshot Organization Region
          id bigint
          incident_id bigint OC:sentry.incident fk
          event_stats_snapshot_id bigint F:sentry.timeseriessnapshot fk
          unique_users integer
          total_events integer
          date_added timestamptz default=now
          unique incident_id

        model 84 sentry.incidentactivity sentry_incidentactivity Organization Region
          id bigint
          incident_id bigint F:sentry.incident fk
          user_id bigint? H:sentry.user
          type integer
          value text?
          previous_value text?
          comment text?
          date_added timestamptz default=now
          notification_uuid uuid?
        """#
}
