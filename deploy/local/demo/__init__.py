"""The demo world and the story that is told with it, through HTTP alone (sample-data.md)."""
