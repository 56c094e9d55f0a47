-- A supplier's developer runs the web application on their own machine, without a certificate. Nobody else receives what
-- a browser sends to its own machine; with patients' data behind it, a return target is https all the same.
ALTER TABLE client
  DROP CONSTRAINT client_return_targets_https,
  ADD CONSTRAINT client_return_targets_https CHECK (every_matches(return_targets, CASE
    WHEN environment = 'prod' THEN '^https://[^/?#@[:space:]]+(/[^#[:space:]]*)?$'
    ELSE '^(https://[^/?#@[:space:]]+|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?)(/[^#[:space:]]*)?$'
  END));
