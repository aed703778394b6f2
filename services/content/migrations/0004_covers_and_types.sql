-- The picture that a content's creator chose. Who watches a content is told of that, and of another type.
ALTER TABLE contents ADD COLUMN cover_key text;

DROP TRIGGER content_changed ON contents;
CREATE TRIGGER content_changed
  AFTER DELETE OR UPDATE OF title, description, type, visibility, state, progress, failure, media_key, media, cover_key
  ON contents
  FOR EACH ROW EXECUTE FUNCTION notify_content_changed();
