"""ROOM inputs."""
