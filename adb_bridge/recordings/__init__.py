"""What dialers call their call recordings and where they put them: `folders` (data), `names` (how a name is read),
`name_times` (the moment in a name, as written)."""
