from shared.tables import new_metadata

METADATA = new_metadata()
