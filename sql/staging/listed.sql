-- What each listing named, but for listings that are dated after a run that followed them: that clock was wrong.
--
-- key: source_id, run_id, project_id
-- form: view
SELECT listing.*
FROM parsed.listing AS listing
ANTI JOIN input.run_limits AS limits ON listing.run_id = limits.run_id AND listing.seen_at > limits.void_after
