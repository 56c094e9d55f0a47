-- The rules of names, each once for all tables: the triggers name the table's columns. They refuse what they refused
-- before, under the same names; what is written with its old name again is left alone.

DROP TRIGGER name_rules_new ON organisation;
DROP TRIGGER name_rules_changed ON organisation;
DROP TRIGGER name_rules_new ON product;
DROP TRIGGER name_rules_changed ON product;
DROP TRIGGER name_rules_new ON message_set;
DROP TRIGGER name_rules_changed ON message_set;
DROP TRIGGER name_rules_new ON client;
DROP TRIGGER name_rules_changed ON client;
DROP TRIGGER name_rules_new ON sro_appointment;
DROP TRIGGER name_rules_changed ON sro_appointment;
DROP FUNCTION organisation_name_rules();
DROP FUNCTION product_name_rules();
DROP FUNCTION message_set_name_rules();
DROP FUNCTION client_name_rules();
DROP FUNCTION sro_appointment_name_rules();

-- Arguments: the rule, and the columns whose texts people read.
CREATE FUNCTION texts_are_visible() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  old_row JSONB := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  new_row JSONB := to_jsonb(NEW);
  text_column TEXT;
BEGIN
  FOREACH text_column IN ARRAY TG_ARGV[1:] LOOP
    IF new_row ->> text_column IS DISTINCT FROM old_row ->> text_column
        AND public.name_has_unseen(new_row ->> text_column) THEN
      PERFORM public.registry_refuse(TG_ARGV[0], format('%s contains a character that can''t be seen', text_column));
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

-- Arguments: the rule, the column that identifies a row, and the column within whose value names must differ, if any.
-- Two organisations may have the very same name, and their ODS codes tell them apart.
CREATE FUNCTION name_is_distinct() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  old_row JSONB := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
  new_row JSONB := to_jsonb(NEW);
  is_taken BOOLEAN;
BEGIN
  IF new_row ->> 'name' IS NOT DISTINCT FROM old_row ->> 'name' THEN RETURN NEW; END IF;
  EXECUTE format(
    'SELECT EXISTS (
       SELECT FROM public.%1$I
       WHERE public.name_key(name) = public.name_key($1) AND name <> $1
         AND %2$I::text <> $2 AND %2$I::text IS DISTINCT FROM $3 %3$s
     )',
    TG_TABLE_NAME, TG_ARGV[1], CASE WHEN TG_NARGS > 2 THEN format('AND %I = $4', TG_ARGV[2]) END
  ) INTO is_taken USING NEW.name, new_row ->> TG_ARGV[1], old_row ->> TG_ARGV[1], new_row ->> TG_ARGV[2];
  IF is_taken THEN
    PERFORM public.registry_refuse(TG_ARGV[0], 'the name differs from another only in case or spacing');
  END IF;
  RETURN NEW;
END $$;

-- By their names, triggers for visible texts come before those for other names.
CREATE TRIGGER texts_are_visible BEFORE INSERT OR UPDATE ON organisation
  FOR EACH ROW EXECUTE FUNCTION texts_are_visible('organisation_name_visible', 'name');
CREATE TRIGGER unlike_other_names BEFORE INSERT OR UPDATE ON organisation
  FOR EACH ROW EXECUTE FUNCTION name_is_distinct('organisation_name_distinct', 'ods_code');
CREATE TRIGGER texts_are_visible BEFORE INSERT OR UPDATE ON product
  FOR EACH ROW EXECUTE FUNCTION texts_are_visible('product_name_visible', 'name');
CREATE TRIGGER unlike_other_names BEFORE INSERT OR UPDATE ON product
  FOR EACH ROW EXECUTE FUNCTION name_is_distinct('product_name_distinct', 'name');
CREATE TRIGGER texts_are_visible BEFORE INSERT OR UPDATE ON message_set
  FOR EACH ROW EXECUTE FUNCTION texts_are_visible('message_set_name_visible', 'name');
CREATE TRIGGER unlike_other_names BEFORE INSERT OR UPDATE ON message_set
  FOR EACH ROW EXECUTE FUNCTION name_is_distinct('message_set_name_distinct', 'name');
CREATE TRIGGER texts_are_visible BEFORE INSERT OR UPDATE ON client
  FOR EACH ROW EXECUTE FUNCTION texts_are_visible('client_name_visible', 'name');
CREATE TRIGGER unlike_other_names BEFORE INSERT OR UPDATE ON client
  FOR EACH ROW EXECUTE FUNCTION name_is_distinct('client_name_distinct', 'id', 'environment');
CREATE TRIGGER texts_are_visible BEFORE INSERT OR UPDATE ON sro_appointment
  FOR EACH ROW EXECUTE FUNCTION texts_are_visible(
    'sro_appointment_texts_visible', 'name', 'job_title', 'authority_name', 'authority_reference'
  );
