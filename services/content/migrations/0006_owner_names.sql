-- Each content has its owner's name, so that to read it is to read one row, and a new name makes another version of that row.
DROP TRIGGER owner_renamed ON owners;
DROP FUNCTION revise_contents_of_owner();

ALTER TABLE contents ADD COLUMN owner_name text;
UPDATE contents SET owner_name = owners.name FROM owners WHERE owners.id = contents.owner_id;
ALTER TABLE contents ALTER COLUMN owner_name SET NOT NULL;
