-- Name, e-mail address and id in lower case, to look for people by; kept up to date as they are seen.

ALTER TABLE person ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE person SET words = lower(coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || id);
