-- Names that people would take for one another (libs/domain/src/input/visible-text.ts has the same two rules). Only new and
-- changed names are checked: what clashes already stays, and the doctor lists it. Run by the owner. registry_lock lets one
-- transaction write at a time, so two inserts at once can't both pass.

-- Case, spacing and characters that can't be seen do not count.
CREATE FUNCTION name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT lower(regexp_replace(normalize(name, NFKC), '[\s\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0001\U000E0020-\U000E007F\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\u2028\u2029]', '', 'g'))
$$;

-- Controls, format characters (zero-width, bidirectional, soft hyphen), separators, and spaces other than U+0020.
CREATE FUNCTION name_has_unseen(name text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT name ~ '[\u0001-\u001F\u007F-\u009F\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0001\U000E0020-\U000E007F\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\u2028\u2029]'
$$;

-- Partial, because Prisma's schema can't express an index on an expression.
CREATE INDEX organisation_name_key ON organisation (name_key(name)) WHERE name_key(name) IS NOT NULL;
CREATE INDEX product_name_key ON product (name_key(name)) WHERE name_key(name) IS NOT NULL;
CREATE INDEX message_set_name_key ON message_set (name_key(name)) WHERE name_key(name) IS NOT NULL;
CREATE INDEX client_name_key ON client (environment, name_key(name)) WHERE name_key(name) IS NOT NULL;

-- Two organisations may have the very same name, and their ODS codes tell them apart.
CREATE FUNCTION organisation_name_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF name_has_unseen(NEW.name) THEN
    PERFORM registry_refuse('organisation_name_visible', 'the name contains a character that can''t be seen');
  END IF;
  IF EXISTS (
    SELECT FROM organisation
    WHERE name_key(name) = name_key(NEW.name) AND name <> NEW.name AND ods_code <> NEW.ods_code
  ) THEN
    PERFORM registry_refuse('organisation_name_distinct', 'the name differs from another only in case or spacing');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION product_name_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF name_has_unseen(NEW.name) THEN
    PERFORM registry_refuse('product_name_visible', 'the name contains a character that can''t be seen');
  END IF;
  IF EXISTS (
    SELECT FROM product
    WHERE name_key(name) = name_key(NEW.name) AND name <> NEW.name AND name IS DISTINCT FROM OLD.name
  ) THEN
    PERFORM registry_refuse('product_name_distinct', 'the name differs from another only in case or spacing');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION message_set_name_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF name_has_unseen(NEW.name) THEN
    PERFORM registry_refuse('message_set_name_visible', 'the name contains a character that can''t be seen');
  END IF;
  IF EXISTS (
    SELECT FROM message_set
    WHERE name_key(name) = name_key(NEW.name) AND name <> NEW.name AND name IS DISTINCT FROM OLD.name
  ) THEN
    PERFORM registry_refuse('message_set_name_distinct', 'the name differs from another only in case or spacing');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION client_name_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF name_has_unseen(NEW.name) THEN
    PERFORM registry_refuse('client_name_visible', 'the name contains a character that can''t be seen');
  END IF;
  IF EXISTS (
    SELECT FROM client
    WHERE environment = NEW.environment AND name_key(name) = name_key(NEW.name) AND name <> NEW.name AND id <> NEW.id
  ) THEN
    PERFORM registry_refuse('client_name_distinct', 'the name differs from another only in case or spacing');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION sro_appointment_name_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF name_has_unseen(NEW.name || NEW.job_title || NEW.authority_name || NEW.authority_reference) THEN
    PERFORM registry_refuse('sro_appointment_texts_visible', 'a text contains a character that can''t be seen');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER name_rules_new BEFORE INSERT ON organisation FOR EACH ROW EXECUTE FUNCTION organisation_name_rules();
CREATE TRIGGER name_rules_changed BEFORE UPDATE ON organisation FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION organisation_name_rules();
CREATE TRIGGER name_rules_new BEFORE INSERT ON product FOR EACH ROW EXECUTE FUNCTION product_name_rules();
CREATE TRIGGER name_rules_changed BEFORE UPDATE ON product FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION product_name_rules();
CREATE TRIGGER name_rules_new BEFORE INSERT ON message_set FOR EACH ROW EXECUTE FUNCTION message_set_name_rules();
CREATE TRIGGER name_rules_changed BEFORE UPDATE ON message_set FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION message_set_name_rules();
CREATE TRIGGER name_rules_new BEFORE INSERT ON client FOR EACH ROW EXECUTE FUNCTION client_name_rules();
CREATE TRIGGER name_rules_changed BEFORE UPDATE ON client FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION client_name_rules();
CREATE TRIGGER name_rules_new BEFORE INSERT ON sro_appointment FOR EACH ROW EXECUTE FUNCTION sro_appointment_name_rules();
CREATE TRIGGER name_rules_changed BEFORE UPDATE ON sro_appointment FOR EACH ROW
  WHEN (
    (OLD.name, OLD.job_title, OLD.authority_name, OLD.authority_reference)
    IS DISTINCT FROM (NEW.name, NEW.job_title, NEW.authority_name, NEW.authority_reference)
  ) EXECUTE FUNCTION sro_appointment_name_rules();
