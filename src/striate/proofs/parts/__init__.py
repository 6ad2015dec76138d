"""What several statements share: layouts, demonstrations, neighbourhoods, and small pieces of algebra."""
