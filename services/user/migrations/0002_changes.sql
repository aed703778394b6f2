-- What others remember of a user and have to forget. Triggers write it, so that no change can leave it out.
CREATE TABLE user_changes (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL,  -- outlives the user
  kind text NOT NULL CHECK (kind IN ('profile', 'sessions', 'deleted')),
  at timestamptz NOT NULL DEFAULT now()
);

-- The lock is held until the transaction ends: sequences become visible in their order, and a reader that has seen
-- one has missed none before it.
CREATE FUNCTION note_user_change(changed_user uuid, change_kind text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  noted bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('user_changes'));
  INSERT INTO user_changes (user_id, kind) VALUES (changed_user, change_kind) RETURNING sequence INTO noted;
  PERFORM pg_notify('user_changes', noted::text);
END
$$;

CREATE FUNCTION note_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_user_change(NEW.id, 'profile');
  RETURN NULL;
END
$$;

CREATE TRIGGER users_profile AFTER UPDATE ON users FOR EACH ROW
  WHEN ((OLD.email, OLD.name) IS DISTINCT FROM (NEW.email, NEW.name)) EXECUTE FUNCTION note_profile();

CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_user_change(OLD.id, 'deleted');
  RETURN NULL;
END
$$;

CREATE TRIGGER users_deletion AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION note_deletion();

-- One change a user, however many of their sessions one statement ends.
CREATE FUNCTION note_ended_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_user_change(ended.user_id, 'sessions')
    FROM (SELECT DISTINCT after.user_id FROM before JOIN after USING (id)
           WHERE before.ended_at IS NULL AND after.ended_at IS NOT NULL) AS ended;
  RETURN NULL;
END
$$;

CREATE TRIGGER sessions_ended AFTER UPDATE ON sessions REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION note_ended_sessions();
