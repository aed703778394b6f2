CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Names of users that own contents, copied from the user service and kept up to date by its feed of changes.
CREATE TABLE owners (
  id uuid PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE contents (
  id uuid PRIMARY KEY,  -- version 7: its order is the order of creation
  owner_id uuid NOT NULL REFERENCES owners (id),
  title text NOT NULL,
  description text NOT NULL,
  type text NOT NULL CHECK (type IN ('music', 'podcast', 'video')),
  visibility text NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private')),
  state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'queued', 'processing', 'ready', 'failed')),
  progress jsonb,
  failure jsonb,
  media_key text,  -- of the master playlist that plays now
  media jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX contents_published ON contents (id DESC) WHERE visibility = 'public' AND media_key IS NOT NULL;
CREATE INDEX contents_published_by_type ON contents (type, id DESC)
  WHERE visibility = 'public' AND media_key IS NOT NULL;
CREATE INDEX contents_by_owner ON contents (owner_id, id DESC);
CREATE INDEX contents_text ON contents USING gin ((title || ' ' || description) gin_trgm_ops);

CREATE TABLE conversion_jobs (
  id uuid PRIMARY KEY,
  content_id uuid NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
  source_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('audio', 'video')),
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
  attempt bigint NOT NULL DEFAULT 0,
  failures bigint NOT NULL DEFAULT 0,
  losses bigint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  leased_until timestamptz,
  request_id text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);

CREATE UNIQUE INDEX conversion_jobs_one_open ON conversion_jobs (content_id) WHERE state IN ('queued', 'running');
CREATE INDEX conversion_jobs_queued ON conversion_jobs (due_at) WHERE state = 'queued';
CREATE INDEX conversion_jobs_running ON conversion_jobs (leased_until) WHERE state = 'running';
CREATE INDEX conversion_jobs_by_content ON conversion_jobs (content_id, id DESC);

-- Contents whose storage has to be looked through for what nothing uses any more.
CREATE TABLE leftovers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  content_id uuid NOT NULL,
  due_at timestamptz NOT NULL
);

CREATE INDEX leftovers_due ON leftovers (due_at);

-- How far the user service's feed of changes has been followed.
CREATE TABLE user_feed (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sequence bigint NOT NULL
);

INSERT INTO user_feed (sequence) VALUES (0);

CREATE FUNCTION notify_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('content_changed', NEW.id::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER content_changed
  AFTER UPDATE OF state, progress, failure, media_key, media ON contents
  FOR EACH ROW EXECUTE FUNCTION notify_content_changed();

CREATE FUNCTION notify_job_queued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_queued', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER job_queued
  AFTER INSERT ON conversion_jobs
  FOR EACH STATEMENT EXECUTE FUNCTION notify_job_queued();
