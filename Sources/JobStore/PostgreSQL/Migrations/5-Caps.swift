extension PostgreSQLMigration {
  /// How much may be under way at once, or begin in a while.
  static let caps = PostgreSQLMigration(
    number: 5, name: "caps",
    script: """
      -- What a run (call 0), or a call of a task of it, has to pass before it is ready: one cap after the other. A cap
      -- lets as many pass as its size; each holds a slot until it ends or, where there is a period, until that has
      -- passed since it began.
      CREATE TABLE cap (
        run bigint REFERENCES run ON DELETE CASCADE,
        call bigint DEFAULT 0,
        position bigint,
        namespace text NOT NULL,
        key text NOT NULL,
        size bigint NOT NULL CHECK (size > 0),
        period interval,
        PRIMARY KEY (run, call, position)
      );

      -- Who waits at which cap; the least rank goes first.
      CREATE TABLE cap_line (
        run bigint REFERENCES run ON DELETE CASCADE,
        call bigint,
        position bigint NOT NULL,
        namespace text NOT NULL,
        key text NOT NULL,
        rank bigint NOT NULL,
        PRIMARY KEY (run, call)
      ) WITH (autovacuum_vacuum_scale_factor = 0.01);
      CREATE INDEX cap_line_in_order ON cap_line (namespace, key, rank, run, call);

      -- Who has passed which cap; `until` is known from the beginning of what has a period.
      CREATE TABLE slot (
        run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
        call bigint NOT NULL,
        namespace text NOT NULL,
        key text NOT NULL,
        period interval,
        until timestamptz
      ) WITH (autovacuum_vacuum_scale_factor = 0.01);
      CREATE INDEX slot_of_cap ON slot (namespace, key);
      CREATE INDEX slot_of_holder ON slot (run, call);
      CREATE INDEX slot_that_ends ON slot (until) WHERE until IS NOT NULL;

      -- Whoever gives slots of a namespace holds its row: two that count at once would both find the last one free.
      CREATE TABLE cap_lock (namespace text PRIMARY KEY);

      CREATE TYPE cap_holder AS (run bigint, call bigint, rank bigint);

      CREATE FUNCTION lock_caps(namespaces text[]) RETURNS void
      SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO cap_lock SELECT DISTINCT unnest(namespaces) ORDER BY 1 ON CONFLICT DO NOTHING;
        PERFORM FROM cap_lock WHERE namespace = ANY (namespaces) ORDER BY namespace FOR UPDATE;
      END $$;

      -- Gives free slots to those who wait for them, under the lock. Gives who has passed its last cap.
      CREATE FUNCTION give_slots(namespaces text[], keys text[]) RETURNS SETOF cap_holder
      SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
      DECLARE
        place int := 0;
        used bigint;
        head record;
        next record;
      BEGIN
        -- Who passes one cap stands in line at the next: that is appended, and looked at in its turn.
        WHILE place < cardinality(keys) LOOP
          place := place + 1;
          DELETE FROM slot
          WHERE slot.namespace = namespaces[place] AND slot.key = keys[place] AND until <= clock_timestamp();
          SELECT count(*) INTO used FROM slot WHERE slot.namespace = namespaces[place] AND slot.key = keys[place];
          LOOP
            SELECT cap.*, cap_line.rank INTO head FROM cap_line JOIN cap USING (run, call, position)
            WHERE cap_line.namespace = namespaces[place] AND cap_line.key = keys[place]
            ORDER BY cap_line.rank, cap_line.run, cap_line.call LIMIT 1;
            EXIT WHEN NOT FOUND OR used >= head.size;
            used := used + 1;
            INSERT INTO slot (run, call, namespace, key, period)
            VALUES (head.run, head.call, head.namespace, head.key, head.period);
            SELECT * INTO next FROM cap
            WHERE cap.run = head.run AND cap.call = head.call AND cap.position > head.position
            ORDER BY cap.position LIMIT 1;
            IF FOUND THEN
              UPDATE cap_line SET position = next.position, key = next.key
              WHERE cap_line.run = head.run AND cap_line.call = head.call;
              namespaces := namespaces || next.namespace;
              keys := keys || next.key;
            ELSE
              DELETE FROM cap_line WHERE cap_line.run = head.run AND cap_line.call = head.call;
              RETURN NEXT ROW(head.run, head.call, head.rank)::cap_holder;
            END IF;
          END LOOP;
        END LOOP;
      END $$;

      -- Takes the slots of those who leave, lets those who enter stand in line, and gives who may begin: of those who
      -- enter, and of those who waited. Who is in both begins anew. Under the lock, which an earlier statement has
      -- taken: what others have put in line before that is seen by this one as a whole.
      CREATE FUNCTION pass_caps(leaving cap_holder[], entering cap_holder[]) RETURNS SETOF cap_holder
      SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
      DECLARE
        namespaces text[];
        keys text[];
      BEGIN
        RETURN QUERY SELECT h.* FROM unnest(entering) AS h
        WHERE NOT EXISTS (SELECT FROM cap WHERE cap.run = h.run AND cap.call = h.call);

        DELETE FROM cap_line USING unnest(leaving) AS h WHERE cap_line.run = h.run AND cap_line.call = h.call;
        WITH freed AS (
          DELETE FROM slot USING unnest(leaving) AS h
          WHERE slot.run = h.run AND slot.call = h.call AND until IS NULL RETURNING slot.namespace, slot.key),
        entered AS (
          INSERT INTO cap_line (run, call, position, namespace, key, rank)
          SELECT h.run, h.call, first.position, first.namespace, first.key, h.rank
          FROM unnest(entering) AS h, LATERAL (
            SELECT * FROM cap WHERE cap.run = h.run AND cap.call = h.call ORDER BY position LIMIT 1) AS first
          RETURNING cap_line.namespace, cap_line.key)
        SELECT array_agg(touched.namespace), array_agg(touched.key) INTO namespaces, keys
        FROM (SELECT * FROM freed UNION SELECT * FROM entered ORDER BY 1, 2) AS touched;
        RETURN QUERY SELECT * FROM give_slots(namespaces, keys);
      END $$;

      -- Gives slots that have become free by time or, where `all_of_them`, in whatever way: whose holders have ended
      -- without saying so. Under the lock of these namespaces.
      CREATE FUNCTION pass_freed_caps(locked text[], all_of_them boolean) RETURNS SETOF cap_holder
      SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
      DECLARE
        namespaces text[];
        keys text[];
      BEGIN
        IF all_of_them THEN
          DELETE FROM slot USING run
          WHERE slot.namespace = ANY (locked) AND until IS NULL AND run.number = slot.run
            AND run.ended IS NOT NULL AND NOT EXISTS (SELECT FROM run_lease WHERE run_lease.run = slot.run);
        END IF;
        SELECT array_agg(open.namespace), array_agg(open.key) INTO namespaces, keys
        FROM (
          SELECT slot.namespace, slot.key FROM slot
          WHERE slot.namespace = ANY (locked) AND until <= clock_timestamp()
          UNION SELECT cap_line.namespace, cap_line.key FROM cap_line
          WHERE all_of_them AND cap_line.namespace = ANY (locked) ORDER BY 1, 2) AS open;
        RETURN QUERY SELECT * FROM give_slots(namespaces, keys);
      END $$;
      """)
}
