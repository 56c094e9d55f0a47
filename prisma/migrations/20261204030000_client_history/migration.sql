-- gatehouse: indexes built while the gateway serves

-- The history of one client with its grants and keys.
CREATE INDEX registry_change_client_ids ON public.registry_change USING gin (client_ids);
