extension CatalogueText {
    /// Users, their addresses, options, privileges and ways of signing in. The notation: ``CatalogueText``.
    static let identityModels = #"""
        model 12 sentry.user auth_user User Control
          password varchar(128)
          last_login timestamptz?
          id bigint
          username varchar(128)
          first_name varchar(200) field=name
          email varchar(75) email
          is_staff boolean default=false
          is_active boolean default=true
          is_unclaimed boolean default=false dbdefault=false
          is_superuser boolean default=false
          is_managed boolean default=false
          is_sentry_app boolean? default=null
          is_password_expired boolean default=false
          last_password_change timestamptz?
          flags bigint? flags default=0
          session_nonce varchar(12)?
          date_joined timestamptz default=now
          last_active timestamptz? default=now
          avatar_type smallint default=0 dbdefault=0
          avatar_url varchar(120)? dbdefault=NULL
          bits flags newsletter_consent_prompt
          unique username
          ordinal username

        model 13 sentry.userip sentry_userip Global Control
          id bigint
          user_id bigint F:sentry.user fk
          ip_address inet missing=null ip
          country_code varchar(16)?
          region_code varchar(16)?
          first_seen timestamptz default=now
          last_seen timestamptz default=now
          unique user_id,ip_address
          ordinal user,ip_address

        model 14 sentry.userpermission sentry_userpermission Config Control
          id bigint
          user_id bigint F:sentry.user fk
          permission varchar(32)
          unique user_id,permission
          ordinal user,permission

        model 15 sentry.userrole sentry_userrole Config Control
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          name varchar(32)
          permissions text[]? python-list
          unique name
          ordinal name

        model 16 sentry.userroleuser sentry_userrole_users Config Control
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          user_id bigint F:sentry.user fk
          role_id bigint F:sentry.userrole fk

        model 26 sentry.email sentry_email User Control dangling
          id bigint
          email citext email
          date_added timestamptz default=now
          unique email
          ordinal email
          after sentry.user

        model 32 sentry.authprovider sentry_authprovider Global Control
          id bigint
          organization_id bigint H:sentry.organization
          provider varchar(128)
          config text nested-json default=json:{}
          date_added timestamptz default=now
          sync_time integer? bounded
          last_sync timestamptz?
          default_role integer default=50 bounded
          default_global_access boolean default=true
          flags bigint flags default=0
          bits flags allow_unlinked,scim_enabled
          unique organization_id
          check default_role >= 0
          check sync_time >= 0

        model 33 sentry.authidentity sentry_authidentity Global Control
          id bigint
          user_id bigint F:sentry.user fk
          auth_provider_id bigint F:sentry.authprovider fk
          ident varchar(128)
          data text nested-json default=json:{}
          last_verified timestamptz default=now
          last_synced timestamptz default=now
          date_added timestamptz default=now
          unique auth_provider_id,ident
          unique auth_provider_id,user_id

        model 34 sentry.authenticator auth_authenticator Global Control
          id integer
          user_id bigint F:sentry.user fk
          created_at timestamptz default=now
          last_used_at timestamptz?
          type integer bounded
          config text pickled
          unique user_id,type
          check type >= 0

        model 37 sentry.useroption sentry_useroption User Control
          id bigint
          user_id bigint F:sentry.user fk
          project_id bigint? H:sentry.project
          organization_id bigint? H:sentry.organization
          key varchar(64)
          value text pickled
          unique user_id,organization_id,key
          unique user_id,project_id,key

        model 38 sentry.useremail sentry_useremail User Control
          id bigint
          user_id bigint F:sentry.user fk
          email varchar(75) email
          validation_hash varchar(32) default=alnum32
          date_hash_added timestamptz default=now
          is_verified boolean default=false
          unique user_id,email
          ordinal user,email
          after sentry.email
        """#
}
