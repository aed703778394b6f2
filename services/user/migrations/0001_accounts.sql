CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  password_hash text NOT NULL,                 -- PHC string
  password_version bigint NOT NULL DEFAULT 1,  -- counts changes of the password, not of how it is hashed
  created_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX users_email_unique ON users (lower(email));

-- One login each. Its refresh tokens are one family: they end together.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz
);

CREATE INDEX sessions_user ON sessions (user_id);

-- Used ones stay as long as their session, so that their reuse is noticed.
CREATE TABLE refresh_tokens (
  hash bytea PRIMARY KEY,  -- SHA-256
  session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  used_at timestamptz
);

CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
