-- What has served its time is found without reading all that has not.
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX user_changes_age ON user_changes (at);
