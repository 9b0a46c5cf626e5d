extension CatalogueText {
    /// Tables of the group "event saving".
    static let eventTables = #"""
        table sentry_release
          id bigint
          project_id bigint?
          version varchar(250)
          ref varchar(250)?
          url varchar(200)?
          date_added timestamptz
          date_started timestamptz?
          date_released timestamptz?
          data text
          new_groups integer
          commit_count integer?
          last_commit_id bigint?
          authors text[]?
          total_deploys integer?
          last_deploy_id integer?
          organization_id bigint references=sentry_organization
          owner_id bigint?
          status integer?
          build_code text?
          build_number bigint?
          major bigint?
          minor bigint?
          patch bigint?
          prerelease text?
          revision bigint?
          package text?
          user_agent text?
          unique organization_id,version
          check new_groups >= 0
          check commit_count >= 0
          check total_deploys >= 0
          check last_deploy_id >= 0

        table sentry_release_project
          id bigint
          new_groups integer?
          project_id bigint references=sentry_project
          release_id bigint references=sentry_release
          adopted timestamptz?
          unadopted timestamptz?
          first_seen_transaction timestamptz?
          unique project_id,release_id
          check new_groups >= 0

        table sentry_distribution
          id bigint
          organization_id bigint
          name varchar(64)
          date_added timestamptz
          release_id bigint references=sentry_release
          unique release_id,name

        table sentry_environmentrelease
          id bigint
          project_id bigint?
          first_seen timestamptz
          last_seen timestamptz
          environment_id bigint
          organization_id bigint
          release_id bigint
          unique organization_id,release_id,environment_id

        table sentry_releaseprojectenvironment
          id bigint
          new_issues_count integer
          first_seen timestamptz
          last_seen timestamptz
          last_deploy_id integer?
          environment_id bigint references=sentry_environment
          project_id bigint references=sentry_project
          release_id bigint references=sentry_release
          adopted timestamptz?
          unadopted timestamptz?
          unique project_id,release_id,environment_id
          check new_issues_count >= 0
          check last_deploy_id >= 0

        table nodestore_node
          id varchar(40) no-identity
          data text
          timestamp timestamptz
        """#
}
