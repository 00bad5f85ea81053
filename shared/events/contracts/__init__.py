"""Published contracts of the events: JSON Schemas, an AsyncAPI document and the pages on them."""
