"""An account → a catalog file that plans to no changes. No kind is named here: each says how it is written."""
