extension CatalogueText {
    /// The tables of ``OwnTables``.
    static let ledgerTables = #"""
        own relocation.ledger
          id bigint no-identity
          format integer
          tool_version text
          date_updated timestamptz

        own relocation.import
          id bigint
          format integer
          uuid uuid
          scope text
          options text
          file_name text
          digest text
          rows_source bigint
          enqueued_by text
          enqueued_at timestamptz?
          tool_version text
          worker text
          began_at timestamptz
          ended_at timestamptz?
          outcome text?
          reason text?
          rows text?
          replaced text?
          unique uuid

        own relocation.written
          id bigint
          uuid uuid
          model text
          first_ordinal bigint
          digest text
          rows text
          unique uuid,model,first_ordinal,digest

        own relocation.before
          id bigint
          uuid uuid
          table_name text
          row_id bigint
          columns text
          unique uuid,table_name,row_id

        own relocation.inserted
          id bigint
          uuid uuid
          table_name text
          row_ids text

        own relocation.eventchunk
          id bigint
          uuid uuid
          first_ordinal bigint
          events integer
          digest text
          saved_at timestamptz
          decisions text
          unique uuid,first_ordinal

        own relocation.notice
          id bigint
          uuid uuid
          notice text
          state text
          noted_at timestamptz
          unique uuid,notice
        """#
}
