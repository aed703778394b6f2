-- What is shown of a content has its owner's name in it. So a content whose owner is renamed is changed too, and its row
-- version (xmin) is another. Whoever locks both an owner and their contents locks the owner first.
CREATE FUNCTION revise_contents_of_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE contents SET owner_id = owner_id WHERE owner_id = NEW.id;
  RETURN NULL;
END
$$;

CREATE TRIGGER owner_renamed
  AFTER UPDATE OF name ON owners
  FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
  EXECUTE FUNCTION revise_contents_of_owner();
