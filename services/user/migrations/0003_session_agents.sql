-- What the client that began the session calls itself, so that its user can tell sessions apart.
ALTER TABLE sessions ADD COLUMN agent text NOT NULL DEFAULT '';
