-- Media can be played before it is whole, and is then no match for media that is.
ALTER TABLE contents ADD COLUMN media_whole boolean NOT NULL DEFAULT false;
UPDATE contents SET media_whole = true WHERE media IS NOT NULL;
