extension CatalogueText {
    /// Instance configuration, integrations, API credentials and Sentry apps. The notation: ``CatalogueText``.
    static let platformModels = #"""
        model 0 sentry.controloption sentry_controloption Config Control
          id bigint
          key varchar(128)
          last_updated timestamptz default=now
          last_updated_by varchar(16) default="unknown" dbdefault='unknown'
          value text pickled
          unique key
          ordinal key

        model 1 sentry.integration sentry_integration Global Control
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          provider varchar(64)
          external_id varchar(64)
          name varchar(200)
          metadata text nested-json default=json:{}
          status integer? default=0 bounded
          unique provider,external_id
          check status >= 0

        model 2 sentry.option sentry_option Config Region
          id bigint
          key varchar(128)
          last_updated timestamptz default=now
          last_updated_by varchar(16) default="unknown" dbdefault='unknown'
          value text pickled
          unique key
          ordinal key

        model 4 sentry.organizationintegration sentry_organizationintegration Global Control
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          organization_id bigint H:sentry.organization
          integration_id bigint F:sentry.integration fk
          config text nested-json default=json:{}
          default_auth_id integer? bounded
          status integer default=0 bounded
          grace_period_end timestamptz?
          unique organization_id,integration_id
          check default_auth_id >= 0
          check status >= 0

        model 8 sentry.relay sentry_relay Config Region
          id bigint
          relay_id varchar(64)
          public_key varchar(200)
          first_seen timestamptz? default=null
          last_seen timestamptz? default=null
          is_internal boolean? default=null
          unique relay_id
          ordinal relay_id

        model 9 sentry.relayusage sentry_relayusage Config Region
          id bigint
          relay_id varchar(64)
          version varchar(32) default="0.0.1"
          first_seen timestamptz default=now
          last_seen timestamptz default=now
          public_key varchar(200)?
          unique relay_id,version
          ordinal relay_id,version

        model 10 sentry.repository sentry_repository Global Region
          id bigint
          organization_id bigint I:sentry.organization
          name varchar(200)
          url varchar(200)? url
          provider varchar(64)?
          external_id varchar(64)?
          config text nested-json default=json:{}
          status integer default=0 bounded
          date_added timestamptz default=now
          integration_id integer? I:sentry.integration bounded
          languages text[]? python-list
          unique organization_id,provider,external_id
          check integration_id >= 0
          check status >= 0

        model 35 sentry.apikey sentry_apikey Global Control
          id bigint
          scopes bigint flags default=null
          scope_list text[]? python-list
          organization_id bigint H:sentry.organization
          label varchar(64) default="Default"
          key varchar(32)
          status integer default=0 bounded
          date_added timestamptz default=now
          allowed_origins text?
          bits scopes project:read,project:write,project:admin,project:releases,team:read,team:write,team:admin
          bits scopes event:read,event:write,event:admin,org:read,org:write,org:admin,member:read,member:write
          bits scopes member:admin,org:integrations
          unique key
          check status >= 0

        model 36 sentry.apiapplication sentry_apiapplication Global Control
          id bigint
          client_id varchar(64) default=hex64
          client_secret text default=hex64
          owner_id bigint? F:sentry.user fk
          name varchar(64) default=pet-name
          status integer default=0 bounded
          allowed_origins text?
          redirect_uris text
          homepage_url varchar(200)? url
          privacy_url varchar(200)? url
          terms_url varchar(200)? url
          date_added timestamptz default=now
          unique client_id
          check status >= 0

