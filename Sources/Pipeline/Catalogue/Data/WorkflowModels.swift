extension CatalogueText {
    /// Models that came after 24.9: workflows, detectors, uptime and saved explorations. What is unverified says so. The
    /// notation: ``CatalogueText``.
    static let workflowModels = #"""
        model 85 workflow_engine.dataconditiongroup - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          logic_type varchar(200) default="any"
          organization_id bigint F:sentry.organization fk

        model 86 workflow_engine.datacondition - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          comparison jsonb
          condition_result jsonb
          type varchar(200) default="eq"
          condition_group_id bigint F:workflow_engine.dataconditiongroup fk

        model 87 uptime.uptimesubscription - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          type text
          status smallint default=0 dbdefault=0
          subscription_id text?
          url varchar(255)
          url_domain varchar(255) default="" dbdefault=''
          url_domain_suffix varchar(255) default="" dbdefault=''
          host_provider_id varchar(255)?
          host_provider_name varchar(255)?
          interval_seconds integer
          timeout_ms integer
          method varchar(20) default="GET" dbdefault='GET'
          headers jsonb default="[]" dbdefault='[]'
          body text?
          trace_sampling boolean default=false dbdefault=false
          response_capture_enabled boolean default=true dbdefault=true
          capture_response_on_failure boolean default=true dbdefault=true
          assertion jsonb?
          unique subscription_id

        model 88 workflow_engine.datasource - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          source_id text
          type text
          organization_id bigint F:sentry.organization fk
          unique source_id,type
          after sentry.monitor,sentry.querysubscription,uptime.uptimesubscription

        model 89 workflow_engine.detector - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          config jsonb default=json:{} dbdefault='{}'
          owner_user_id bigint? H:sentry.user
          owner_team_id bigint? I:sentry.team
          name varchar(200)
          enabled boolean default=true dbdefault=true
          status smallint default=0 dbdefault=0
          description text?
          type varchar(200)
          created_by_id bigint? H:sentry.user
          project_id bigint F:sentry.project fk
          workflow_condition_group_id bigint? F:workflow_engine.dataconditiongroup fk
          unique workflow_condition_group_id

        model 90 workflow_engine.datasourcedetector - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          data_source_id bigint F:workflow_engine.datasource fk
          detector_id bigint F:workflow_engine.detector fk
          unique data_source_id,detector_id

        model 91 workflow_engine.detectorstate - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          detector_group_key varchar(200)?
          active boolean field=is_triggered default=false
          state varchar(200) default="0"
          detector_id bigint F:workflow_engine.detector fk

        model 92 workflow_engine.workflow - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          config jsonb default=json:{} dbdefault='{}'
          owner_user_id bigint? H:sentry.user
          owner_team_id bigint? I:sentry.team
          name varchar(256)
          enabled boolean default=true dbdefault=true
          status smallint default=0 dbdefault=0
          created_by_id bigint? H:sentry.user
          environment_id bigint? F:sentry.environment fk
          organization_id bigint F:sentry.organization fk
          when_condition_group_id bigint? F:workflow_engine.dataconditiongroup fk
          unique when_condition_group_id

        model 93 workflow_engine.detectorworkflow - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          detector_id bigint F:workflow_engine.detector fk
          workflow_id bigint F:workflow_engine.workflow fk
          unique detector_id,workflow_id

        model 94 workflow_engine.workflowdataconditiongroup - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          condition_group_id bigint F:workflow_engine.dataconditiongroup fk
          workflow_id bigint F:workflow_engine.workflow fk
          unique condition_group_id

        model 95 workflow_engine.alertruledetector - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          alert_rule_id bigint? I:sentry.alertrule
          rule_id bigint? I:sentry.rule
          detector_id bigint F:workflow_engine.detector fk
          unique alert_rule_id
          unique detector_id,alert_rule_id
          unique detector_id,rule_id

        model 96 workflow_engine.alertruleworkflow - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          alert_rule_id bigint? I:sentry.alertrule
          rule_id bigint? I:sentry.rule
          workflow_id bigint F:workflow_engine.workflow fk
          unique workflow_id,alert_rule_id
          unique workflow_id,rule_id

        model 97 workflow_engine.dataconditionalertruletrigger - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          alert_rule_trigger_id bigint? I:sentry.alertruletrigger
          data_condition_id bigint F:workflow_engine.datacondition fk
          unique alert_rule_trigger_id,data_condition_id

        model 98 explore.exploresavedquery - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          organization_id bigint F:sentry.organization fk
          created_by_id bigint? H:sentry.user
          name varchar(255)
          query jsonb
          visits bigint? default=1
          last_visited timestamptz? default=now
          dataset integer default=0
          is_multi_query boolean default=false
          prebuilt_id integer?
          prebuilt_version integer?
          changed_reason jsonb?
          unique organization_id,prebuilt_id

        model 99 explore.exploresavedqueryproject - Organization Region
          id bigint
          project_id bigint F:sentry.project fk
          explore_saved_query_id bigint F:explore.exploresavedquery fk
          unique explore_saved_query_id,project_id

        model 100 explore.exploresavedquerylastvisited - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          user_id bigint H:sentry.user
          organization_id bigint F:sentry.organization fk
          explore_saved_query_id bigint F:explore.exploresavedquery fk
          last_visited timestamptz default=now
          unique explore_saved_query_id,organization_id,user_id

        model 101 explore.exploresavedquerystarred - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          user_id bigint H:sentry.user
          organization_id bigint F:sentry.organization fk
          explore_saved_query_id bigint F:explore.exploresavedquery fk
          position smallint?
          starred boolean default=true dbdefault=true
          unique organization_id,position,user_id
        """#
}
