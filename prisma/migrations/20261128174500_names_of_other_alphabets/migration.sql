-- More names that people would take for one another (libs/domain/src/input/visible-text.ts has the same two rules): those
-- with letters of another alphabet that look the same, and those with variation selectors, fillers and other characters
-- that Unicode calls ignorable. Only new and changed names are checked, as before.

-- Case, spacing, characters that can't be seen, and the alphabet of letters that look the same do not count.
CREATE OR REPLACE FUNCTION name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT lower(translate(
    regexp_replace(normalize(name, NFKC), '[\s\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2800\u3164\uFE00-\uFE0F\uFFA0\uFFF0-\uFFF8\U000E0000-\U000E0FFF\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\u2028\u2029]', '', 'g'),
    U&'\0410\0412\0415\041A\041C\041D\041E\0420\0421\0422\0423\0425\0406\0408\0405\050C\051A\051C\0430\0432\0435\043A\043C\043D\043E\0440\0441\0442\0443\0445\0456\0458\0455\04BB\0501\051B\051D\04CF\0391\0392\0395\0396\0397\0399\039A\039C\039D\039F\03A1\03A4\03A5\03A7\03B1\03B9\03BA\03BD\03BF\03C1\03C4\03C5\03C7\03F2\03F3\0131\0261',
    'ABEKMHOPCTYXIJSGQWabekmhopctyxijshdqwlABEZHIKMNOPTYXaikvoptuxcjig'
  ))
$$;

-- Controls, format characters, ignorable characters, separators, and spaces other than U+0020.
CREATE OR REPLACE FUNCTION name_has_unseen(name text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT name ~ '[\u0001-\u001F\u007F-\u009F\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2800\u3164\uFE00-\uFE0F\uFFA0\uFFF0-\uFFF8\U000E0000-\U000E0FFF\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000\u2028\u2029]'
$$;

-- Their keys may have changed.
REINDEX INDEX organisation_name_key;
REINDEX INDEX product_name_key;
REINDEX INDEX message_set_name_key;
REINDEX INDEX client_name_key;
