-- Lists of one phone and of one conversation come from the full-text index, which has a term for each
-- (daemon/archive/facets.py): two B-trees less that every insert had to keep.

DROP INDEX events_by_device;
DROP INDEX events_by_conversation;

-- The index is filled anew after this step. Merging eight pieces at a time writes each entry less often than four.
INSERT INTO events_text (events_text, rank) VALUES ('automerge', 8);
