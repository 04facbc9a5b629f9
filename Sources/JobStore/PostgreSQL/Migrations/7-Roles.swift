extension PostgreSQLMigration {
  /// Who may see and do what in which namespace.
  static let roles = PostgreSQLMigration(
    number: 7, name: "roles",
    script: """
      CREATE TABLE member (
        namespace text,
        "user" text,
        role text CHECK (role IN ('viewer', 'operator', 'admin', 'worker')),
        PRIMARY KEY (namespace, "user", role)
      );

      -- What a role may do with a table at all; policies say with which rows.
      CREATE TABLE privilege (
        role text,
        command text,
        relation text,
        PRIMARY KEY (role, command, relation)
      );

      -- The namespaces in which who has connected, or a group of his, has one of these roles.
      CREATE FUNCTION granted(VARIADIC roles text[]) RETURNS text[] STABLE SECURITY DEFINER LANGUAGE sql
      BEGIN ATOMIC
        SELECT coalesce(array_agg(DISTINCT namespace), '{}') FROM member
        WHERE role = ANY (roles) AND pg_has_role(session_user, to_regrole(quote_ident("user")), 'USAGE');
      END;

      -- Lets roles do something with rows of a table. In `place` and `new_place`, `%s` stands for their namespaces; the
      -- second says more about rows as they become. Each table has to be guarded, and where there are members already,
      -- `renew_privileges` be called behind it.
      CREATE FUNCTION guard(relation text, command text, roles text[], place text, new_place text DEFAULT 'true')
      RETURNS void SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
      DECLARE
        action text := split_part(command, ' ', 1);
        namespaces text := format('(SELECT granted(VARIADIC %L::text[]))::text[]', roles);
        old_rows text := format('(%s)', replace(place, '%s', namespaces));
        new_rows text := format('(%s AND %s)', old_rows, replace(new_place, '%s', namespaces));
      BEGIN
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', relation);
        EXECUTE format('CREATE POLICY %I ON %I FOR %s', action || ' by ' || array_to_string(roles, ', '), relation,
          action || CASE action WHEN 'INSERT' THEN '' ELSE ' USING ' || old_rows END
            || CASE WHEN action IN ('INSERT', 'UPDATE') THEN ' WITH CHECK ' || new_rows ELSE '' END);
        INSERT INTO privilege SELECT unnest(roles), command, relation;
      END $$;

      CREATE FUNCTION guard_all() RETURNS void SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
      DECLARE
        anybody text[] := '{viewer, operator, admin, worker}';
        operators text[] := '{operator, admin}';
        workers text[] := '{worker}';
        writers text[] := '{operator, admin, worker}';
        own text := 'namespace = ANY (%s)';
        -- Nobody puts a run of others in line, or takes it, under a namespace of his own.
        own_run text := 'EXISTS (SELECT FROM run WHERE run.number = %I.run AND run.namespace = %I.namespace)';
        by_run text := 'EXISTS (SELECT FROM run WHERE run.number = %I.run AND run.namespace = ANY (%%s))';
        here text := 'cardinality(%s) > 0';
        mine text := 'registered_by = session_user AND cardinality(%s) > 0';
        relation text;
      BEGIN
        PERFORM guard('migration', 'SELECT', anybody, here);
        PERFORM guard('member', 'SELECT', anybody, 'namespace = ANY (granted(''admin''))
          OR pg_has_role(session_user, to_regrole(quote_ident("user")), ''USAGE'')');
        PERFORM guard('run', 'SELECT', anybody, own);
        PERFORM guard('run', 'INSERT', operators, own);
        PERFORM guard('run', 'UPDATE', writers, own);
        FOREACH relation IN ARRAY '{plan, program}'::text[] LOOP
          PERFORM guard(relation, 'SELECT', anybody, own);
        END LOOP;
        PERFORM guard('plan', 'INSERT', writers, own);
        PERFORM guard('program', 'INSERT', operators, own);

        -- What belongs to a run is where the run is.
        FOREACH relation IN ARRAY '{job, attempt, epoch, operator, run_event}'::text[] LOOP
          PERFORM guard(relation, 'SELECT', anybody, format(by_run, relation));
          PERFORM guard(relation, 'INSERT', writers, format(by_run, relation));
          CONTINUE WHEN relation = 'run_event';
          PERFORM guard(relation, 'UPDATE', writers, format(by_run, relation));
          PERFORM guard(relation, 'DELETE', writers, format(by_run, relation));
        END LOOP;
        PERFORM guard('submission', 'SELECT', anybody, format(by_run, 'submission'));
        PERFORM guard('submission', 'INSERT', operators, format(by_run, 'submission'),
          'EXISTS (SELECT FROM program WHERE hash = submission.program AND namespace = (
            SELECT run.namespace FROM run WHERE run.number = submission.run))');
        PERFORM guard('submission', 'UPDATE', operators, format(by_run, 'submission'),
          'EXISTS (SELECT FROM program WHERE hash = submission.program AND namespace = (
            SELECT run.namespace FROM run WHERE run.number = submission.run))');
        PERFORM guard('submission', 'UPDATE (claims)', workers, format(by_run, 'submission'));

        FOREACH relation IN ARRAY '{ready_run, run_lease, cap, cap_line, slot, ready_call, call_lease, call_result}'::text[] LOOP
          PERFORM guard(relation, 'SELECT', anybody, own);
          PERFORM guard(relation, 'INSERT', CASE relation WHEN 'run_lease' THEN workers WHEN 'call_lease' THEN workers WHEN 'cap' THEN operators
            ELSE writers END, own, replace(own_run, '%I', relation));
          CONTINUE WHEN relation = 'cap';
          PERFORM guard(relation, 'UPDATE', writers, own, replace(own_run, '%I', relation));
          PERFORM guard(relation, 'DELETE', writers, own);
        END LOOP;
        FOREACH relation IN ARRAY '{cap_lock, service}'::text[] LOOP
          PERFORM guard(relation, 'SELECT', anybody, own);
          PERFORM guard(relation, 'INSERT', writers, own);
          PERFORM guard(relation, 'UPDATE', writers, own);
        END LOOP;

        -- A worker that serves several namespaces is seen in each, and shows none of the others.
        PERFORM guard('worker_namespace', 'SELECT', anybody, 'namespace = ''*'' OR namespace = ANY (%s)');
        PERFORM guard('worker_namespace', 'INSERT', workers, own, 'is_my_worker(worker)');
        PERFORM guard('worker', 'SELECT', anybody,
          'cardinality(%s) > 0 AND (registered_by = session_user
            OR EXISTS (SELECT FROM worker_namespace WHERE worker_namespace.worker = id))');
        PERFORM guard('worker', 'INSERT', workers, mine);
        PERFORM guard('worker', 'UPDATE', workers, mine);
        PERFORM guard('worker', 'DELETE', workers, mine);
        ALTER TABLE privilege ENABLE ROW LEVEL SECURITY;
      END $$;

      CREATE FUNCTION is_my_worker(worker_id text) RETURNS boolean STABLE SECURITY DEFINER LANGUAGE sql
      BEGIN ATOMIC
        SELECT EXISTS (SELECT FROM worker WHERE id = worker_id AND registered_by = session_user);
      END;
      -- Also on runs that the user does not see, or sees no longer.
      CREATE FUNCTION holds_leases(worker_id text) RETURNS boolean STABLE SECURITY DEFINER LANGUAGE sql
      BEGIN ATOMIC
        SELECT EXISTS (SELECT FROM run_lease WHERE worker = worker_id)
          OR EXISTS (SELECT FROM call_lease WHERE worker = worker_id);
      END;
      SELECT guard_all();
      DROP FUNCTION guard_all();

      -- Gives a user exactly the privileges of all his roles.
      CREATE FUNCTION renew_privileges(who text) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        entry record;
      BEGIN
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), who);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %I', current_schema(), who);
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', current_schema(), who);
        FOR entry IN SELECT DISTINCT command, relation FROM privilege JOIN member USING (role) WHERE "user" = who LOOP
          EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), who);
          EXECUTE format('GRANT %s ON %I TO %I', entry.command, entry.relation, who);
        END LOOP;
        IF EXISTS (SELECT FROM member WHERE "user" = who AND role = 'worker') THEN
          EXECUTE format('GRANT USAGE ON SEQUENCE lease_epoch TO %I', who);
        END IF;
      END $$;
      REVOKE ALL ON FUNCTION renew_privileges, guard FROM PUBLIC;

      -- For who owns the tables, and for admins of the namespace.
      CREATE FUNCTION change_member(who text, place text, new_role text, is_granted boolean) RETURNS boolean
      SECURITY DEFINER LANGUAGE plpgsql AS $$
      DECLARE
        is_new boolean;
      BEGIN
        IF NOT pg_has_role(session_user, current_user, 'USAGE') AND NOT place = ANY (granted('admin')) THEN
          RAISE insufficient_privilege USING MESSAGE = format('you are no admin of the namespace `%s`', place);
        END IF;
        IF to_regrole(quote_ident(who)) IS NULL THEN
          RAISE undefined_object USING MESSAGE = format('the server has no user `%s`', who);
        END IF;
        IF pg_has_role(who::name, current_user, 'USAGE') THEN
          RAISE insufficient_privilege USING MESSAGE = format('`%s` owns the tables, and may do everything', who);
        END IF;
        -- Two that change privileges at once would meet each other in the catalogue.
        LOCK TABLE member IN EXCLUSIVE MODE;
        IF is_granted THEN
          INSERT INTO member VALUES (place, who, new_role) ON CONFLICT DO NOTHING;
        ELSE
          DELETE FROM member WHERE namespace = place AND "user" = who AND role = coalesce(new_role, role);
        END IF;
        is_new := FOUND;
        PERFORM renew_privileges(who);
        RETURN is_new;
      END $$;

      -- What runs with the rights of the owner finds nothing in a schema of the user's.
      DO $$
      BEGIN
        EXECUTE format('ALTER FUNCTION renew_privileges SET search_path = %I, pg_temp', current_schema());
        EXECUTE format('ALTER FUNCTION change_member SET search_path = %I, pg_temp', current_schema());
      END $$;
      """)
}