        model 42 sentry.sentryapp sentry_sentryapp Global Control
          id bigint
          scopes bigint flags default=null
          scope_list text[]? python-list
          date_deleted timestamptz?
          application_id bigint? O:sentry.apiapplication fk
          proxy_user_id bigint? O:sentry.user fk
          owner_id bigint H:sentry.organization
          name text
          slug varchar(64)
          author text?
          status integer default=0 bounded
          uuid varchar(64) default=uuid4
          redirect_url varchar(200)? url
          webhook_url varchar(512)? url
          is_alertable boolean default=false
          verify_install boolean default=true
          events text[]? python-list
          overview text?
          schema text nested-json default=json:{}
          date_added timestamptz default=now
          date_updated timestamptz default=now
          date_published timestamptz?
          creator_user_id bigint? F:sentry.user
          creator_label text?
          popularity smallint? default=1
          metadata json nested-json default=json:{} dbdefault='{}'
          bits scopes project:read,project:write,project:admin,project:releases,team:read,team:write,team:admin
          bits scopes event:read,event:write,event:admin,org:read,org:write,org:admin,member:read,member:write
          bits scopes member:admin,org:integrations
          unique application_id
          unique proxy_user_id
          unique slug
          check popularity >= 0
          check status >= 0

        model 58 sentry.apitoken sentry_apitoken Config/Global Control
          id bigint
          scopes bigint flags default=null
          scope_list text[]? python-list
          application_id bigint? F:sentry.apiapplication fk
          user_id bigint F:sentry.user fk
          name varchar(255)?
          token varchar(71) default=hex64
          hashed_token varchar(128)?
          token_type varchar(7)?
          token_last_characters varchar(4)?
          refresh_token varchar(71)? default=hex64
          hashed_refresh_token varchar(128)?
          expires_at timestamptz? default=now+30d
          date_added timestamptz default=now
          bits scopes project:read,project:write,project:admin,project:releases,team:read,team:write,team:admin
          bits scopes event:read,event:write,event:admin,org:read,org:write,org:admin,member:read,member:write
          bits scopes member:admin,org:integrations
          unique hashed_refresh_token
          unique hashed_token
          unique refresh_token
          unique token

        model 59 sentry.apigrant sentry_apigrant Global Control
          id bigint
          user_id bigint F:sentry.user fk
          application_id bigint F:sentry.apiapplication fk
          code varchar(64) default=hex64
          expires_at timestamptz default=now+10m
          redirect_uri varchar(255)
          scopes bigint flags default=null
          scope_list text[]? python-list
          bits scopes project:read,project:write,project:admin,project:releases,team:read,team:write,team:admin
          bits scopes event:read,event:write,event:admin,org:read,org:write,org:admin,member:read,member:write
          bits scopes member:admin,openid,profile,email

        model 60 sentry.apiauthorization sentry_apiauthorization Config/Global Control
          id bigint
          scopes bigint flags default=null
          scope_list text[]? python-list
          application_id bigint? F:sentry.apiapplication fk
          user_id bigint F:sentry.user fk
          date_added timestamptz default=now
          bits scopes project:read,project:write,project:admin,project:releases,team:read,team:write,team:admin
          bits scopes event:read,event:write,event:admin,org:read,org:write,org:admin,member:read,member:write
          bits scopes member:admin,org:integrations
          unique user_id,application_id

        model 63 sentry.sentryappinstallation sentry_sentryappinstallation Global Control
          id bigint
          date_deleted timestamptz?
          sentry_app_id bigint F:sentry.sentryapp fk
          organization_id bigint H:sentry.organization
          api_grant_id bigint? O:sentry.apigrant fk
          api_token_id bigint? O:sentry.apitoken fk
          uuid varchar(64) default=uuid4
          status integer default=0 bounded
          date_added timestamptz default=now
          date_updated timestamptz default=now
          unique api_grant_id
          unique api_token_id
          check status >= 0

        model 64 sentry.sentryappcomponent sentry_sentryappcomponent Global Control
          id bigint
          uuid uuid missing=""
          sentry_app_id bigint F:sentry.sentryapp fk
          type varchar(64)
          schema text nested-json default=json:{}
          unique uuid

        model 74 sentry.servicehook sentry_servicehook Global Region
          id bigint
          guid varchar(32)?
          application_id bigint? H:sentry.apiapplication
          actor_id bigint
          installation_id bigint? H:sentry.sentryappinstallation
          project_id bigint? I:sentry.project
          organization_id bigint? I:sentry.organization
          url varchar(512) url
          secret text default=hex64
          events text[]? python-list
          status integer default=0 bounded
          version integer default=0 bounded
          date_added timestamptz default=now
          unique guid
          check status >= 0
          check version >= 0
        """#
}
