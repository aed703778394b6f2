-- Who watches a content is told of all that they see of it, and of its end.
DROP TRIGGER content_changed ON contents;

CREATE OR REPLACE FUNCTION notify_content_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('content_changed', coalesce(NEW.id, OLD.id)::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER content_changed
  AFTER DELETE OR UPDATE OF title, description, visibility, state, progress, failure, media_key, media ON contents
  FOR EACH ROW EXECUTE FUNCTION notify_content_changed();
